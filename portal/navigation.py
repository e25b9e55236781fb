"""The way around: what stands in the menu of each area, and on the phone's dock. Data, resolved once per request.

An entry whose page doesn't exist yet, or that the seat's role may not open, is left out. The shell's context
(``portal.context``) calls :func:`menu` and :func:`dock`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.sections import USUAL, Sections
from prm.kernel.actors import Role


@dataclass(frozen=True)
class Entry:
    """A place to go: the url's name, its words and icon, and who sees it (no roles: everyone in the area)."""

    name: str
    label: str | Promise
    icon: str
    roles: frozenset[str] = frozenset()
    exact: bool = False
    """Marked as current only on its very address, not below it."""


@dataclass(frozen=True)
class Group:
    """Entries under one heading; the first group has none."""

    label: str | Promise | None
    entries: tuple[Entry, ...]


PORTAL = (
    Group(
        None,
        (
            Entry("portal:home", _("Home"), "home", exact=True),
            Entry("portal:deal-list", _("Deals"), "deal"),
            Entry("portal:lead-list", _("Leads"), "lead", frozenset({Role.ADMINISTRATOR, Role.SALES})),
            Entry("portal:sales", _("Sales"), "money", frozenset({Role.ADMINISTRATOR, Role.SALES})),
            Entry("portal:standing-list", _("Standing"), "tier"),
            Entry("portal:engagement", _("Rules of engagement"), "book"),
            Entry("portal:onboarding", _("Onboarding"), "flag"),
        ),
    ),
    Group(
        _("Your organisation"),
        (
            Entry("portal:profile", _("Profile"), "building"),
            Entry("portal:agreements", _("Agreements"), "pen", frozenset({Role.ADMINISTRATOR})),
            Entry("portal:team", _("Team"), "team"),
            Entry("portal:certificates", _("Certificates"), "star"),
        ),
    ),
)
DESK = (
    Group(
        None,
        (
            Entry("desk:queue", _("Queue"), "queue"),
            Entry("desk:application-queue", _("Applications"), "user"),
            Entry("desk:deal-list", _("Deals"), "deal"),
            Entry("desk:appeal-list", _("Appeals"), "split"),
            Entry("desk:lead-list", _("Leads"), "lead"),
            Entry("desk:partner-list", _("Partners"), "building"),
            Entry("desk:tiers", _("Tiers"), "tier"),
            Entry("desk:recruiting", _("Recruiting"), "find"),
            Entry("desk:onboarding", _("Onboarding"), "flag"),
            Entry("desk:agreements", _("Agreements"), "pen"),
            Entry("desk:time-to-value", _("Time to value"), "chart"),
        ),
    ),
)
# Pages of Django's admin are named "admin:app_model_changelist".
CONSOLE = (
    Group(
        None, (Entry("console:home", _("Start"), "home", exact=True), Entry("desk:queue", _("To the desk"), "queue"))
    ),
    Group(
        _("Partners"),
        (
            Entry("admin:partners_partner_changelist", _("Partners"), "building"),
            Entry("admin:partners_enrollment_changelist", _("Enrollments"), "team"),
            Entry("admin:standing_standing_changelist", _("Standings"), "star"),
            Entry("console:reviews", _("Tier reviews"), "wait"),
            Entry("console:overrides", _("Tiers by hand"), "user"),
            Entry("admin:dealreg_deal_changelist", _("Deals"), "deal"),
        ),
    ),
    Group(
        _("Program"),
        (
            Entry("admin:partners_program_changelist", _("Programs"), "flag"),
            Entry("console:policies", _("Rules of engagement"), "book"),
            Entry("admin:dealreg_leadrules_changelist", _("Lead rules"), "lead"),
            Entry("console:schemes", _("Tier schemes"), "tier"),
            Entry("admin:standing_tier_changelist", _("Tiers"), "split"),
            Entry("admin:accounts_product_changelist", _("Products"), "money"),
            Entry("admin:accounts_productfamily_changelist", _("Product families"), "split"),
            Entry("admin:standing_credential_changelist", _("Certificates and courses"), "star"),
            Entry("admin:accounts_usagemetric_changelist", _("Usage metrics"), "chart"),
            Entry("admin:partners_exchangerate_changelist", _("Exchange rates"), "money"),
            Entry("console:branding", _("Logo and colour"), "swatch"),
        ),
    ),
    Group(
        _("Onboarding"),
        (
            Entry("console:application-forms", _("Application forms"), "file"),
            Entry("console:ideal-profiles", _("Ideal partner profiles"), "lead"),
            Entry("console:journeys", _("Journeys"), "flag"),
            Entry("console:agreements", _("Agreements"), "pen"),
        ),
    ),
    Group(
        _("People"),
        (
            Entry("console:staff", _("Staff"), "team"),
            Entry("console:providers", _("Company sign-in"), "key"),
            Entry("admin:partners_seat_changelist", _("Seats"), "user"),
        ),
    ),
    Group(
        _("Mail"),
        (
            Entry("console:mail-texts", _("Mail texts"), "mail"),
            Entry("console:undelivered", _("Undelivered"), "undo"),
            Entry("console:sending", _("Sending"), "out"),
        ),
    ),
    Group(
        _("Data"),
        (
            Entry("admin:accounts_account_changelist", _("Accounts"), "file"),
            Entry("admin:accounts_opportunity_changelist", _("Direct opportunities"), "bolt"),
            Entry("console:account-pairs", _("Accounts alike"), "split"),
            Entry("console:matching", _("Matching"), "search"),
            Entry("console:win-chance", _("Chance to win"), "chart"),
            Entry("console:crm", _("CRM"), "link"),
            Entry("console:unmatched", _("Work list"), "ask"),
            Entry("admin:accounts_salesline_changelist", _("Sales lines"), "money"),
            Entry("admin:accounts_usagereading_changelist", _("Usage"), "chart"),
            Entry("admin:standing_achievement_changelist", _("Certificates earned"), "star"),
            Entry("admin:accounts_satisfactionanswer_changelist", _("Satisfaction"), "star"),
            Entry("console:imports", _("Imports"), "upload"),
            Entry("console:cutover", _("Cut-over"), "in"),
            Entry("console:held-invitations", _("Held invitations"), "mail"),
            Entry("jobs", _("Jobs"), "clock"),
            Entry("console:event-list", _("Audit trail"), "eye"),
        ),
    ),
)
SYSTEM = (
    Group(
        None,
        (
            Entry("system", _("System"), "gear"),
            Entry("system-people", _("People"), "team"),
            Entry("system-addresses", _("Addresses that bounce"), "no"),
            Entry("system-sending", _("Sending"), "out"),
            Entry("mail-previews", _("Kinds of mail"), "mail"),
        ),
    ),
)
AREAS: Mapping[str, tuple[Group, ...]] = {"portal": PORTAL, "desk": DESK, "console": CONSOLE, "system": SYSTEM}
DOCKS: Mapping[str, tuple[Entry, ...]] = {
    "portal": (
        Entry("portal:home", _("Home"), "home", exact=True),
        Entry("portal:deal-list", _("Deals"), "deal"),
        Entry("portal:deal-register", _("Register"), "plus"),
        Entry("portal:standing-list", _("Standing"), "tier"),
    ),
    "desk": (
        Entry("desk:queue", _("Queue"), "queue"),
        Entry("desk:application-queue", _("Applications"), "user"),
        Entry("desk:deal-list", _("Deals"), "deal"),
        Entry("desk:partner-list", _("Partners"), "building"),
    ),
    "console": (
        Entry("console:home", _("Start"), "home", exact=True),
        Entry("admin:partners_enrollment_changelist", _("Partners"), "team"),
        Entry("desk:queue", _("Desk"), "queue"),
        Entry("console:event-list", _("Audit"), "eye"),
    ),
    "system": (
        Entry("system", _("System"), "gear"),
        Entry("system-people", _("People"), "team"),
        Entry("mail-previews", _("Kinds of mail"), "mail"),
    ),
}


@lru_cache(maxsize=128)
def address_of(name: str) -> str:
    """Return an url's address, "" where no such page is mounted."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _here(entries: Iterable[Entry], path: str) -> str:
    """Return the address of the entry that a path belongs to: the longest that it starts with."""
    addresses = [(address_of(entry.name), entry.exact) for entry in entries]
    return max(
        (url for url, exact in addresses if url and (path == url if exact else path.startswith(url))),
        key=len,
        default="",
    )


def _items(entries: Iterable[Entry], here: str, counts: Mapping[str, int], sections: Sections) -> list[dict[str, Any]]:
    return [
        {
            "label": sections.words.get(entry.name, entry.label),
            "url": url,
            "icon": entry.icon,
            "current": url == here,
            "count": counts.get(entry.name, 0),
        }
        for entry in entries
        if entry.name not in sections.hidden and (url := address_of(entry.name))
    ]


def menu(
    area: str, path: str, *, role: str = "", counts: Mapping[str, int] | None = None, sections: Sections = USUAL
) -> list[dict[str, Any]]:
    """Return the menu of an area as groups of items, with the page at ``path`` marked as current.

    Args:
        area: portal, desk, console or system; any other has no menu.
        path: the request's path.
        role: the seat's role.
        counts: numbers to show beside entries, by url name ("desk:queue").
        sections: the portal of the partner's kind.
    """
    seen = [
        (group.label, [entry for entry in group.entries if not entry.roles or role in entry.roles])
        for group in AREAS.get(area, ())
    ]
    here = _here((entry for _label, entries in seen for entry in entries), path)
    groups = [{"label": label, "items": _items(entries, here, counts or {}, sections)} for label, entries in seen]
    return [group for group in groups if group["items"]]


def dock(
    area: str, path: str, *, role: str = "", can_register: bool = True, sections: Sections = USUAL
) -> list[dict[str, Any]]:
    """Return the up to four items of the phone's dock; "More" stands beside them in the shell."""
    entries = DOCKS.get(area, ())
    wanted = [
        entry
        for entry in entries
        if (can_register or entry.name != "portal:deal-register") and (not entry.roles or role in entry.roles)
    ]
    # A page that only the menu leads to is none of the dock's, though its address may begin like one's.
    known = [*wanted, *(entry for group in AREAS.get(area, ()) for entry in group.entries)]
    return _items(wanted, _here(known, path), {}, sections)
