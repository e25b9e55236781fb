"""`manage.py generate_reference [--check]`: writes the reference pages that follow from the code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.reference.pages import stale, write


class Command(BaseCommand):
    """Writes what has changed, or only says what would."""

    help = "Writes the pages of docs/reference that follow from the code; --check only compares them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --check."""
        parser.add_argument("--check", action="store_true", help="write nothing; fail if a page is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        root = Path(settings.ROOT)
        if not options["check"]:
            self.stdout.write("\n".join(write(root)) or "Every page is up to date.")
            return
        if names := stale(root):
            advice = 'Write them with: make manage ARGS="generate_reference"'
            raise CommandError("Out of date: " + ", ".join(names) + ". " + advice)
