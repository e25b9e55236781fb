"""What a scheme is made of. Everything is frozen: a version that was published never changes."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

TOTAL = "total"
Where = tuple[tuple[str, tuple[str, ...]], ...]
"""Tags with the values of which one must be met."""


class Place(StrEnum):
    """Among whom an enrollment is placed."""

    PROGRAM = "program"
    COUNTRY = "country"


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure over a window that ends with the day in question.

    months, days: how far it looks back; neither: all that is valid. growth: the change against the window before it,
    in percent. place: not the value itself but the share of enrollments that are at least as good, in percent: the top
    3 % are at 3 or less.
    """

    measure: str
    months: int = 0
    days: int = 0
    where: Where = ()
    growth: bool = False
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """From a value on, so many points."""

    start: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """What a figure adds to a category: `points` for each `per` (whole steps if asked), at most `most`; or by bands."""

    slug: str
    name: str
    category: str
    figure: Figure
    points: Decimal = Decimal(1)
    per: Decimal = Decimal(1)
    whole: bool = False
    most: Decimal | None = None
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True, slots=True)
class Category:
    """Lines that are added up, at most `most`, and count with a weight in the total."""

    slug: str
    name: str
    most: Decimal | None = None
    weight: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Total:
    """A named sum of categories by their weights, such as the score of a track, beside the one of all categories."""

    slug: str
    name: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Times:
    """Facts with these tags earn so many times the points."""

    where: Where
    factor: Decimal


@dataclass(frozen=True, slots=True)
class PointRule:
    """What a fact earns: `points`, for each `per` of its amount where given.

    cap: at most so many points in a month, quarter or year. expires_months: how long they count; 0: for ever.
    fades_months: they lose an equal part each month until nothing is left. times: factors; the largest that fits
    counts.
    """

    slug: str
    name: str
    source: str
    points: Decimal
    per: Decimal | None = None
    whole: bool = False
    where: Where = ()
    cap: Decimal | None = None
    cap_period: str = "year"
    expires_months: int = 0
    fades_months: int = 0
    category: str = ""
    times: tuple[Times, ...] = ()


class Op(StrEnum):
    """How a figure or score is compared."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    BETWEEN = "between"
    ALL_OF = "includes_all"
    ANY_OF = "includes_any"


@dataclass(frozen=True, slots=True)
class Need:
    """One requirement: a figure, or a score, compared with a value or with a set.

    score: a category's or a named total's slug, or `total` for all categories.
    """

    op: Op
    figure: Figure | None = None
    score: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    values: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Requirements of which all, or any, must be met."""

    every: bool
    parts: tuple[Node, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Ref:
    """A set of requirements that is named elsewhere in the scheme."""

    slug: str


Node = Need | Group | Ref


@dataclass(frozen=True, slots=True)
class Requirement:
    """A named set of requirements, such as a track."""

    slug: str
    name: str
    needs: Node


@dataclass(frozen=True, slots=True)
class Brings:
    """A benefit: a number in its kind's unit, or words."""

    kind: str
    value: Decimal | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class TierShape:
    """A step of the ladder, lowest first. It takes what it needs itself and all that the steps below it need."""

    slug: str
    name: str
    needs: Node | None = None
    brings: tuple[Brings, ...] = ()
    summary: str = ""


@dataclass(frozen=True, slots=True)
class SpecialisationShape:
    """Something a partner is recognised for, by industry or solution; held for so many months once it is met."""

    slug: str
    name: str
    needs: Node
    months: int = 12
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """When tiers may be lowered.

    months: how often, beginning with `first` (month and day). warn_days: how long before a review a partner is warned.
    grace_days: how long after it a partner may still catch up. qualifying_months: a day in this month or one of so many
    months before it is enough.
    """

    months: int = 12
    first: tuple[int, int] = (1, 31)
    warn_days: tuple[int, ...] = (60, 30)
    grace_days: int = 30
    qualifying_months: int = 0

    def next_after(self, day: date) -> date:
        """Return the first day of review after a day."""
        month, of_month = self.first
        year = day.year - 1
        while True:
            for step in range(0, 12, self.months):
                number = month - 1 + step
                in_year, in_month = year + number // 12, number % 12 + 1
                found = date(in_year, in_month, min(of_month, monthrange(in_year, in_month)[1]))
                if found > day:
                    return found
            year += 1


@dataclass(frozen=True)
class Definition:
    """A whole scheme."""

    tiers: tuple[TierShape, ...]
    rules: tuple[PointRule, ...] = ()
    categories: tuple[Category, ...] = ()
    lines: tuple[Line, ...] = ()
    totals: tuple[Total, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    specialisations: tuple[SpecialisationShape, ...] = ()
    review: Review = field(default_factory=Review)

    @cached_property
    def named(self) -> dict[str, Node]:
        """Named requirements by slug."""
        return {requirement.slug: requirement.needs for requirement in self.requirements}

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure that anything in it asks for, each once, in a fixed order."""
        found: dict[Figure, None] = {line.figure: None for line in self.lines}
        for node in self.roots():
            for need in self.needs_of(node):
                if need.figure is not None:
                    found[need.figure] = None
        return tuple(found)

    def roots(self) -> Iterator[Node]:
        """Yield the requirements of each tier and specialisation, then the named ones."""
        yield from (tier.needs for tier in self.tiers if tier.needs is not None)
        yield from (each.needs for each in self.specialisations)
        yield from (each.needs for each in self.requirements)

    def needs_of(self, node: Node) -> Iterator[Need]:
        """Yield each single requirement below a node, through names too."""
        if isinstance(node, Need):
            yield node
        elif isinstance(node, Group):
            for part in node.parts:
                yield from self.needs_of(part)
        else:
            yield from self.needs_of(self.named[node.slug])
