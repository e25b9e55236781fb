"""Reads about journeys under way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Aggregate, Case, Count, DurationField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import JSONObject
from django.utils import timezone

from activity.models import Delivery
from onboarding.enums import JourneyState, Side, StepState, VersionState
from onboarding.journeys.under_way import definition_of
from onboarding.models import Journey, JourneyStep, JourneyVersion
from onboarding.progress import Progress, progress_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime, timedelta

    from prm.kernel.actors import Actor

LEAST_PAST = 5
"""So many finished journeys make a median worth telling."""
ENDED = Q(state__in=[StepState.DONE, StepState.SKIPPED])
NOW = Q(state__in=[StepState.OPEN, StepState.RUNNING])
FAILED = Q(state=StepState.FAILED)


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


def late(now: datetime | None = None) -> Q:
    """Return the condition of steps that should have ended."""
    return Q(state__in=[StepState.OPEN, StepState.FAILED], due_at__lt=now or timezone.now())


def counted(journeys: QuerySet[Any], now: datetime | None = None) -> QuerySet[Any]:
    """Add `told`, how many steps there are and how they stand, and `first`, what is waited for most urgently.

    Each is read for the rows of a page alone.
    """
    steps = JourneyStep.objects.filter(journey=OuterRef("pk")).order_by()
    told = steps.values("journey").annotate(
        json=JSONObject(
            all=Count("pk"),
            ended=Count("pk", filter=ENDED),
            share=Count("pk", filter=ENDED) * 100 / Count("pk"),
            failed=Count("pk", filter=FAILED),
            partner=Count("pk", filter=NOW & Q(side=Side.PARTNER)),
            vendor=Count("pk", filter=NOW & Q(side=Side.VENDOR)),
            late=Count("pk", filter=late(now)),
        )
    )
    failed_first = Case(When(FAILED, then=Value(0)), default=Value(1))
    waited_for = steps.filter(NOW | FAILED).order_by(failed_first, F("due_at").asc(nulls_last=True), "position")
    first = waited_for.values(
        json=JSONObject(name="name", side="side", state="state", due="due_at", stage="stage", error="error")
    )
    return journeys.annotate(told=Subquery(told.values("json")), first=Subquery(first[:1]))


def journeys_for(programs: Collection[int], kinds: Collection[str]) -> set[tuple[int, str]]:
    """Return for which of the kinds of partner programs have a published journey: pairs of program and kind."""
    found = JourneyVersion.objects.filter(
        state=VersionState.PUBLISHED, template__program__in=programs, template__partner_type__in=kinds
    )
    return set(found.values_list("template__program_id", "template__partner_type"))


def progress(journey: Journey, actor: Actor) -> Progress:
    """Return how far a journey is. One query, and one more where this process meets its version for the first time."""
    rows = JourneyStep.objects.visible_to(actor).filter(journey=journey).select_related("ended_by", "owner")
    return progress_of(journey, definition_of(journey.version_id), rows.order_by("position"))


def attempts_of(found: Progress) -> dict[int, int]:
    """Return how often workers tried a step, by the event that put its work into the queue. At most one query."""
    events = [line.row.event_id for line in found.lines if line.row.event_id]
    if not events:
        return {}
    return dict(Delivery.objects.filter(event_id__in=events).values_list("event_id", "attempts"))


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


def tasks_of(actor: Actor) -> QuerySet[Any]:
    """Return what waits for the vendor's people: their side's open steps, and whatever failed."""
    return (
        JourneyStep.objects.visible_to(actor)
        .filter(Q(state=StepState.OPEN, side=Side.VENDOR) | FAILED, journey__state=JourneyState.RUNNING)
        .select_related("journey", "owner", "enrollment__partner", "enrollment__program", "enrollment__manager")
    )
