"""`manage.py open_sign_in VENDOR`: the way back for a vendor that locked itself out by requiring company sign-in."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from partners.models import Vendor
from partners.services import open_sign_in


class Command(BaseCommand):
    """Lets a vendor's staff in by password and passkey again."""

    help = "Lets a vendor's staff sign in without company sign-in again, when its identity provider fails."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the vendor."""
        parser.add_argument("vendor", help="its slug, as in northwind")

    def handle(self, *args: Any, **options: Any) -> None:
        """Open it, and say so."""
        vendor = Vendor.objects.filter(slug=options["vendor"]).first()
        if vendor is None:
            raise CommandError(f"There is no vendor “{options['vendor']}”.")
        open_sign_in(vendor=vendor)
        self.stdout.write(f"{vendor.name}'s staff may sign in either way now; a partner manager can require it again.")
