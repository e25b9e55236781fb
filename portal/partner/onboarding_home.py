"""Onboarding on the portal's home: steps that are the reader's turn, and how far each journey is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from onboarding.enums import JourneyState, Side, StepState
from onboarding.journeys.under_way import definition_of
from onboarding.models import JourneyStep
from onboarding.permissions import VIEW_JOURNEYS, WORK_PARTNER_STEPS
from onboarding.reports_journeys import counted, journeys_of
from portal.journeys import ACTIONS, minutes_text
from portal.partner.needs import Need
from prm.kernel.actors import Role

if TYPE_CHECKING:
    from datetime import datetime

    from prm.kernel.actors import Actor

MOST_STEPS = 12
MOST_CARDS = 4


def steps_in_need(actor: Actor, vendor_id: int | None, now: datetime) -> list[Need]:
    """Return open steps of journeys that are the reader's turn: given to them, or meant for their role. One query."""
    if not actor.is_meant(WORK_PARTNER_STEPS):
        return []
    found = JourneyStep.objects.visible_to(actor).filter(
        Q(owner=None) | Q(owner=actor.person_id),
        state=StepState.OPEN,
        side=Side.PARTNER,
        journey__state=JourneyState.RUNNING,
    )
    if vendor_id is not None:
        found = found.filter(vendor_id=vendor_id)
    # What is to be signed stands there by itself, as an agreement.
    found = found.exclude(kind="agreement")
    rows = found.select_related("journey", "vendor").order_by("due_at", "pk")[:MOST_STEPS]
    return [_need(row, now) for row in rows if _is_meant(row, actor)]


def _is_meant(row: JourneyStep, actor: Actor) -> bool:
    shape = definition_of(row.journey.version_id).step.get(row.slug)
    return shape is None or not shape.owner or actor.role in {shape.owner, Role.ADMINISTRATOR}


def _need(row: JourneyStep, now: datetime) -> Need:
    shape = definition_of(row.journey.version_id).step.get(row.slug)
    is_late = row.due_at is not None and row.due_at <= now
    facts = [_("Onboarding"), row.stage, *([minutes_text(shape.minutes)] if shape and shape.minutes else [])]
    return Need(
        rank=(1 if is_late else 2, row.due_at or row.opened_at or now),
        title=row.name,
        url=reverse("portal:journey-step", args=[row.journey.key, row.slug]),
        action=str(ACTIONS.get(row.kind, _("Open"))),
        vendor=row.vendor,
        facts=", ".join(facts),
        ends_at=row.due_at,
        starts_at=row.opened_at,
    )


def onboarding_cards(actor: Actor, vendor_id: int | None) -> list[dict[str, Any]]:
    """Return the journeys under way. One query."""
    if not actor.is_meant(VIEW_JOURNEYS):
        return []
    found = counted(journeys_of(actor)).filter(state=JourneyState.RUNNING)
    if vendor_id is not None:
        found = found.filter(vendor_id=vendor_id)
    return list(found.order_by("-started_at", "-pk")[:MOST_CARDS])
