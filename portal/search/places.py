"""Pages to go to and things to do, by what the seat may: the menu's entries, and actions that have no entry there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from activity.permissions import USE_CONSOLE
from dealreg.permissions import REGISTER_DEALS
from imports.registry import kinds_for
from partners.permissions import EDIT_BRANDING, MAKE_TOKENS, MANAGE_TEAM
from portal.navigation import AREAS, address_of
from portal.search.hits import Fit, Hit, fit_of
from prm.kernel.actors import Actor, Kind, Permission

SIDES = {Kind.PARTNER: ("portal",), Kind.VENDOR: ("desk", "console"), Kind.OPERATOR: ("system",)}


@dataclass(frozen=True)
class Action:
    """Something to do: the address's name, its words, more words under which it is found, and who may.

    `kinds` empty means everyone; `permission` None means no right is needed.
    """

    name: str
    label: str | Promise
    icon: str
    words: str | Promise = ""
    permission: Permission | None = None
    kinds: frozenset[Kind] = frozenset()
    query: str = ""

    def open_to(self, actor: Actor) -> bool:
        """Whether the actor may do it."""
        return (not self.kinds or actor.kind in self.kinds) and (self.permission is None or actor.may(self.permission))


PARTNER, VENDOR, OPERATOR = frozenset({Kind.PARTNER}), frozenset({Kind.VENDOR}), frozenset({Kind.OPERATOR})
SEATED = PARTNER | VENDOR
ACTIONS = (
    Action("portal:deal-register", _("Register a deal"), "plus", _("new deal protect"), REGISTER_DEALS, PARTNER),
    Action("portal:deal-list", _("Open deals"), "deal", _("pipeline"), None, PARTNER, "?open=1"),
    Action("portal:invite", _("Invite a colleague"), "plus", _("add team member"), MANAGE_TEAM, PARTNER),
    Action("portal:team", _("Change what a colleague may do"), "team", _("role access"), MANAGE_TEAM, PARTNER),
    Action("desk:deal-list", _("Overdue deals"), "clock", _("late"), None, VENDOR, "?overdue=on"),
    Action("console:branding", _("Change logo and colour"), "swatch", _("branding brand look"), EDIT_BRANDING, VENDOR),
    Action("console:staff", _("Invite a colleague"), "plus", _("add staff"), USE_CONSOLE, VENDOR),
    Action("notifications", _("Notifications"), "bell", _("bell news inbox")),
    Action("settings", _("Settings"), "gear", _("profile name language time zone shortcuts")),
    Action("settings-notifications", _("Which mails you get"), "bell", _("notifications digest mail settings")),
    Action("account_change_password", _("Change your password"), "lock", _("security sign in")),
    Action("mfa_index", _("Two-step sign-in and passkeys"), "key", _("security totp mfa passkey recovery")),
    Action("usersessions_list", _("Where you are signed in"), "lock", _("sessions devices sign out")),
    Action("settings-tokens", _("API tokens"), "key", _("api key"), MAKE_TOKENS, SEATED),
    Action("jobs", _("Jobs"), "clock", _("imports exports progress"), None, SEATED),
    Action("api-docs", _("API documentation"), "code", _("api reference"), None, SEATED | OPERATOR),
)
DEMO = (
    Action("outbox", _("Outbox of the demo"), "mail", _("mails sent")),
    Action("styleguide", _("Style guide"), "swatch", _("components parts")),
)


def places(actor: Actor) -> Iterator[tuple[Hit, str]]:
    """Yield every page and action that the actor may open, with all words under which it is found. No query."""
    for area in SIDES.get(actor.kind, ()):
        if area == "console" and not actor.may(USE_CONSOLE):
            continue
        for entry in (entry for group in AREAS[area] for entry in group.entries):
            url = address_of(entry.name)
            if url and (not entry.roles or actor.role in entry.roles):
                yield Hit(str(entry.label), url, entry.icon, _side(area)), str(entry.label)
    for action in ACTIONS + (DEMO if settings.DEMO else ()):
        url = address_of(action.name)
        if url and action.open_to(actor):
            yield Hit(str(action.label), url + action.query, action.icon), f"{action.label} {action.words}"
    if actor.kind is Kind.VENDOR:
        yield from _imports(actor)


def _imports(actor: Actor) -> Iterator[tuple[Hit, str]]:
    """Yield the kinds of list that the actor may import."""
    for kind in kinds_for(actor):
        label = str(format_lazy(_("Import: {kind}"), kind=kind.label))
        yield Hit(label, reverse("console:import-new", args=[kind.name]), kind.icon), f"{label} csv xlsx {kind.objects}"


def find_places(actor: Actor, asked: str) -> Iterator[Hit]:
    """Yield the pages and actions that fit what was typed. No query."""
    for hit, words in places(actor):
        fit = fit_of(hit.label, asked)
        if fit is None and fit_of(words, asked) is not None:
            fit = Fit.HOLDS
        if fit is not None:
            yield replace(hit, fit=fit)


def _side(area: str) -> str:
    return str(_("Admin console")) if area == "console" else ""
