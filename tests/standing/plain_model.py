"""Points and tiers once more, the slow and plain way: what tests hold the ledger and the SQL against."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from dateutil.relativedelta import relativedelta

from standing.scheme import Definition, evaluate, parse

CENT = Decimal("0.01")
PERIODS = {
    "month": lambda day: (day.year, day.month),
    "quarter": lambda day: (day.year, (day.month - 1) // 3),
    "year": lambda day: (day.year,),
}


@dataclass
class Fact:
    """A won deal; `alive` until it is opened again."""

    enrollment: int
    key: str
    day: date
    amount: Decimal
    alive: bool = True


@dataclass
class Version:
    """A scheme from a day on."""

    start: date
    definition: dict[str, Any]

    @cached_property
    def shape(self) -> Definition:
        """The definition, read."""
        return parse(self.definition)


@dataclass
class Model:
    """What is known apart from the code under test."""

    versions: list[Version]
    facts: list[Fact] = field(default_factory=list)
    by_hand: list[tuple[int, date, Decimal]] = field(default_factory=list)

    def version_on(self, day: date) -> Version:
        """Return the version that holds on a day."""
        return max((each for each in self.versions if each.start <= day), key=lambda each: each.start)

    def entries(self, until: date) -> list[tuple[int, str, str, date, date | None, Decimal]]:
        """Return what each fact earned: enrollment, rule, key, day, end, points."""
        found = []
        filled: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
        for fact in sorted(self.facts, key=lambda each: (each.day, each.key)):
            if fact.day > until:
                continue
            for rule in self.version_on(fact.day).shape.rules:
                amount = fact.amount if fact.alive else Decimal(0)
                each = rule.points if rule.per is None else amount * rule.points / rule.per
                points = each.quantize(CENT, ROUND_HALF_UP) if fact.alive else Decimal(0)
                if rule.cap is not None:
                    period = (
                        fact.enrollment,
                        rule.slug,
                        self.version_on(fact.day).start,
                        PERIODS[rule.cap_period](fact.day),
                    )
                    room = max(rule.cap - filled[period], Decimal(0))
                    filled[period] += points
                    points = min(points, room)
                ends = fact.day + relativedelta(months=rule.expires_months) if rule.expires_months else None
                found.append((fact.enrollment, rule.slug, fact.key, fact.day, ends, points))
        return found

    def points(self, enrollment: int, on: date, months: int) -> Decimal:
        """Return an enrollment's points on a day, looking back so many months."""
        since = on - relativedelta(months=months)
        earned = [
            points
            for of, _rule, _key, day, ends, points in self.entries(on)
            if of == enrollment and since < day <= on and (ends is None or ends > on)
        ]
        given = [points for of, day, points in self.by_hand if of == enrollment and since < day <= on]
        return sum(earned, Decimal(0)) + sum(given, Decimal(0))

    def wins(self, enrollment: int, on: date, months: int) -> int:
        """Return how many deals an enrollment won."""
        since = on - relativedelta(months=months)
        return sum(fact.alive and fact.enrollment == enrollment and since < fact.day <= on for fact in self.facts)

    def rank(self, enrollment: int, on: date) -> int:
        """Return the rank that an enrollment's figures bring on a day."""
        shape = self.version_on(on).shape
        values = {
            figure: self.points(enrollment, on, figure.months)
            if figure.measure == "points"
            else Decimal(self.wins(enrollment, on, figure.months))
            for figure in shape.figures
        }
        return evaluate(shape, values).rank
