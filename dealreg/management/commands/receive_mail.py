"""`manage.py receive_mail`: takes mails in, from a pipe or a maildir."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dealreg.inbound.mime import MOST_BYTES
from dealreg.services import receive_mail


class Command(BaseCommand):
    """Take one mail in from the standard input, or all new ones of a maildir."""

    help = "Take in a forwarded mail from the standard input, or all new ones of a maildir."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--recipient", default="", help="the address that it was delivered to")
        parser.add_argument("--maildir", help="take all mails in its folder new/ and move them to cur/")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take it in. What is nobody's is passed over without a word, so that nothing can be found out by asking.

        Raises:
            CommandError: no such maildir.
        """
        if not options["maildir"]:
            receive_mail(sys.stdin.buffer.read(MOST_BYTES + 1), options["recipient"])
            return
        place = Path(options["maildir"])
        if not (place / "new").is_dir() or not (place / "cur").is_dir():
            raise CommandError(f"{place} is no maildir: it has no folders new and cur.")
        for path in sorted((place / "new").iterdir()):
            with path.open("rb") as mail:
                receive_mail(mail.read(MOST_BYTES + 1))
            path.rename(place / "cur" / f"{path.name}:2,S")
