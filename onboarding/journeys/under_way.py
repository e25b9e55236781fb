"""A journey under its row’s lock: steps, definition, and the moves that every service makes with them.

The caller holds the transaction. Each move writes the rows that it changes and records what happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from activity.registry import Effect
from onboarding import events
from onboarding.enums import JourneyState, StepState
from onboarding.journeys.engine import ENDED, Skip, due_at, looks, plan
from onboarding.journeys.parsing import parse
from onboarding.models import Journey, JourneyStep, JourneyVersion
from onboarding.step_kinds import STEP_KINDS, Work
from partners.enums import EnrollmentStatus
from partners.models import Enrollment
from partners.services import end_onboarding
from prm.kernel.actors import system
from prm.kernel.recording import record

if TYPE_CHECKING:
    from onboarding.journeys.shape import Definition
    from prm.kernel.actors import Actor
    from prm.kernel.recording import EventKind

WRITTEN = (
    "state", "owner", "due_at", "look_at", "opened_at", "reminded_at", "escalated_at", "ended_at", "ended_by", "why",
    "error", "result", "event_id", "revision",
)  # fmt: skip


@lru_cache(maxsize=256)
def definition_of(version_id: int) -> Definition:
    """Return a published version's journey: it never changes, so each process reads it once."""
    return parse(JourneyVersion.objects.values_list("definition", flat=True).get(pk=version_id))


@dataclass(slots=True)
class UnderWay:
    """A running journey, locked, with all its steps by slug."""

    journey: Journey
    steps: dict[str, JourneyStep]
    actor: Actor
    definition: Definition = field(init=False)

    def __post_init__(self) -> None:
        self.definition = definition_of(self.journey.version_id)

    def work(self, step: JourneyStep) -> Work:
        """Return what a step's work is done with."""
        given = self.definition.step.get(step.slug)
        return Work(step, self.journey, given.settings if given else {}, system(self.journey.vendor_id))

    # -- Moves
    def advance(self) -> None:
        """Open and skip what follows from the states as they are, and finish the journey once every step has ended."""
        states = {slug: step.state for slug, step in self.steps.items()}
        found = plan(self.definition, states, self.journey.facts)
        for skip in found.skips:
            self._skip(skip)
        for slug in found.opens:
            self._open(self.steps[slug])
        if found.ended:
            self._finish()

    def done(self, step: JourneyStep, *, result: Mapping[str, Any], why: str = "", person: bool = False) -> None:
        """End a step as done, and open what waited for it."""
        step.result = {**step.result, **result}
        step.why = why
        self._end(step, StepState.DONE, person=person)
        self.note(events.STEP_DONE, step)
        self.advance()

    def skipped(self, step: JourneyStep, why: str) -> None:
        """End a step without its work, for a reason that somebody gave."""
        step.why = why
        self._end(step, StepState.SKIPPED, person=True)
        self.note(events.STEP_SKIPPED, step, {"why": why})
        self.advance()

    def failed(self, step: JourneyStep, error: str) -> None:
        """Show a step as failed, with what went wrong."""
        step.state, step.error, step.look_at = StepState.FAILED, error, None
        self.save(step)
        self.note(events.STEP_FAILED, step, {"error": error})

    def turn(self, step: JourneyStep, result: Mapping[str, Any]) -> None:
        """Make a step somebody's turn."""
        step.result = {**step.result, **result}
        step.state, step.error = StepState.OPEN, ""
        self._look(step)
        self.save(step)
        self.note(events.STEP_OPENED, step)

    def save(self, step: JourneyStep) -> None:
        """Write a step."""
        step.revision += 1
        step.save(update_fields=WRITTEN)

    def note(self, kind: EventKind, step: JourneyStep, data: Mapping[str, Any] | None = None) -> int:
        """Record what happened to a step; returns the event's id."""
        told = {"step": step.name, "slug": step.slug, "stage": step.stage, "kind": step.kind, **(data or {})}
        return record(kind, actor=self.actor, subject=step, data=told)

    # -- Their parts
    def _open(self, step: JourneyStep) -> None:
        given, now = self.definition.step[step.slug], timezone.now()
        step.opened_at = now
        step.due_at = due_at(given, opened=now, started=self.journey.started_at)
        kind = STEP_KINDS.get(step.kind)
        if kind is None:
            self.failed(step, _("Nobody here does steps of the kind “%(kind)s”.") % {"kind": step.kind})
            return
        if kind.run is not None:
            self.start(step)
        elif kind.until is not None:
            step.state, step.look_at = StepState.RUNNING, kind.until(self.work(step))
            self.save(step)
        else:
            self.turn(step, {})

    def start(self, step: JourneyStep) -> None:
        """Put a step's work into the workers' queue."""
        effect = STEP_KINDS[step.kind].effect
        step.state, step.error = StepState.RUNNING, ""
        self._look(step)
        step.event_id = self.note(events.STEP_STARTED if effect is Effect.DATABASE else events.STEP_CALLED, step)
        self.save(step)

    def _look(self, step: JourneyStep) -> None:
        given = self.definition.step.get(step.slug)
        if given is None or step.opened_at is None:
            step.look_at = None
            return
        found = looks(
            given, opened=step.opened_at, reminded=step.reminded_at, escalated=step.escalated_at, now=timezone.now()
        )
        step.look_at = timezone.now() if found.remind or found.escalate else found.again_at

    def _skip(self, skip: Skip) -> None:
        step = self.steps[skip.slug]
        step.why = skip.why
        self._end(step, StepState.SKIPPED, person=False)
        self.note(events.STEP_SKIPPED, step, {"why": skip.why})

    def _end(self, step: JourneyStep, state: StepState, *, person: bool) -> None:
        step.state, step.error, step.look_at = state, "", None
        step.ended_at = timezone.now()
        step.ended_by_id = self.actor.person_id if person else None
        self.save(step)

    def _finish(self) -> None:
        if self.journey.state != JourneyState.RUNNING:
            return
        self.close(JourneyState.FINISHED)
        record(events.JOURNEY_FINISHED, actor=self.actor, subject=self.journey, data={"name": str(self.journey)})
        enrollment = Enrollment.objects.select_for_update(of=("self",)).get(pk=self.journey.enrollment_id)
        if enrollment.status == EnrollmentStatus.ONBOARDING:
            end_onboarding(enrollment=enrollment, reason=_("The journey is finished"))

    def close(self, state: JourneyState) -> None:
        """End the journey itself; no clock looks at its steps any more."""
        self.journey.state, self.journey.ended_at = state, timezone.now()
        self.journey.revision += 1
        self.journey.save(update_fields=["state", "ended_at", "revision", "updated_at"])
        JourneyStep.objects.filter(journey=self.journey, look_at__isnull=False).update(look_at=None)


def lock_journeys(ids: Iterable[int], *, passing_by: bool = False) -> list[Journey]:
    """Return journeys, locked, in the order of their ids; `passing_by` leaves out those that somebody else holds."""
    rows = Journey.objects.select_for_update(of=("self",), skip_locked=passing_by).select_related(
        "enrollment__partner", "enrollment__program", "enrollment__vendor"
    )
    return list(rows.filter(pk__in=list(ids)).order_by("pk"))


def steps_by_slug(journey: Journey) -> dict[str, JourneyStep]:
    """Return a journey's steps by slug."""
    return {step.slug: step for step in JourneyStep.objects.filter(journey=journey).order_by("position", "pk")}


def is_ended(step: JourneyStep) -> bool:
    """Whether nothing more will happen to a step."""
    return step.state in ENDED
