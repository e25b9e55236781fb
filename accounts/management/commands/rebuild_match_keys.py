"""`manage.py rebuild_match_keys`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.keying import rebuild_keys


class Command(BaseCommand):
    """Add the match keys that accounts lack since the code that makes them has changed."""

    help = "Add the match keys that accounts lack since the code that makes them has changed. Can be run at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where to go on."""
        parser.add_argument("--after", type=int, default=0, help="the account id that an earlier run got to")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work through all accounts, and say how far it got."""
        total = 0
        for last, added in rebuild_keys(options["after"]):
            total += added
            self.stdout.write(f"up to account {last}: {added} keys added")
        self.stdout.write(f"Done: {total} keys added.")
