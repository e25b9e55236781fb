"""Reads about journeys under way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Aggregate, Count, DurationField, F, Q, QuerySet

from onboarding.enums import JourneyState, Side, StepState
from onboarding.journeys.under_way import definition_of
from onboarding.models import Journey, JourneyStep
from onboarding.progress import Progress, progress_of

if TYPE_CHECKING:
    from datetime import timedelta

    from prm.kernel.actors import Actor

LEAST_PAST = 5
"""So many finished journeys make a median worth telling."""
ENDED = Q(steps__state__in=[StepState.DONE, StepState.SKIPPED])


class Median(Aggregate):
    """The middle of a duration, as PostgreSQL computes it."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True, slots=True)
class Usual:
    """How long finished journeys of a template took."""

    journeys: int
    days: int


def journeys_of(actor: Actor) -> QuerySet[Any]:
    """Return the journeys in sight, with what every page shows of them."""
    return Journey.objects.visible_to(actor).select_related(
        "vendor", "enrollment__program", "enrollment__partner", "enrollment__manager", "version__template"
    )


def counted(journeys: QuerySet[Any]) -> QuerySet[Any]:
    """Add how many steps there are, how many have ended, failed, and are whose turn."""
    now = Q(steps__state__in=[StepState.OPEN, StepState.RUNNING])
    return journeys.annotate(
        steps_all=Count("steps"),
        steps_ended=Count("steps", filter=ENDED),
        steps_failed=Count("steps", filter=Q(steps__state=StepState.FAILED)),
        steps_partner=Count("steps", filter=now & Q(steps__side=Side.PARTNER)),
        steps_vendor=Count("steps", filter=now & Q(steps__side=Side.VENDOR)),
    )


def progress(journey: Journey, actor: Actor) -> Progress:
    """Return how far a journey is. One query, and one more where this process meets its version for the first time."""
    rows = JourneyStep.objects.visible_to(actor).filter(journey=journey).select_related("ended_by", "owner")
    return progress_of(journey, definition_of(journey.version_id), rows.order_by("position"))


def usual_length(journey: Journey) -> Usual | None:
    """Return how long the vendor's journeys of the same template took; None where too few have finished. One query."""
    found = Journey.objects.filter(
        vendor_id=journey.vendor_id,
        version__template_id=journey.version.template_id,
        state=JourneyState.FINISHED,
    ).aggregate(journeys=Count("pk"), middle=Median(F("ended_at") - F("started_at")))
    middle: timedelta | None = found["middle"]
    if middle is None or found["journeys"] < LEAST_PAST:
        return None
    return Usual(found["journeys"], max(1, round(middle.total_seconds() / 86_400)))
