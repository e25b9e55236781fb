"""What an ideal partner profile is made of. Everything is frozen: a version that was published never changes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

POINTS = 100
"""What all criteria bring together."""


class Kind(StrEnum):
    """What a criterion looks at."""

    TYPE = "type"
    COUNTRY = "country"
    REGIONS = "regions"
    INDUSTRIES = "industries"
    SERVICES = "services"
    HEADCOUNT = "headcount"
    LANGUAGES = "languages"
    PRODUCTS = "products"
    CERTIFICATIONS = "certifications"
    CUSTOMERS = "customers"
    WEBSITE = "website"


SINGLE = frozenset({Kind.TYPE, Kind.COUNTRY, Kind.HEADCOUNT})
"""Kinds of which an organisation has one value: one of the wanted ones is a match."""
SEVERAL = frozenset({Kind.REGIONS, Kind.INDUSTRIES, Kind.SERVICES, Kind.LANGUAGES, Kind.PRODUCTS, Kind.CERTIFICATIONS})
"""Kinds of which an organisation has several values: `needed` of the wanted ones are a match."""
TEXTS = frozenset({Kind.PRODUCTS, Kind.CERTIFICATIONS})
"""Kinds whose values are words to look for, not choices."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """Something that is looked for.

    weight: its part, against the other weights. values: which are a match; none for customers and website. needed: how
    many of the values (of the customers: how many that are accounts already) are a full match. partial: fewer than
    needed earn their share, and the next size of a headcount earns half; without it a match is all or nothing.
    """

    slug: str
    name: str
    kind: Kind
    weight: Decimal
    values: tuple[str, ...] = ()
    needed: int = 1
    partial: bool = False


@dataclass(frozen=True)
class ProfileDefinition:
    """A whole profile."""

    criteria: tuple[Criterion, ...]

    @property
    def total(self) -> Decimal:
        """The sum of the weights."""
        return sum((each.weight for each in self.criteria), Decimal(0))

    @property
    def points(self) -> tuple[int, ...]:
        """What each criterion brings at most, as whole points that add up to 100 (largest remainders)."""
        if not self.total:
            return tuple(0 for _each in self.criteria)
        exact = [Fraction(each.weight) * POINTS / Fraction(self.total) for each in self.criteria]
        whole = [int(each) for each in exact]
        order = sorted(range(len(exact)), key=lambda at: (whole[at] - exact[at], at))
        for at in order[: POINTS - sum(whole)]:
            whole[at] += 1
        return tuple(whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of an organisation. Empty means: not stated.

    own_domain: whether the website, or else the mail address, is on a domain of its own; None where neither is stated.
    named_customers: how many customers it names; overlap: how many of them are accounts of the vendor already.
    """

    type: str = ""
    country: str = ""
    headcount: str = ""
    regions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    certifications: tuple[str, ...] = ()
    own_domain: bool | None = None
    named_customers: int = 0
    overlap: int = 0
