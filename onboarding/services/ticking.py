"""The clock of journeys: it ends waits, reminds and escalates. Each look costs one index where nothing is due."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.utils import timezone

from onboarding import events
from onboarding.enums import JourneyState, StepState
from onboarding.journeys.engine import looks
from onboarding.journeys.under_way import UnderWay, lock_journeys
from onboarding.models import Journey, JourneyStep
from onboarding.step_kinds import STEP_KINDS
from prm.kernel.actors import system

if TYPE_CHECKING:
    from collections.abc import Iterable

log = structlog.get_logger(__name__)

AT_ONCE = 100
LATER = timedelta(hours=1)
"""When a step is looked at again whose clock failed."""


def tick(*, seconds: float = 8.0) -> int:
    """Look after every step whose time has come, a hundred journeys' at once, for some seconds. Returns how many."""
    until, done = timezone.now() + timedelta(seconds=seconds), 0
    while timezone.now() < until:
        found = tick_once(timezone.now())
        done += found
        if not found:
            break
    return done


@transaction.atomic
def tick_once(now: datetime) -> int:
    """Look after the steps that are due in the journeys with the oldest ones; passes by those that others hold."""
    due = JourneyStep.objects.all().at_work().filter(look_at__lte=now).order_by("look_at")
    ids = set(due.values_list("journey_id", flat=True)[:AT_ONCE])
    if not ids:
        return 0
    journeys = lock_journeys(ids, passing_by=True)
    steps = _steps(journeys)
    return sum(_look_after(journey, steps[journey.pk], now) for journey in journeys)


def _steps(journeys: Iterable[Journey]) -> dict[int, dict[str, JourneyStep]]:
    found: dict[int, dict[str, JourneyStep]] = defaultdict(dict)
    for step in JourneyStep.objects.filter(journey__in=journeys).order_by("position", "pk"):
        found[step.journey_id][step.slug] = step
    return found


def _look_after(journey: Journey, steps: dict[str, JourneyStep], now: datetime) -> int:
    """Do what is due in one journey; one that fails is left for an hour, so that it doesn't hold up the others."""
    due = [step for step in steps.values() if step.look_at is not None and step.look_at <= now]
    try:
        with transaction.atomic():
            if journey.state != JourneyState.RUNNING:
                raise ValueError("a journey that has ended has a clock")
            under_way = UnderWay(journey, steps, system(journey.vendor_id))
            for step in due:
                _look_at(under_way, step, now)
    except Exception:
        log.exception("tick_failed", journey=journey.pk)
        JourneyStep.objects.filter(pk__in=[step.pk for step in due]).update(look_at=now + LATER)
    return len(due)


def _look_at(under_way: UnderWay, step: JourneyStep, now: datetime) -> None:
    kind, given = STEP_KINDS.get(step.kind), under_way.definition.step.get(step.slug)
    if given is None or kind is None or step.opened_at is None or step.state not in {StepState.OPEN, StepState.RUNNING}:
        step.look_at = None
        under_way.save(step)
        return
    if kind.until is not None:
        _end_wait(under_way, step, kind.until(under_way.work(step)), now)
        return
    found = looks(given, opened=step.opened_at, reminded=step.reminded_at, escalated=step.escalated_at, now=now)
    step.look_at = found.again_at
    step.reminded_at = now if found.remind else step.reminded_at
    step.escalated_at = now if found.escalate else step.escalated_at
    under_way.save(step)
    if found.remind and step.state == StepState.OPEN:
        under_way.note(events.STEP_REMINDED, step)
    if found.escalate:
        under_way.note(events.STEP_ESCALATED, step)


def _end_wait(under_way: UnderWay, step: JourneyStep, until: datetime, now: datetime) -> None:
    if until <= now:
        under_way.done(step, result={})
        return
    step.look_at = until
    under_way.save(step)
