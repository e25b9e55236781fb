"""How far a journey is: its stages and steps as people read them. Pure: from rows that were read before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils import timezone

from onboarding.enums import Side, StepState
from onboarding.journeys.duration import expected_days
from onboarding.step_kinds import STEP_KINDS

if TYPE_CHECKING:
    from onboarding.journeys.shape import Definition, Stage, Step
    from onboarding.models import Journey, JourneyStep
    from onboarding.step_kinds import StepKind

ENDED = frozenset({StepState.DONE, StepState.SKIPPED})
NOW = frozenset({StepState.OPEN, StepState.RUNNING, StepState.FAILED})


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step under way, with what its version says about it; waits: the steps that it still waits for."""

    row: JourneyStep
    shape: Step | None
    kind: StepKind | None
    waits: tuple[str, ...]

    @property
    def is_ended(self) -> bool:
        """Whether it is done or skipped."""
        return self.row.state in ENDED

    @property
    def is_now(self) -> bool:
        """Whether something is to be done, or being done."""
        return self.row.state in NOW

    @property
    def is_late(self) -> bool:
        """Whether its due day has passed."""
        return not self.is_ended and self.row.due_at is not None and self.row.due_at < timezone.now()

    @property
    def icon(self) -> str:
        """Its kind's icon."""
        return self.kind.icon if self.kind else "info"

    @property
    def minutes(self) -> int:
        """How long it takes whoever does it; 0 where nobody can say."""
        return self.shape.minutes if self.shape else 0

    @property
    def text(self) -> str:
        """What is to be done, in the builder's words."""
        return str(self.shape.settings.get("text", "")) if self.shape and self.row.kind != "mail" else ""

    @property
    def role(self) -> str:
        """The role of its side that it is meant for; "" for whoever may."""
        return self.shape.owner if self.shape else ""


@dataclass(frozen=True, slots=True)
class StageLine:
    """A stage with its steps."""

    name: str
    text: str
    opens: str
    lines: tuple[StepLine, ...]

    @property
    def total(self) -> int:
        """How many steps it has."""
        return len(self.lines)

    @property
    def ended(self) -> int:
        """How many of them have ended."""
        return sum(line.is_ended for line in self.lines)

    @property
    def is_ended(self) -> bool:
        """Whether all have."""
        return self.ended == self.total

    @property
    def is_now(self) -> bool:
        """Whether something in it is under way."""
        return not self.is_ended and any(line.is_now or line.is_ended for line in self.lines)

    @property
    def share(self) -> int:
        """How much of it has ended, in per cent."""
        return round(100 * self.ended / self.total) if self.total else 100


@dataclass(frozen=True)
class Progress:
    """A journey as people read it."""

    journey: Journey
    stages: tuple[StageLine, ...]
    days: int

    @cached_property
    def lines(self) -> tuple[StepLine, ...]:
        """All steps, in their order."""
        return tuple(line for stage in self.stages for line in stage.lines)

    @property
    def total(self) -> int:
        """How many steps there are."""
        return len(self.lines)

    @property
    def ended(self) -> int:
        """How many have ended."""
        return sum(line.is_ended for line in self.lines)

    @property
    def share(self) -> int:
        """How much has ended, in per cent."""
        return round(100 * self.ended / self.total) if self.total else 100

    def turn_of(self, side: Side) -> list[StepLine]:
        """Return what is a side's turn now, the most urgent first."""
        found = [line for line in self.lines if line.is_now and line.row.side == side]
        return sorted(found, key=lambda line: (line.row.due_at is None, line.row.due_at, line.row.position))

    @property
    def stage(self) -> StageLine | None:
        """The stage that it is in; None once all have ended."""
        return next((stage for stage in self.stages if not stage.is_ended), None)

    @property
    def next_line(self) -> StepLine | None:
        """The first step that waits for another; None where nothing is left to open."""
        return next((line for line in self.lines if not line.is_ended and not line.is_now), None)

    @property
    def expected_at(self) -> datetime | None:
        """When it ends if nobody is late; None where its steps have no times."""
        return self.journey.started_at + timedelta(days=self.days) if self.days else None


def progress_of(journey: Journey, definition: Definition, rows: Iterable[JourneyStep]) -> Progress:
    """Return how far a journey is; steps that its version doesn't know stand in a stage of their own."""
    by_slug = {row.slug: row for row in rows}
    names = {slug: row.name for slug, row in by_slug.items()}
    open_ones = {slug for slug, row in by_slug.items() if row.state not in ENDED}

    def line(row: JourneyStep) -> StepLine:
        waits = tuple(names[slug] for slug in row.after if slug in open_ones)
        return StepLine(row, definition.step.get(row.slug), STEP_KINDS.get(row.kind), waits)

    stages = [_stage(stage, [line(by_slug.pop(step.slug)) for step in stage.steps if step.slug in by_slug])
              for stage in definition.stages]  # fmt: skip
    if by_slug:
        rest = sorted(by_slug.values(), key=lambda row: row.position)
        stages.append(StageLine(rest[0].stage, "", "", tuple(line(row) for row in rest)))
    return Progress(journey, tuple(stage for stage in stages if stage.lines), expected_days(definition))


def _stage(stage: Stage, lines: list[StepLine]) -> StageLine:
    return StageLine(stage.name, stage.text, stage.opens, tuple(lines))
