"""End customers' satisfaction with partners, from surveys elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts import events
from accounts.facts.booking import Booking, CustomerRow, book, undo
from accounts.models import SatisfactionAnswer
from standing.intake import Intake, Outcome, fact_kind

KIND = "satisfaction"


@dataclass(frozen=True, slots=True, kw_only=True)
class SatisfactionRow(CustomerRow):
    """An answer, on the scale that was asked."""

    day: date
    score: Decimal
    lowest: Decimal = Decimal(0)
    highest: Decimal = Decimal(10)


def _prepare(_intake: Intake, _rows: Sequence[Any]) -> Callable[[SatisfactionRow, SatisfactionAnswer], list[str]]:
    def fill(row: SatisfactionRow, answer: SatisfactionAnswer) -> list[str]:
        answer.day, answer.score, answer.lowest, answer.highest = row.day, row.score, row.lowest, row.highest
        return []

    return fill


BOOKING = Booking(model=SatisfactionAnswer, prepare=_prepare, compared=("score", "lowest", "highest"))


def book_satisfaction(intake: Intake, rows: Sequence[Any]) -> list[Outcome]:
    """Book a batch; as `standing.intake.FactKind.book`."""
    outcomes, ledger = book(BOOKING, intake, rows)
    ledger.write()
    return outcomes


def undo_satisfaction(intake: Intake) -> int:
    """Take an import back; as `standing.intake.FactKind.undo`."""
    count, ledger = undo(BOOKING, intake)
    ledger.write()
    return count


fact_kind(
    KIND,
    label=_("Customers’ satisfaction"),
    row=SatisfactionRow,
    book=book_satisfaction,
    event=events.SATISFACTION_BOOKED,
    undo=undo_satisfaction,
)
