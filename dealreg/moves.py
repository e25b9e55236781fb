"""How a deal's amount and day moved, read along with the deal itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from dealreg.models import AmountChange

if TYPE_CHECKING:
    from dealreg.models import Deal
    from prm.kernel.actors import Actor

MOST = 50


@dataclass(frozen=True, slots=True)
class AmountMove:
    """A change of value or expected close. What didn't move is None."""

    at: datetime
    who: str
    value: tuple[Decimal, Decimal] | None
    close: tuple[date, date] | None
    reason: str


def amount_rows(actor: Actor) -> ArraySubquery:
    """Return the changes of the deal of an outer query, newest first, as JSON that `moves_of` takes."""
    names = ("value_before", "value_after", "close_before", "close_after", "reason", "changed_at")
    shown = JSONObject(**{name: name for name in names}, who="person__name")
    found = AmountChange.objects.visible_to(actor).filter(deal=OuterRef("pk")).order_by("-pk")
    return ArraySubquery(found.values(json=shown)[:MOST])


def moves_of(deal: Deal) -> list[AmountMove]:
    """Return a deal's changes of value and day, newest first; it was read with `amount_rows` as `amount_rows`."""
    return [_move(row) for row in deal.amount_rows]  # type: ignore[attr-defined]


def _move(row: dict[str, Any]) -> AmountMove:
    value = Decimal(str(row["value_before"])), Decimal(str(row["value_after"]))
    close = date.fromisoformat(row["close_before"]), date.fromisoformat(row["close_after"])
    return AmountMove(
        at=datetime.fromisoformat(row["changed_at"]),
        who=row["who"] or "",
        value=None if value[0] == value[1] else value,
        close=None if close[0] == close[1] else close,
        reason=row["reason"],
    )
