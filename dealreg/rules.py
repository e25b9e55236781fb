"""Pure rules over deals; where a rule decides or suggests, it says why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from accounts.enums import AccountLink, AccountOrigin
from dealreg.engagement import Definition, Facts
from dealreg.enums import Outcome, Part, Status
from prm.kernel.domains import names_host
from prm.kernel.errors import Forbidden, RuleViolation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from prm.kernel.actors import Actor

FARTHEST_CLOSE = timedelta(days=5 * 365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds for registrations of one enrollment today: the policy in force and what the tier adds.

    hours are working hours, days calendar days, discounts percent. engagement: the policy's rules; speaks: what they
    ask of the partner, without a registration; open_now: its registrations that wait or are protected, where that is
    limited.
    """

    enrollment_id: int
    vendor_id: int
    vendor_name: str
    vendor_code: str
    currency: str
    zone: str
    program_id: int
    program_name: str
    all_families_id: int
    policy: str
    protection_days: int
    discount: Decimal
    plain_discount: Decimal
    decision_hours: int
    hourly_registrations: int
    recent: int
    tier: str = ""
    clauses: Mapping[str, str] | None = None
    policy_id: int = 0
    engagement: Definition = field(default_factory=Definition)
    speaks: Facts = field(default_factory=Facts)
    open_now: int = 0

    @property
    def extra_discount(self) -> Decimal:
        """The points of discount that the tier adds."""
        return max(self.discount - self.plain_discount, Decimal(0))

    @property
    def why(self) -> str:
        """Why the registration brings this, in one sentence."""
        if self.tier:
            return _(
                "Rules of engagement %(policy)s: %(tier)s partners get %(days)d days and %(discount)s%% discount."
            ) % {
                "policy": self.policy,
                "tier": self.tier,
                "days": self.protection_days,
                "discount": plain(self.discount),
            }
        return _("Rules of engagement %(policy)s: %(days)d days and %(discount)s%% discount for every partner.") % {
            "policy": self.policy,
            "days": self.protection_days,
            "discount": plain(self.discount),
        }


def plain(number: Decimal) -> str:
    """Return a decimal without trailing zeros."""
    return f"{number.normalize():f}"


def competes(part: str) -> bool:
    """Whether a part in a deal competes for protection: sellers do; who refers or installs joins beside them."""
    return part == Part.SELL


def overlap(left: Sequence[int], right: Sequence[int], all_families: int) -> bool:
    """Whether two sets of product families have one in common; the family that stands for all meets every other."""
    return all_families in left or all_families in right or bool(set(left) & set(right))


def check_close_date(day: date, today: date) -> None:
    """Refuse an expected close that has passed or is more than five years away.

    Raises:
        RuleViolation: it is.
    """
    if day < today:
        raise RuleViolation("close_date_passed", _("This date has passed. Choose one from today on."), "close_date")
    if day - today > FARTHEST_CLOSE:
        raise RuleViolation(
            "close_date_far", _("That is more than five years away. Choose an earlier date."), "close_date"
        )


def check_website(text: str) -> None:
    """Refuse a customer's website that isn't an address; none is fine.

    What isn't one would be kept, but never compared.

    Raises:
        RuleViolation: it isn't.
    """
    if text.strip() and not names_host(text):
        raise RuleViolation(
            "not_a_website",
            _("This is not a website. Write it like castellan.com, or leave it empty."),
            "customer_domain",
        )


def needs_review(link: str, rivals: Sequence[Any], origin: str | None) -> bool:
    """Whether a person must look before it can be approved: alike, already a customer, or others are in line."""
    return link == AccountLink.LIKELY or bool(rivals) or origin == AccountOrigin.CUSTOMER


class Advice(StrEnum):
    """What the desk suggests."""

    APPROVE = "approve"
    DECLINE = "decline"
    ASK = "ask"
    COMPARE = "compare"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggested decision with its reason; never taken by itself."""

    advice: Advice
    headline: str
    why: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """What the rules of engagement said of a registration. code: of the sentence; why: the sentence in words."""

    code: str
    why: str
    clause: str
    segment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the desk knows about an undecided registration.

    holder: reference and end of a competing protection. earlier: references before it in line. link, origin: of the
    account. score: of the likeliest account, 0 to 100.
    """

    waits_for_partner: bool
    lost: bool
    competing: bool
    holder: tuple[str, datetime] | None
    earlier: tuple[str, ...]
    link: str
    origin: str
    account_name: str
    owner_name: str
    score: int
    has_contact: bool
    ruled: Ruled | None = None


AGAINST = frozenset({"too_small", "too_large", "not_listed", "not_in_profile", "tier_needed", "credential_needed"})
"""Sentences of the rules of engagement that speak for declining."""
NOT_OURS = frozenset({"lead_direct", "lead_cosell"})


def suggest(situation: Situation, policy: str) -> Suggestion:
    """Return what speaks for approving, declining, asking or comparing, the strongest reason first."""
    if settled := _settled(situation):
        return settled
    if situation.link == AccountLink.LIKELY:
        return Suggestion(
            Advice.COMPARE,
            _("Compare first: is it %(name)s?") % {"name": situation.account_name},
            _("The customer looks like %(name)s, %(score)d of 100. No rule declines on a score: a person decides.")
            % {"name": situation.account_name, "score": situation.score},
            "3.1",
        )
    if situation.competing and situation.holder:
        return _held(situation, policy)
    if situation.competing and situation.earlier:
        return Suggestion(
            Advice.WAIT,
            _("Decide %(first)s first.") % {"first": situation.earlier[0]},
            _("Rules of engagement %(policy)s: first come, first served. %(count)d registered this customer earlier.")
            % {"policy": policy, "count": len(situation.earlier)},
            "2.1",
        )
    if situation.origin == AccountOrigin.CUSTOMER:
        return _direct(situation)
    spoken = _ruled(situation.ruled) if situation.ruled is not None else None
    return spoken or _clean(situation, policy)


def _settled(situation: Situation) -> Suggestion | None:
    if situation.lost:
        return Suggestion(
            Advice.DECLINE,
            _("Decline: the partner marked the deal as lost."),
            _("A lost deal isn't protected: it would keep the customer from others for nothing."),
            "2.1",
        )
    if situation.waits_for_partner:
        return Suggestion(Advice.WAIT, _("Wait for the partner's answer."), _("You asked; the clock is paused."), "")
    return None


def _held(situation: Situation, policy: str) -> Suggestion:
    if situation.holder is None:
        raise ValueError("nobody holds it")
    reference, until = situation.holder
    return Suggestion(
        Advice.DECLINE,
        _("Decline, or leave it in line: %(reference)s is protected.") % {"reference": reference},
        _(
            "Rules of engagement %(policy)s: one protected registration per customer and product family. "
            "%(reference)s holds it until %(until)s."
        )
        % {"policy": policy, "reference": reference, "until": f"{until:%Y-%m-%d}"},
        "2.2",
    )


def _direct(situation: Situation) -> Suggestion:
    owner = situation.owner_name or _("direct sales")
    return Suggestion(
        Advice.ASK,
        _("Ask %(owner)s first: it is a customer already.") % {"owner": owner},
        _("%(name)s is among your existing customers.") % {"name": situation.account_name},
        "3.2",
    )


def _ruled(ruled: Ruled) -> Suggestion | None:
    if ruled.code in AGAINST:
        return Suggestion(Advice.DECLINE, _("Decline, or make an exception."), ruled.why, ruled.clause)
    if ruled.code in NOT_OURS:
        return Suggestion(Advice.ASK, _("Ask your own sales team first."), ruled.why, ruled.clause)
    if ruled.code in {"unsure", "missing", "still_missing"}:
        return Suggestion(Advice.ASK, _("Ask for what is missing."), ruled.why, ruled.clause)
    return None


def _clean(situation: Situation, policy: str) -> Suggestion:
    if not situation.has_contact:
        return Suggestion(
            Advice.ASK,
            _("Ask who the contact is."),
            _(
                "Nobody else registered this customer, but no contact is named. "
                "Rules of engagement %(policy)s ask for one."
            )
            % {"policy": policy},
            "1.2",
        )
    return Suggestion(
        Advice.APPROVE,
        _("Approve: nothing speaks against it."),
        _("No account or deal looks alike, nobody is before it in line, and a contact is named.")
        + (f" {situation.ruled.why}" if situation.ruled and situation.ruled.code not in {"off", "taken"} else ""),
        situation.ruled.clause if situation.ruled and situation.ruled.clause else "2.1",
    )


def expires(status: str, outcome: str) -> bool:
    """Whether an ended protection ends the registration: a deal that was won or lost keeps its decision."""
    return status == Status.APPROVED and outcome == Outcome.OPEN


def not_lost(row: Any, actor: Actor, facts: Mapping[str, Any]) -> RuleViolation | None:
    """Guard: a lost deal isn't approved: it would keep a customer from others for nothing."""
    if row.outcome == Outcome.LOST:
        return RuleViolation("deal_lost", _("The partner lost this deal. Decline it, or wait for it to reopen."))
    return None


def not_closed(row: Any, actor: Actor, facts: Mapping[str, Any]) -> RuleViolation | None:
    """Guard: a deal that was won or lost isn't withdrawn; its outcome is opened again first."""
    if row.outcome != Outcome.OPEN:
        return RuleViolation("deal_closed", _("The deal is closed. Open it again first."))
    return None


def still_in_force(row: Any, actor: Actor, facts: Mapping[str, Any]) -> RuleViolation | None:
    """Guard: a withdrawn registration has no outcome."""
    if row.status == Status.WITHDRAWN:
        return RuleViolation("deal_withdrawn", _("The registration was withdrawn. Register the deal again."))
    return None


def not_yours_yet(row: Any, actor: Actor, facts: Mapping[str, Any]) -> RuleViolation | None:
    """Guard: nobody takes up what it has taken up already."""
    if row.status == Status.IN_REVIEW and row.assignee_id == actor.person_id:
        return RuleViolation("yours_already", _("You have taken it up already."))
    return None


def other_decider(row: Any, actor: Actor, facts: Mapping[str, Any]) -> RuleViolation | None:
    """Guard: who took a decision doesn't decide the appeal against it."""
    if row.first_decider_id is not None and row.first_decider_id == actor.person_id:
        return Forbidden(
            "own_decision", _("You took the decision that is appealed against. Somebody else decides the appeal.")
        )
    return None
