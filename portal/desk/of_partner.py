"""A partner's journeys on its page of the desk, read along with its enrollments."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from onboarding.enums import JourneyState
from onboarding.models import Journey
from onboarding.reports_journeys import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from prm.kernel.actors import Actor

MOST = 3


def with_journeys(enrollments: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    """Add `journeys`: the latest of each enrollment, with what `counted` tells of them. No query of its own."""
    found = counted(Journey.objects.visible_to(actor).filter(enrollment=OuterRef("pk"))).order_by("-started_at", "-pk")
    told = found.values(
        json=JSONObject(
            key="key", state="state", started_at="started_at", ended_at="ended_at", told="told", first="first"
        )
    )
    return enrollments.annotate(journeys=ArraySubquery(told[:MOST]))


def journeys_told(enrollments: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the journeys as the page shows them."""
    return [
        {
            **row,
            "program": enrollment.program.name,
            "label": JourneyState(row["state"]).label,
            "started_at": _moment(row["started_at"]),
            "ended_at": _moment(row["ended_at"]),
        }
        for enrollment in enrollments
        for row in enrollment.journeys
    ]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
