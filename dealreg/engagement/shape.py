"""What rules of engagement are made of, and what they are asked about."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from partners.enums import Headcount
from prm.kernel.questions import Kind

BANDS = tuple(str(value) for value in Headcount.values)
"""Sizes of customers, by people, from the smallest."""


class Lead(StrEnum):
    """Who leads in a segment."""

    PARTNER = "partner"
    DIRECT = "direct"
    COSELL = "cosell"


class Ground(StrEnum):
    """By what a territory is set."""

    PROFILE = "profile"
    LISTED = "listed"


class Decider(StrEnum):
    """Who decides what no rule decides."""

    APPROVER = "approver"
    MANAGER = "manager"
    SEAT = "seat"


class Verdict(StrEnum):
    """What a policy says of a registration."""

    APPROVE = "approve"
    DECLINE = "decline"
    ASK = "ask"
    PERSON = "person"


class Stated(StrEnum):
    """What a rule alone may decline for: the facts that the partner states."""

    TERRITORY = "territory"
    SIZE = "size"
    AUTHORISATION = "authorisation"


class Audience(StrEnum):
    """Who answers and reads a field of the program's own."""

    BOTH = "both"
    VENDOR = "vendor"
    APPROVER = "approver"


class Need(StrEnum):
    """Whether a field of the program's own must be answered: never, when it is submitted, or from then on too."""

    NO = "no"
    SUBMIT = "submit"
    ALWAYS = "always"


DECIDING = frozenset({Kind.CHOICE, Kind.YES_NO})
"""Kinds of own fields that a segment can depend on: those with one answer out of a few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnField:
    """A field of the program's own on a registration. families: asked only with one of them; none means always."""

    slug: str
    label: str
    kind: Kind
    choices: tuple[str, ...] = ()
    help: str = ""
    need: Need = Need.NO
    audience: Audience = Audience.BOTH
    families: tuple[str, ...] = ()
    unit: str = ""
    least: Decimal | None = None
    most: Decimal | None = None

    @property
    def values(self) -> tuple[str, ...]:
        """What the answer is one of, for the kinds that a segment can depend on."""
        return ("yes", "no") if self.kind is Kind.YES_NO else self.choices

    @property
    def decides(self) -> bool:
        """Whether a segment can depend on it: the partner states it, and it is one of a few."""
        return self.kind in DECIDING and self.audience is Audience.BOTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A condition: the own field `field` is answered with one of `values`."""

    field: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Which customers a segment takes; what is empty takes all. accounts: ids of named accounts of the vendor.

    answers: what fields of the program's own must say, all of them.
    """

    employees_from: str = ""
    employees_to: str = ""
    industries: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    accounts: tuple[int, ...] = ()
    answers: tuple[Answered, ...] = ()

    @property
    def is_all(self) -> bool:
        """Whether it takes every customer."""
        return self == When()

    @property
    def bands(self) -> tuple[str, ...]:
        """The sizes that it takes; none where it takes all."""
        if not (self.employees_from or self.employees_to):
            return ()
        first = BANDS.index(self.employees_from) if self.employees_from else 0
        last = BANDS.index(self.employees_to) if self.employees_to else len(BANDS) - 1
        return BANDS[first : last + 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A part of the market and who leads in it. The first that takes a customer holds."""

    slug: str
    name: str
    lead: Lead
    clause: str
    when: When = field(default_factory=When)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """What a partner needs for a product family: at least a tier, and credentials that are valid."""

    family: str
    clause: str
    tier: str = ""
    credentials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What a deal is worth at least and at most, in the vendor's currency."""

    clause: str
    least: Decimal | None = None
    most: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Territory:
    """Where a partner may sell: where its profile says it is and serves, or in the countries listed."""

    clause: str
    by: Ground = Ground.PROFILE
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Who decides, within how many working hours. What is empty takes all; the first that fits holds.

    seat: of whom it names, for `Decider.SEAT`. least: from which value on, in the vendor's currency.
    """

    decider: Decider
    hours: int
    clause: str
    segment: str = ""
    least: Decimal | None = None
    countries: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    seat: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """When a registration is approved without a person. segments: in which; none means in every partner-led one.

    most: up to which value, in the vendor's currency. tier: at least. contact: whether one must be named.
    """

    is_on: bool = False
    clause: str = ""
    segments: tuple[str, ...] = ()
    most: Decimal | None = None
    tier: str = ""
    contact: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Whether missing fields are asked for without a person, and which."""

    is_on: bool = False
    clause: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Automation:
    """What a rule does by itself. decline: for which stated facts."""

    approve: Approval = field(default_factory=Approval)
    decline: tuple[Stated, ...] = ()
    ask: Asking = field(default_factory=Asking)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a partner may hold. open: undecided and protected registrations at most.

    resubmissions: of the same customer and family after a decline, at most so many within `days`.
    """

    clause: str
    open: int | None = None
    resubmissions: int | None = None
    days: int = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Who decides on special prices: up to which percent off the list an approver does, and a partner manager."""

    clause: str
    approver: Decimal = Decimal(0)
    manager: Decimal = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A whole policy beside its plain figures. holidays: days as ISO texts, on which no clock runs.

    fields: those of the program's own, in the order in which they are asked.
    """

    fields: tuple[OwnField, ...] = ()
    segments: tuple[Segment, ...] = ()
    authorisations: tuple[Authorisation, ...] = ()
    size: Size | None = None
    territory: Territory | None = None
    routes: tuple[Route, ...] = ()
    holidays: tuple[str, ...] = ()
    automation: Automation = field(default_factory=Automation)
    limits: Limits | None = None
    prices: Prices | None = None

    @property
    def is_plain(self) -> bool:
        """Whether there are no rules but the plain figures; own fields and special prices judge nothing."""
        return replace(self, fields=(), prices=None) == Definition()

    @property
    def asks_industry(self) -> bool:
        """Whether a segment depends on the customer's industry."""
        return any(each.when.industries for each in self.segments)

    @property
    def asks_employees(self) -> bool:
        """Whether a segment depends on the customer's size."""
        return any(each.when.bands for each in self.segments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that a registration is judged by, in plain values, so that it can be kept and judged again.

    value: in the vendor's currency with two decimals; None where no rate is known. stated, stated_in: as the partner
    stated it. families: codes, none where the registration names no product. rank: of the partner's tier, 0 without
    one; ranks: of the program's tiers by slug. held: slugs of the credentials that are valid. countries: where the
    partner is or serves. answers: to fields of the program's own, as "slug=value". empty: names of the fields that are
    empty. link, origin: of the account. alike: how many other accounts look like the customer too. earlier: who
    registered it before and waits. holder: whether another deal is protected. again: the partner's declined
    registrations of the same within the limit's days. asked: whether the partner was asked already. taken: whether a
    person has taken it up, or asked.
    """

    part: str = "sell"
    country: str = ""
    industry: str = ""
    employees: str = ""
    account: int = 0
    families: tuple[str, ...] = ()
    value: str | None = None
    currency: str = ""
    stated: str = "0"
    stated_in: str = ""
    tier: str = ""
    rank: int = 0
    ranks: dict[str, int] = field(default_factory=dict)
    held: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    has_contact: bool = True
    link: str = "new"
    origin: str = "registration"
    alike: int = 0
    competes: bool = True
    earlier: int = 0
    holder: bool = False
    lost: bool = False
    again: int = 0
    asked: bool = False
    taken: bool = False

    def as_data(self) -> dict[str, Any]:
        """Return the facts as JSON keeps them."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Facts:
        """Return the facts that JSON kept; what a later version of the rules knows besides has its plain value."""
        known = {each.name for each in fields(cls)}
        kept: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in data.items() if name in known
        }
        return cls(**kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """Why, as data: a code of `wording.SENTENCES` and the figures it names. Words come when it is read."""

    code: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a policy says of a registration, and why. reason: of a decline. fields: that are asked for."""

    verdict: Verdict
    sentence: Sentence
    clause: str = ""
    segment: str = ""
    reason: str = ""
    fields: tuple[str, ...] = ()
