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
    "console:reviews": _("Who may lose its tier, and what you decide"),
    "console:overrides": _("Tiers that somebody gave, until when and why"),
    "console:schemes": _("What earns points, what tiers take and bring, version by version"),
    "console:agreements": _("What partners sign, by type, region and language, version by version"),
    "console:ideal-profiles": _("What you look for in partners, and how much it counts"),
    "admin:partners_program_changelist": _("What partners join"),
    "admin:dealreg_leadrules_changelist": _("Who is offered leads, the clocks, and what counts"),
    "console:policies": _("Who leads where, what is approved by rule, protection and service level, by version"),
    "admin:standing_tier_changelist": _("The ladder, and what each step brings"),
    "admin:accounts_product_changelist": _("What is sold, with list prices"),
    "admin:accounts_productfamily_changelist": _("What protection is granted for"),
    "console:application-forms": _("What companies are asked that want to join, and what happens then"),
    "admin:partners_seat_changelist": _("Who works for you, and for your partners"),
    "console:staff": _("Your own people, and who is invited"),
    "console:providers": _("Single sign-on with your identity provider"),
    "console:unmatched": _("Rows that found no partner, customer, product or rate"),
    "admin:accounts_salesline_changelist": _("Orders, sell-through, renewals and usage revenue"),
    "admin:accounts_usagereading_changelist": _("What partners’ customers use"),
    "admin:standing_achievement_changelist": _("Who earned which certificate or course"),
    "admin:accounts_satisfactionanswer_changelist": _("What end customers think of their partner"),
    "admin:standing_credential_changelist": _("What people can earn, and how long it is valid"),
    "admin:accounts_usagemetric_changelist": _("What you measure about usage"),
    "admin:partners_exchangerate_changelist": _("What other currencies are worth in yours"),
    "console:imports": _("Bring in a list, see what would happen, import it, undo it"),
    "console:cutover": _("Move in from another system: rehearse, run, report, undo"),
    "console:held-invitations": _("People whom your lists name, invited when you say so"),
    "jobs": _("Imports, exports and other long work"),
    "admin:accounts_opportunity_changelist": _("What your own sales people work on"),
    "console:account-pairs": _("Customers that may be in your accounts twice: merge, relate, keep apart"),
    "console:win-chance": _("Each open deal’s chance to be won: what it learned, and how far it can be believed"),
    "console:matching": _("From which score on a customer is the same, tried on what your people decided"),
    "console:crm": _("Fetch accounts and opportunities from Salesforce or HubSpot"),
    "admin:accounts_account_changelist": _("End customers that registrations are checked against"),
    "admin:dealreg_deal_changelist": _("Every registration, to look things up"),
    "console:mail-texts": _("What your mails say, by kind and language"),
    "console:undelivered": _("Mails and reactions that failed, with the reason"),
    "console:sending": _("Whether your mails are believed"),
    "console:event-list": _("Who did what when, with before and after"),
}


@dataclass(frozen=True, slots=True)
class Area:
    """A group of places to set up."""

    label: Any
    places: list[tuple[Entry, str, Any]]


def areas_for(actor: Actor) -> list[Area]:
    """Return the groups of the console's menu that the actor may open, each place with its address and sentence."""
    found = []
    for group in CONSOLE:
        places = [
            (entry, url, SAYS.get(entry.name, ""))
            for entry in group.entries
            if group.label and (url := address_of(entry.name)) and (not entry.roles or actor.role in entry.roles)
        ]
        if places:
            found.append(Area(group.label, places))
    return found
