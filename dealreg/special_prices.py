"""Special prices: what may be asked and granted, pure; and a deal's requests as rows of its own query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from dealreg.enums import PriceOutcome
from dealreg.models import PriceRequest
from prm.kernel.actors import Actor, Role
from prm.kernel.errors import RuleViolation
from prm.kernel.fields import bare
from prm.kernel.money import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dealreg.engagement.shape import Prices

FARTHEST = timedelta(days=730)
EVERYTHING = Decimal(100)
MOST_SHOWN = 10


def checked_price(name: str, price: Decimal, listed: Decimal, currency: str, field: str) -> Decimal:
    """Return a price that is below the list's.

    Raises:
        RuleViolation: it isn't, or is below zero.
    """
    if not 0 <= price < listed:
        words = _("%(name)s: a special price lies below the list price of %(listed)s.")
        raise RuleViolation("not_below_list", words % {"name": name, "listed": shown(listed, currency)}, field)
    return price


def discount_of(price: Decimal, listed: Decimal) -> Decimal:
    """Return how much a price is below the list's, in percent with two decimals."""
    return round(EVERYTHING * (listed - price) / listed, 2)


def largest_discount(lines: list[dict[str, Any]], granted: Mapping[str, str]) -> Decimal:
    """Return the largest discount that granted prices make."""
    by_product = {str(line["product"]): Decimal(line["listed"]) for line in lines}
    return max(discount_of(Decimal(price), by_product[product]) for product, price in granted.items())


def most_of(actor: Actor, prices: Prices | None) -> Decimal:
    """Return up to which discount, in percent, somebody decides."""
    if prices is None:
        return EVERYTHING
    return prices.manager if actor.role == Role.MANAGER else prices.approver


def check_valid_until(day: date | None, today: date) -> date:
    """Return the day until which a price holds.

    Raises:
        RuleViolation: it is missing, past, or more than two years away.
    """
    if day is None or not today <= day <= today + FARTHEST:
        raise RuleViolation("valid_until", _("Choose a day from today on, within two years."), "valid_until")
    return day


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A product of a request, as pages show it; granted is "" where nothing is."""

    name: str
    quantity: int
    listed: str
    asked: str
    granted: str


@dataclass(frozen=True, slots=True)
class Priced:
    """A request with its decision, as pages show it. tone and icon: of its state."""

    key: str
    state: str
    tone: str
    icon: str
    waits: bool
    lines: tuple[PriceLine, ...]
    justification: str
    competitor: str
    discount: str
    valid_until: date | None
    message: str
    clause: str


LOOK = {
    PriceOutcome.GRANTED: ("good", "ok"),
    PriceOutcome.PARTLY: ("good", "ok"),
    PriceOutcome.REFUSED: ("bad", "no"),
}


def requests_of_deal(actor: Actor) -> ArraySubquery:
    """Return a deal's requests, newest first, as JSON: an annotation of deals that costs no query of its own."""
    decided = JSONObject(
        outcome="decision__outcome",
        granted="decision__granted",
        discount="decision__discount",
        valid_until="decision__valid_until",
        message="decision__message",
        clause="decision__clause",
    )
    asked = {name: name for name in ("key", "currency", "lines", "justification", "competitor")}
    found = PriceRequest.objects.visible_to(actor).filter(deal=OuterRef("pk")).order_by("-pk")
    return ArraySubquery(found.values(json=JSONObject(**asked, decision=decided))[:MOST_SHOWN])


def priced(rows: list[dict[str, Any]] | None) -> list[Priced]:
    """Return requests as pages show them."""
    return [_priced(row) for row in rows or ()]


def _priced(row: dict[str, Any]) -> Priced:
    decision, currency = row["decision"], row["currency"]
    outcome, until = decision["outcome"], parse_date(decision["valid_until"] or "")
    granted = decision["granted"] or {}
    tone, icon = LOOK[PriceOutcome(outcome)] if outcome else ("info", "clock")
    state = str(PriceOutcome(outcome).label) if outcome else _("Waits for a decision")
    if until is not None and until < timezone.localdate():
        state, tone, icon = _("No longer valid"), "", "clock"
    lines = tuple(
        PriceLine(
            line["name"],
            line["quantity"],
            shown(Decimal(line["listed"]), currency),
            shown(Decimal(line["asked"]), currency),
            shown(Decimal(granted[str(line["product"])]), currency) if str(line["product"]) in granted else "",
        )
        for line in row["lines"]
    )
    discount = bare(Decimal(str(decision["discount"]))) if granted else ""
    return Priced(
        key=row["key"],
        state=state,
        tone=tone,
        icon=icon,
        waits=not outcome,
        lines=lines,
        justification=row["justification"],
        competitor=row["competitor"],
        discount=discount,
        valid_until=until,
        message=decision["message"] or "",
        clause=decision["clause"] or "",
    )
