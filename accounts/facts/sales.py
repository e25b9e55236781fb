"""Sales lines from outside: orders, sell-through, renewals, revenue from usage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts import events
from accounts.facts.booking import Booking, CustomerRow, book, rates_of, undo
from accounts.models import Product, SalesLine
from standing.enums import Problem
from standing.intake import Intake, Outcome, fact_kind

KIND = "sales-lines"
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesRow(CustomerRow):
    """A sales line. margin: what the partner keeps; or cost, from which it follows."""

    kind: str
    day: date
    period: str = ""
    sku: str = ""
    quantity: Decimal | None = None
    amount: Decimal
    currency: str
    margin: Decimal | None = None
    cost: Decimal | None = None


def _prepare(intake: Intake, rows: Sequence[SalesRow]) -> Callable[[SalesRow, SalesLine], list[str]]:
    vendor = intake.vendor_id
    rates = rates_of(vendor, ((row.currency, row.day) for row in rows))
    products = Product.objects.filter(vendor_id=vendor)
    by_sku = {sku.lower(): pk for sku, pk in products.values_list("sku", "pk")}
    by_id = set(by_sku.values())

    def fill(row: SalesRow, line: SalesLine) -> list[str]:
        line.kind, line.day, line.period = row.kind, row.day, row.period
        line.quantity, line.amount, line.currency = row.quantity, row.amount, row.currency
        line.margin = row.margin if row.margin is not None or row.cost is None else row.amount - row.cost
        chosen = row.chosen.get("product")
        line.product_id = chosen if chosen in by_id else by_sku.get(row.sku.strip().lower())
        problems: list[str] = []
        if row.sku.strip() and line.product_id is None and chosen != "none":
            problems.append(Problem.PRODUCT)
        if rate := rates.get((row.currency, row.day)):
            line.vendor_amount, line.rated_on = _cents(line.amount * rate[0]), rate[1]
            line.vendor_margin = None if line.margin is None else _cents(line.margin * rate[0])
        else:
            problems.append(Problem.RATE)
        return problems

    return fill


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


BOOKING = Booking(
    model=SalesLine,
    prepare=_prepare,
    compared=("kind", "period", "product_id", "quantity", "amount", "currency", "margin"),
    negated=("quantity", "amount", "vendor_amount", "margin", "vendor_margin"),
)


def book_sales(intake: Intake, rows: Sequence[Any]) -> list[Outcome]:
    """Book a batch; as `standing.intake.FactKind.book`."""
    outcomes, ledger = book(BOOKING, intake, rows)
    ledger.write()
    return outcomes


def undo_sales(intake: Intake) -> int:
    """Take an import back; as `standing.intake.FactKind.undo`."""
    count, ledger = undo(BOOKING, intake)
    ledger.write()
    return count


fact_kind(KIND, label=_("Sales lines"), row=SalesRow, book=book_sales, event=events.SALES_BOOKED, undo=undo_sales)
