"""What can be done with a deal on the desk: the buttons that the transition tables allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from dealreg.permissions import TAKE_DEALS
from dealreg.rules import Advice
from dealreg.workflow import APPEAL, EXTENSION, REGISTRATION

if TYPE_CHECKING:
    from dealreg.models import Deal
    from dealreg.rules import Suggestion
    from portal.desk.contested import AppealTold
    from portal.desk.more_time import MoreTime
    from prm.kernel.actors import Actor

KEYS = {"approve": "a", "decline": "d", "ask": "i", "take": "t"}
EXTENSION_KEYS = {"grant": "a", "refuse": "d"}
APPEAL_KEYS = {"overturn": ("a", "primary"), "settle": ("i", ""), "uphold": ("d", "danger")}


@dataclass(frozen=True, slots=True)
class Action:
    """A button of the decision bar."""

    name: str
    label: Any
    url: str
    key: str
    kind: str


def actions_for(deal: Deal, actor: Actor, suggestion: Suggestion | None) -> list[Action]:
    """Return the buttons that the transition table allows; the suggested one is the page's primary."""
    advised = str(suggestion.advice) if suggestion else ""
    base = deal.get_desk_url()
    found = [
        Action(
            way.name,
            way.label,
            f"{base}{way.name}/",
            KEYS.get(way.name, ""),
            "danger" if way.name == "decline" else "primary" if way.name == advised else "",
        )
        for way in REGISTRATION.available(deal, actor)
        if way.name in KEYS
    ]
    if deal.is_undecided and actor.may(TAKE_DEALS):
        found.append(Action("hand-over", _("Hand over"), f"{base}hand-over/", "h", "quiet"))
    return sorted(found, key=lambda action: (action.name in {"take", "hand-over"}, action.kind != "primary"))


def extension_actions(deal: Deal, actor: Actor, asked: MoreTime) -> list[Action]:
    """Return the buttons that decide a request for more time, the suggested one first."""
    base, advice = deal.get_desk_url(), asked.suggestion.advice
    kinds = {"grant": "primary" if advice == Advice.APPROVE else "", "refuse": "danger"}
    found = [
        Action(way.name, way.label, f"{base}extension/{way.name}/", EXTENSION_KEYS[way.name], kinds[way.name])
        for way in EXTENSION.available(asked.extension, actor)
        if way.name in EXTENSION_KEYS
    ]
    return sorted(found, key=lambda action: action.name == "refuse")


def appeal_actions(deal: Deal, actor: Actor, appeal: AppealTold) -> list[Action]:
    """Return the buttons that decide an appeal; none for who took the first decision."""
    base = deal.get_desk_url()
    return [
        Action(way.name, way.label, f"{base}appeal/{way.name}/", *APPEAL_KEYS[way.name])
        for way in APPEAL.available(appeal, actor)  # type: ignore[arg-type]
        if way.name in APPEAL_KEYS
    ]
