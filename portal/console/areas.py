"""What can be set up in the console: the menu's entries, each with a sentence on what it is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from portal.navigation import CONSOLE, Entry, address_of

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

SAYS: dict[str, Any] = {
    "admin:partners_partner_changelist": _("Profiles of everyone who is or was enrolled"),
    "admin:partners_enrollment_changelist": _("Status and partner manager, program by program"),
    "admin:standing_standing_changelist": _("Who holds which tier"),
    "admin:partners_program_changelist": _("What partners join"),
    "admin:dealreg_policy_changelist": _("Protection, discount and service level, by version"),
    "admin:standing_tier_changelist": _("The ladder, and what each step brings"),
    "admin:accounts_product_changelist": _("What is sold, with list prices"),
    "admin:accounts_productfamily_changelist": _("What protection is granted for"),
    "admin:partners_seat_changelist": _("Who works for you, and for your partners"),
    "console:staff": _("Your own people, and who is invited"),
    "console:providers": _("Single sign-on with your identity provider"),
