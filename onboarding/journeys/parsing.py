"""Reading a journey from JSON, as starters, the builder and the API write it.

Every key that isn't known and every value that isn't what it should be is a fault with its place; nothing is guessed.
"""

from __future__ import annotations

from dataclasses import fields
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _

from onboarding.enums import Side
from onboarding.journeys.faults import JourneyRefused
from onboarding.journeys.shape import Condition, Definition, Due, Op, Stage, Step, When
from prm.kernel.actors import Role
from prm.kernel.documents import DocumentReader

MOST_STAGES = 12
MOST_STEPS = 80
LONGEST_DAYS = 730
LONGEST_SETTING = 20_000
NUMBERS = frozenset({Op.AT_LEAST, Op.AT_MOST})


def parse(data: Any) -> Definition:
    """Return the journey that a JSON document says.

    Raises:
        JourneyRefused: something in it isn't a journey's; names every fault with its place.
    """
    reader = Reader()
    made = reader.definition(data)
    if reader.faults:
        raise JourneyRefused(reader.faults)
    return made


class Reader(DocumentReader):
    """Reads parts of a journey and collects faults on the way."""

    most = MappingProxyType({"stages": MOST_STAGES})

    def definition(self, data: Any) -> Definition:
        """Return the whole."""
        raw = self.entry(data, "", {"stages"})
        made = Definition(self.rows(raw.get("stages", []), "stages", self.stage))
        if len(made.steps) > MOST_STEPS:
            self.fault("stages", _("A journey has at most %(most)d steps.") % {"most": MOST_STEPS})
        return made

    def stage(self, data: Any, place: str) -> Stage:
        """Return a stage with its steps."""
        raw = self.entry(data, place, {field.name for field in fields(Stage)})
        return Stage(
            self.slug(raw.get("slug"), f"{place}.slug"),
            self.text(raw.get("name"), f"{place}.name", longest=60),
            self.rows(raw.get("steps", []), f"{place}.steps", self.step),
            self.text(raw.get("text", ""), f"{place}.text", longest=500, needed=False),
            self.text(raw.get("opens", ""), f"{place}.opens", longest=300, needed=False),
        )

    def step(self, data: Any, place: str) -> Step:
        """Return a step."""
        raw = self.entry(data, place, {field.name for field in fields(Step)})
        after, when, due, escalate = (raw.get(name) for name in ("after", "when", "due", "escalate"))
        return Step(
            self.slug(raw.get("slug"), f"{place}.slug"),
            self.text(raw.get("kind"), f"{place}.kind", longest=30),
            self.text(raw.get("name"), f"{place}.name"),
            side=self.chosen(raw.get("side", ""), f"{place}.side", ["", *Side.values]),
            after=None if after is None else self.rows(after, f"{place}.after", self.slug),
            when=None if when is None else self.when(when, f"{place}.when"),
            due=None if due is None else self.due(due, f"{place}.due"),
            remind=tuple(sorted(set(self.rows(raw.get("remind", []), f"{place}.remind", self.days)))),
            escalate=None if escalate is None else self.days(escalate, f"{place}.escalate"),
            owner=self.chosen(raw.get("owner", ""), f"{place}.owner", ["", *Role.values]),
            minutes=self.whole(raw.get("minutes", 0), f"{place}.minutes", 10_000),
            settings=self.settings(raw.get("settings", {}), f"{place}.settings"),
        )

    def days(self, data: Any, place: str) -> int:
        """Return a number of days."""
        return self.whole(data, place, LONGEST_DAYS, 1)

    def due(self, data: Any, place: str) -> Due:
        """Return when a step is due."""
        raw = self.entry(data, place, {"days", "from"})
        start = self.chosen(raw.get("from", "step"), f"{place}.from", ["step", "start"])
        return Due(self.days(raw.get("days"), f"{place}.days"), from_start=start == "start")

    def when(self, data: Any, place: str) -> When:
        """Return the conditions of a step."""
        raw = self.entry(data, place, {"all", "any"})
        if len(raw) != 1:
            self.fault(place, _("Conditions stand under “all” or under “any”, not under both."))
            return When(every=True, conditions=())
        ((word, rows),) = raw.items()
        conditions = self.rows(rows, f"{place}.{word}", self.condition)
        if not conditions:
            self.fault(place, _("Name at least one condition, or leave the conditions out."))
        return When(word == "all", conditions)

    def condition(self, data: Any, place: str) -> Condition:
        """Return one condition."""
        raw = self.entry(data, place, {"fact", *Op})
        fact = self.text(raw.get("fact"), f"{place}.fact", longest=60)
        ops = [op for op in Op if op in raw]
        if len(ops) != 1:
            self.fault(place, _("A condition compares one fact in one way."))
            return Condition(fact, Op.IS)
        (op,) = ops
        if op in NUMBERS:
            return Condition(fact, op, number=self.number(raw[op], f"{place}.{op}"))
        values = self.rows(raw[op], f"{place}.{op}", self.text)
        if not values:
            self.fault(f"{place}.{op}", _("Name at least one value."))
        return Condition(fact, op, values)

    def settings(self, data: Any, place: str) -> MappingProxyType[str, Any]:
        """Return a kind's settings as they are; which it takes is for `checking` to say."""
        if not isinstance(data, dict):
            self.fault(place, _("This should be an object with named parts."))
            return MappingProxyType({})
        if len(repr(data)) > LONGEST_SETTING:
            self.fault(place, _("This is longer than a step’s settings can be."))
        return MappingProxyType(data)
