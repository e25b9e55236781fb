"""Onboarding on the portal's home: steps that are the reader's turn, and how far each journey is."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from onboarding.enums import JourneyState, Side, StepState
from onboarding.journeys.under_way import definition_of
from onboarding.models import JourneyStep
from onboarding.permissions import VIEW_JOURNEYS, WORK_PARTNER_STEPS
from onboarding.reports_journeys import counted, journeys_of
from onboarding.rules import is_meant_for
from portal.journeys import ACTIONS, minutes_text
from portal.partner.needs import Need
from prm.kernel.composed import composed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from prm.kernel.actors import Actor

MOST_JOURNEYS = 8
TOLD = ("slug", "name", "kind", "stage", "due_at", "opened_at", "owner_id")


def journeys_under_way(actor: Actor, vendor_id: int | None) -> list[Any]:
    """Return the journeys under way, each with `turns`: its open steps that are the partner's turn. One query."""
    if not actor.is_meant(VIEW_JOURNEYS):
        return []
    return _running(actor, timezone.now(), *([] if vendor_id is None else [vendor_id]))


@composed
def _running(actor: Actor, now: datetime, *vendor_id: int) -> QuerySet[Any]:
    steps = JourneyStep.objects.visible_to(actor).filter(
        journey=OuterRef("pk"), state=StepState.OPEN, side=Side.PARTNER
    )
    # What is to be signed stands on home by itself, as an agreement.
    turns = steps.exclude(kind="agreement").order_by("due_at", "pk")
    told = turns.values(json=JSONObject(**{name: name for name in TOLD}))
    found = counted(journeys_of(actor), now).filter(state=JourneyState.RUNNING).annotate(turns=ArraySubquery(told))
    if vendor_id:
        found = found.filter(vendor_id=vendor_id[0])
    return found.order_by("-started_at", "-pk")[:MOST_JOURNEYS]


def steps_in_need(journeys: Iterable[Any], actor: Actor, now: datetime) -> list[Need]:
    """Return the open steps that are the reader's turn: given to them, or meant for their role. No query."""
    if not actor.is_meant(WORK_PARTNER_STEPS):
        return []
    return [
        _need(journey, turn, now) for journey in journeys for turn in journey.turns if _is_meant(journey, turn, actor)
    ]


def _is_meant(journey: Any, turn: dict[str, Any], actor: Actor) -> bool:
    if turn["owner_id"] is not None:
        return bool(turn["owner_id"] == actor.person_id)
    shape = definition_of(journey.version_id).step.get(turn["slug"])
    return shape is None or is_meant_for(actor.role, shape.owner)


def _need(journey: Any, turn: dict[str, Any], now: datetime) -> Need:
    shape = definition_of(journey.version_id).step.get(turn["slug"])
    due, opened = (datetime.fromisoformat(turn[name]) if turn[name] else None for name in ("due_at", "opened_at"))
    facts = [_("Onboarding"), turn["stage"], *([minutes_text(shape.minutes)] if shape and shape.minutes else [])]
    return Need(
        rank=(1 if due is not None and due <= now else 2, due or opened or now),
        title=turn["name"],
        url=reverse("portal:journey-step", args=[journey.key, turn["slug"]]),
        action=str(ACTIONS.get(turn["kind"], _("Open"))),
        vendor=journey.vendor,
        facts=", ".join(facts),
        ends_at=due,
        starts_at=opened,
    )
