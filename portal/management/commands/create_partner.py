"""`manage.py create_partner NAME`: a partner in a vendor's program, with the person who manages its team."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.text import slugify

from partners.enums import PartnerType
from partners.models import Vendor
from portal.setup import PartnerSetup, create_partner, password_link
from prm.kernel.errors import RuleViolation


class Command(BaseCommand):
    """Prints the link with which the administrator chooses a password."""

    help = "Enrolls a partner in a vendor's program, with an administrator for its team."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what a partner needs."""
        parser.add_argument("name")
        parser.add_argument("--vendor", required=True, help="the vendor's slug")
        parser.add_argument("--country", required=True, help="two letters, as in DE")
        parser.add_argument("--admin", required=True, metavar="EMAIL", help="its administrator's address")
        parser.add_argument("--admin-name", default="", metavar="NAME")
        parser.add_argument("--slug", default="", help="in addresses; made from the name without it")
        parser.add_argument("--type", default=PartnerType.RESELLER, choices=PartnerType.values)

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the partner, or say what is wrong."""
        vendor = Vendor.objects.filter(slug=options["vendor"]).first()
        if vendor is None:
            raise CommandError(f"There is no vendor “{options['vendor']}”.")
        setup = PartnerSetup(
            name=options["name"],
            slug=options["slug"] or slugify(options["name"]),
            country=options["country"].upper(),
            admin_email=options["admin"],
            admin_name=options["admin_name"],
            type=options["type"],
        )
        try:
            person = create_partner(vendor=vendor, setup=setup).person
        except RuleViolation as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{setup.name} is enrolled with {vendor.name}. Its administrator is {person.email}.")
        if not person.has_usable_password():
            days = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT).days
            self.stdout.write(f"Open this within {days} days to choose a password:\n{password_link(person)}")
