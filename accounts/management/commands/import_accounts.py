"""`manage.py import_accounts FILE --vendor SLUG`: loads a vendor's existing customers; as `import_list accounts`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from imports.management.commands import import_list


class Command(import_list.Command):
    """Previews the file, then loads it, and lists the rows that were refused."""

    help = "Loads a vendor's existing customers from CSV: a name, a country, and whatever else is there."

    def add_kind(self, parser: CommandParser) -> None:
        """Take no kind: it is customers."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        super().handle(*args, **{**options, "kind": "accounts"})
