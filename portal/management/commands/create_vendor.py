"""`manage.py create_vendor NAME`: set a vendor up, with the first partner manager."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.setup import VendorSetup, create_vendor, password_link
from prm.kernel.errors import RuleViolation


class Command(BaseCommand):
    """Prints the link with which the manager chooses a password."""

    help = "Sets a vendor up: a program with rules of engagement and tiers, and its partner manager."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what a vendor needs."""
        parser.add_argument("name")
        parser.add_argument("--slug", required=True, help="in addresses and commands, as in northwind")
        parser.add_argument("--code", required=True, help="two to four capital letters that start every reference")
        parser.add_argument("--manager", required=True, metavar="EMAIL", help="the first partner manager's address")
        parser.add_argument("--manager-name", default="", metavar="NAME")
        parser.add_argument("--currency", default="EUR", help="of list prices and values, unless a deal says otherwise")
        parser.add_argument("--time-zone", default="Europe/Berlin", help="in which its working days begin and end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the vendor, or say what is wrong."""
        setup = VendorSetup(
            name=options["name"],
            slug=options["slug"],
            code=options["code"],
            manager_email=options["manager"],
            manager_name=options["manager_name"],
            currency=options["currency"],
            time_zone=options["time_zone"],
        )
        try:
            person = create_vendor(setup=setup).person
        except RuleViolation as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{setup.name} is set up. Its partner manager is {person.email}.")
        if not person.has_usable_password():
            days = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT).days
            self.stdout.write(f"Open this within {days} days to choose a password:\n{password_link(person)}")
