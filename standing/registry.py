"""Facts and measures: what tiers, point rules and reports read, filled by each app's `measures.py` at start-up.

A *source* is one SELECT over all of a vendor's facts of a kind. Nothing is copied: standings, points, back-tests and
what-ifs read the owner's rows, for any past day. A correction is a further fact with the opposite sign, known from its
own moment on.

A *measure* has a value per enrollment and day, and can be asked for any past day. What no app has registered is not
offered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import ngettext

if TYPE_CHECKING:
    from django.utils.functional import Promise

COLUMNS = ("enrollment_id", "key", "day", "ends", "amount", "n", "who", "known_at")


@dataclass(frozen=True, slots=True)
class Unit:
    """What is counted, in words for one and for several; both are msgids of the translations."""

    one: str
    many: str

    def __str__(self) -> str:
        """Return the word for several, as it stands in lists."""
        return self.of(Decimal(2))

    def of(self, value: Decimal) -> str:
        """Return the word that stands beside a number."""
        return ngettext(self.one, self.many, 1 if abs(value) == 1 else 2)


@dataclass(frozen=True, slots=True)
class Tag:
    """Something that facts can be narrowed down by.

    choices: its usual values with their words, if known. named_by: gives what a vendor (by id) calls its values.
    """

    label: str | Promise
    choices: Mapping[str, str | Promise] = field(default_factory=dict)
    named_by: Callable[[int], Mapping[str, str]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactSource:
    """Facts of one kind.

    name: "deal.won". label: what one of them is called, plural. unit: of `amount`: "money", or what is counted.
    sql: a SELECT with `%(vendor)s`, whose columns are those of `COLUMNS` and one column `tag_<name>` per tag:

    - enrollment_id; key: names the fact, the same in its corrections ("deal:12")
    - day: from when it counts; ends: from when it no longer does, or NULL (a certificate that expires)
    - amount: how much; n: 1, or -1 in a correction; who: whom it is about where people are counted, else NULL
    - known_at: when the product learned of it

    parts: the SELECTs of which `sql` is the UNION ALL, where it is one: each can then be added up by itself.
    events: names of events after which facts of the event's enrollment may have changed. earns: whether point rules may
    use it. set_of: for sources whose `who` are values (certificates, regions) rather than people, what they are.
    """

    name: str
    label: str | Promise
    unit: str | Promise | Unit
    sql: str
    tags: Mapping[str, Tag] = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    earns: bool = True


SOURCES: dict[str, FactSource] = {}


def fact_source(name: str, **details: object) -> FactSource:
    """Register a source; `details` are the fields of `FactSource`.

    Raises:
        ValueError: the name is taken.
    """
    if name in SOURCES:
        raise ValueError(f"fact source {name} is declared twice")
    SOURCES[name] = FactSource(name=name, **details)  # type: ignore[arg-type]
    return SOURCES[name]


class How(StrEnum):
    """How facts become a value."""

    SUM = "sum"
    COUNT = "count"
    AVERAGE = "average"
    PEOPLE = "people"
    VALUES = "values"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Something with a value per enrollment and day.

    name: "revenue.won". label: as it stands in a list. sentence: what exactly it is. unit: "money" (the vendor's
    currency), "percent", or what is counted. source: its facts. how: SUM of amounts, COUNT of facts, AVERAGE,
    PEOPLE: so many different people have a valid fact, VALUES: the set of `who`, for includes-requirements.
    per: the name of a measure by which it is divided; the value is then a percentage.
    """

    name: str
    label: str | Promise
    sentence: str | Promise
    unit: str | Promise | Unit
    source: str
    how: How = How.SUM
    per: str = ""

    @property
    def facts(self) -> FactSource:
        """Its source."""
        return SOURCES[self.source]


MEASURES: dict[str, Measure] = {}


def measure(name: str, **details: object) -> Measure:
    """Register a measure; `details` are the fields of `Measure`.

    Raises:
        ValueError: the name is taken, or no such source is registered.
    """
    if name in MEASURES:
        raise ValueError(f"measure {name} is declared twice")
    found = Measure(name=name, **details)  # type: ignore[arg-type]
    if found.source not in SOURCES:
        raise ValueError(f"measure {name} reads {found.source}, which nobody registered")
    MEASURES[name] = found
    return found
