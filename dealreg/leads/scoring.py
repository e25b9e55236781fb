"""How promising a lead is: 0 to 100 points, each with its reason. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dealreg.leads.enums import Band, LeadSource
from partners.enums import Headcount
from prm.kernel.domains import registrable_domain

if TYPE_CHECKING:
    from collections.abc import Iterator

HIGH_FROM, MEDIUM_FROM = 65, 40
BY_SIZE = {
    Headcount.UPTO_10: 4,
    Headcount.UPTO_50: 8,
    Headcount.UPTO_250: 14,
    Headcount.UPTO_1000: 18,
    Headcount.OVER_1000: 20,
}
BY_SOURCE = {LeadSource.FORM: 15, LeadSource.CAMPAIGN: 12, LeadSource.HAND: 10, LeadSource.API: 8, LeadSource.IMPORT: 6}
LONG_MESSAGE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFacts:
    """What a lead says of itself, as its score sees it."""

    source: str
    email: str = ""
    phone: str = ""
    headcount: str = ""
    value: Decimal | None = None
    message: str = ""
    families: int = 0


@dataclass(frozen=True, slots=True)
class Point:
    """What one thing brought of what it can bring. code: of `leads.words`."""

    code: str
    earned: int
    most: int

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        return {"code": self.code, "earned": self.earned, "most": self.most}


@dataclass(frozen=True, slots=True)
class Scored:
    """The score with its reasons; together they are the score."""

    points: tuple[Point, ...]

    @property
    def score(self) -> int:
        """The sum, at most 100."""
        return sum(point.earned for point in self.points)

    def as_data(self) -> list[dict[str, Any]]:
        """Return the reasons as JSON keeps them."""
        return [point.as_data() for point in self.points]


def score_of(lead: LeadFacts) -> Scored:
    """Return how promising a lead is."""
    return Scored(tuple(_points(lead)))


def _points(lead: LeadFacts) -> Iterator[Point]:
    at_work = bool(lead.email) and bool(registrable_domain(lead.email))
    yield Point("email", 20 if at_work else 5 if lead.email else 0, 20)
    yield Point("phone", 10 if lead.phone else 0, 10)
    yield Point("size", BY_SIZE.get(Headcount(lead.headcount), 0) if lead.headcount else 0, 20)
    yield Point("value", 15 if lead.value else 0, 15)
    yield Point("message", 10 if len(lead.message) >= LONG_MESSAGE else 4 if lead.message else 0, 10)
    yield Point("products", 10 if lead.families else 0, 10)
    yield Point("source", BY_SOURCE.get(LeadSource(lead.source), 0), 15)


def band_of(score: int) -> Band:
    """Return the band of a score: what a partner is told before it accepts."""
    return Band.HIGH if score >= HIGH_FROM else Band.MEDIUM if score >= MEDIUM_FROM else Band.LOW
