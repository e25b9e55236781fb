"""Workers at a journey's steps: they do what is automated, end what waited for an event, and show what failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse

from onboarding.enums import JourneyState, StepState
from onboarding.journeys.under_way import UnderWay, lock_journeys, steps_by_slug
from onboarding.models import Journey, JourneyStep
from onboarding.runners import MILESTONES
from onboarding.step_kinds import STEP_KINDS, Outcome, Work
from prm.kernel.actors import system
from prm.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from activity.models import Event

LONGEST_ERROR = 500
AT_WORK = frozenset({StepState.RUNNING, StepState.FAILED})
"""A step whose delivery an operator revived is still shown as failed."""


def run_inside(event: Event) -> None:
    """Do a step's work in the caller's transaction, under the journey's lock."""
    under_way, step = _at_work(event)
    if under_way is None or step is None:
        return
    try:
        with transaction.atomic():
            outcome = _run(under_way.work(step))
    except RuleViolation as refused:
        under_way.failed(step, str(refused))
        return
    keep(under_way, step, outcome)


def run_outside(event: Event) -> None:
    """Do a step's work outside any transaction, then keep its outcome under the journey's lock.

    Where the step was ended meanwhile (by an answer that came sooner, or by a person) the outcome changes nothing.
    """
    with transaction.atomic():
        under_way, step = _at_work(event)
        work = under_way.work(step) if under_way and step else None
    if work is None:
        return
    try:
        outcome: Outcome | RuleViolation = _run(work)
    except RuleViolation as refused:
        outcome = refused
    with transaction.atomic():
        under_way, step = _at_work(event)
        if under_way is None or step is None:
            return
        if isinstance(outcome, RuleViolation):
            under_way.failed(step, str(outcome))
        else:
            keep(under_way, step, outcome)


def keep(under_way: UnderWay, step: JourneyStep, outcome: Outcome) -> None:
    """Write how the work on a step ended."""
    if not outcome.waits:
        under_way.done(step, result=outcome.result, why=outcome.why)
    elif outcome.turn:
        under_way.turn(step, outcome.result)
    else:
        step.result = {**step.result, **outcome.result}
        step.state, step.error = StepState.RUNNING, ""
        under_way.save(step)


def give_up(event: Event, error: str) -> None:
    """Show a step as failed whose work was given up, with the last line of its error."""
    under_way, step = _at_work(event)
    if under_way is not None and step is not None:
        under_way.failed(step, shown_error(error))


def shown_error(error: str) -> str:
    """Return what a person reads of a traceback: its last line, without the module of the exception."""
    last = error.strip().splitlines()[-1] if error.strip() else "?"
    kind, colon, words = last.partition(": ")
    said = words if colon and " " not in kind else last
    return said[:LONGEST_ERROR] or last[:LONGEST_ERROR]


def end_waiting(enrollment_id: int, kind: str, fits: Callable[[Work], bool], why: str = "") -> int:
    """End an enrollment's open steps of a kind that `fits` says yes to; returns how many. For handlers of events."""
    running = Journey.objects.filter(enrollment_id=enrollment_id, state=JourneyState.RUNNING)
    ended = 0
    for journey in lock_journeys(running.values_list("pk", flat=True)):
        under_way = _under_way(journey)
        waiting = [each for each in under_way.steps.values() if (each.kind, each.state) == (kind, StepState.OPEN)]
        for step in waiting:
            if step.state == StepState.OPEN and fits(under_way.work(step)):
                under_way.done(step, result={}, why=why)
                ended += 1
    return ended


def milestones_of(work: Work) -> tuple[str, ...]:
    """Return the events that end a step of the kind first deal."""
    return MILESTONES.get(str(work.settings.get("milestone")), MILESTONES["registered"])


def path_of(step: JourneyStep, *, desk: bool) -> str:
    """Return where a step is done."""
    return reverse(f"{'desk' if desk else 'portal'}:journey-step", args=[step.journey.key, step.slug])


def _run(work: Work) -> Outcome:
    run = STEP_KINDS[work.step.kind].run
    assert run is not None  # noqa: S101  (only steps whose kind has work are put into the queue)
    return run(work)


def _at_work(event: Event) -> tuple[UnderWay | None, JourneyStep | None]:
    """Return an event's step under its journey's lock, if that event is what it is being worked on for."""
    found = JourneyStep.objects.filter(pk=event.subject_id).values_list("journey_id", flat=True).first()
    journeys = lock_journeys([found] if found is not None else [])
    if not journeys or journeys[0].state != JourneyState.RUNNING:
        return None, None
    under_way = _under_way(journeys[0])
    step = next((each for each in under_way.steps.values() if each.pk == event.subject_id), None)
    if step is None or step.state not in AT_WORK or step.event_id != event.pk:
        return None, None
    return under_way, step


def _under_way(journey: Journey) -> UnderWay:
    return UnderWay(journey, steps_by_slug(journey), system(journey.vendor_id))
