"""`manage.py load_demo`: fill an empty database with the demo."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.demo.loading import NotEmpty, is_loaded, load
from portal.demo.signins import GROUPS, PASSWORD


class Command(BaseCommand):
    """Loads the demo once; does nothing where it is loaded."""

    help = "Fill an empty database with the demo: two vendors, forty partners, two years of deals."

    def handle(self, *args: Any, **options: Any) -> str:
        """Load, and say how to sign in."""
        if not is_loaded():
            try:
                load(timezone.now())
            except NotEmpty:
                raise CommandError(
                    "This database holds other vendors. The demo is only loaded into an empty one."
                ) from None
        partner, vendor = GROUPS[0].people[0], GROUPS[1].people[0]
        return f"Sign in as {partner.email} (a partner) or {vendor.email} (a vendor); the password is {PASSWORD}"
