"""Brings the database up to date in one process: tables, cache table, demo data.

Runs as `python -m prm.embedded.prepare` with the owner's `DATABASE_URL`; three management commands one after the other
would each spend two seconds on starting Django.
"""

import io
import os
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command, get_commands

from prm.embedded.console import announce


def main() -> None:
    """Migrate, make the cache table, and load the demo where settings say so.

    What `load_demo` returns, one line on how to sign in, goes to the file that `PRM_SIGN_IN` names: the supervisor
    prints it last, below the address.
    """
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    announce("The database has every table and column.")
    if settings.DEMO and "load_demo" in get_commands():
        sign_in = call_command("load_demo", stdout=io.StringIO())
        announce("The demo's data is there.")
        if sign_in and (target := os.environ.get("PRM_SIGN_IN")):
            Path(target).write_text(sign_in, encoding="utf-8")


if __name__ == "__main__":
    main()
