"""`manage.py create_operator EMAIL`: make the person who runs the installation."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from people.services import create_operator
from prm.kernel.errors import RuleViolation


class Command(BaseCommand):
    """Asks for a password, twice, or reads it from standard input."""

    help = "Makes the person who runs this installation, with a password."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address, the name, and where the password comes from."""
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="as shown to others; without it, the address up to the @")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the operator, or say what is wrong."""
        password = sys.stdin.readline().rstrip("\r\n") if options["password_stdin"] else _asked()
        try:
            person = create_operator(email=options["email"], name=options["name"], password=password)
        except RuleViolation as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{person.email} runs this installation and can sign in.")


def _asked() -> str:
    password = getpass("Password: ")
    if password != getpass("Again: "):
        raise CommandError("The two passwords differ. Nothing was changed.")
    return password
