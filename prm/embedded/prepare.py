"""Brings the database up to date in one process: tables, cache table, demo data.

Runs as `python -m prm.embedded.prepare` with the owner's `DATABASE_URL`; three management commands one after the other
would each spend two seconds on starting Django.
"""

import django
from django.conf import settings
from django.core.management import call_command, get_commands

from prm.embedded.console import announce


def main() -> None:
    """Migrate, make the cache table, and load the demo where settings say so."""
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    announce("The database has every table and column.")
    if not settings.DEMO:
        return
    if "load_demo" not in get_commands():
        announce("There is no demo to load yet.")
        return
    call_command("load_demo")


if __name__ == "__main__":
    main()
