"""A deal's chance to be won, as pages show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from dealreg.enums import Outcome
from dealreg.models import WinChance
from dealreg.winning.words import reasons_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from prm.kernel.actors import Actor


def chance_json(actor: Actor) -> QuerySet[Any, Any]:
    """Return the chance of the deal of an outer query, as JSON for `told_chance`; it goes by `win_chance_now`."""
    found = WinChance.objects.visible_to(actor).filter(deal=OuterRef("pk"))
    return found.values(json=JSONObject(percent="percent", drivers="drivers", number="model__number"))[:1]


def told_chance(deal: Any, *, to_partner: bool) -> dict[str, Any] | None:
    """Return an open deal's chance with its reasons in words, None where there is none."""
    found = deal.win_chance_now
    if not found or deal.outcome != Outcome.OPEN:
        return None
    return {**found, "reasons": reasons_of(found["drivers"], to_partner=to_partner)}
