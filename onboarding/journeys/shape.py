"""What a journey is made of. Everything is frozen: a version that was published never changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any


class Op(StrEnum):
    """How a fact is compared."""

    IS = "is"
    IS_NOT = "is_not"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True)
class Condition:
    """A fact compared with values; of a list, such as services, one that is among them is enough."""

    fact: str
    op: Op
    values: tuple[str, ...] = ()
    number: Decimal | None = None

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether it does for these facts; what isn't known is no value and no number."""
        known = facts.get(self.fact)
        if self.op in {Op.AT_LEAST, Op.AT_MOST}:
            return self._compares(known)
        have = {str(each) for each in known} if isinstance(known, list | tuple) else {str(known)} - {"", "None"}
        return bool(have & set(self.values)) is (self.op is Op.IS)

    def _compares(self, known: Any) -> bool:
        try:
            value = Decimal(str(known))
        except InvalidOperation:
            return False
        if self.number is None or not value.is_finite():
            return False
        return value >= self.number if self.op is Op.AT_LEAST else value <= self.number


@dataclass(frozen=True, slots=True)
class When:
    """Conditions of which all, or any, must hold."""

    every: bool
    conditions: tuple[Condition, ...]

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether a step with it is needed."""
        return (all if self.every else any)(each.holds(facts) for each in self.conditions)


@dataclass(frozen=True, slots=True)
class Due:
    """So many days after the step opened, or after the journey started."""

    days: int
    from_start: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A step.

    side: whose turn it is; "" for the one that its kind has by itself. after: steps that must have ended; None: all of
    the stage before. remind: days after it opened; escalate: the day after opening on which the vendor's managers are
    told. owner: a role of that side, "" for whoever may. minutes: how long it takes whoever does it, 0 where nobody
    can say.
    """

    slug: str
    kind: str
    name: str
    side: str = ""
    after: tuple[str, ...] | None = None
    when: When | None = None
    due: Due | None = None
    remind: tuple[int, ...] = ()
    escalate: int | None = None
    owner: str = ""
    minutes: int = 0
    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Stage:
    """Steps under one heading. opens: what a partner has once the stage is done, in words."""

    slug: str
    name: str
    steps: tuple[Step, ...]
    text: str = ""
    opens: str = ""


@dataclass(frozen=True)
class Definition:
    """A whole journey."""

    stages: tuple[Stage, ...]

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step, in the order of its stages."""
        return tuple(step for stage in self.stages for step in stage.steps)

    @cached_property
    def step(self) -> dict[str, Step]:
        """Steps by slug."""
        return {each.slug: each for each in self.steps}

    @cached_property
    def waits(self) -> dict[str, tuple[str, ...]]:
        """For each step the steps that must have ended before it opens."""
        found: dict[str, tuple[str, ...]] = {}
        before: tuple[str, ...] = ()
        for stage in self.stages:
            for step in stage.steps:
                found[step.slug] = before if step.after is None else step.after
            before = tuple(step.slug for step in stage.steps) or before
        return found

    def placed(self) -> Iterator[tuple[str, Stage, Step]]:
        """Yield each step with its stage and its place, as in "stages.0.steps.2"."""
        for at, stage in enumerate(self.stages):
            for number, step in enumerate(stage.steps):
                yield f"stages.{at}.steps.{number}", stage, step
