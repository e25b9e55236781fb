"""Exchange rates, one a month: the euro drifts between 1.05 and 1.15 dollars, and 0.84 and 0.88 pounds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from math import sin
from typing import TYPE_CHECKING

from partners.models import ExchangeRate

if TYPE_CHECKING:
    from portal.demo.world import World

MONTHS = 36
PER_EURO = {"EUR": (1.0, 0.0), "USD": (1.10, 0.05), "GBP": (0.86, 0.02), "CHF": (0.95, 0.02)}


def months_before(today: date, count: int) -> list[date]:
    """Return the first days of so many months before this one, and of this one, oldest first."""
    months = [today.year * 12 + today.month - 1 - back for back in range(count, -1, -1)]
    return [date(month // 12, month % 12 + 1, 1) for month in months]


def rate_on(currency: str, own: str, day: date) -> Decimal:
    """Return what one unit is worth in a vendor's own currency on the first of a day's month."""
    month = day.year * 12 + day.month - 1
    worth = {
        code: middle + swing * sin(month / 5 + place) for place, (code, (middle, swing)) in enumerate(PER_EURO.items())
    }
    return Decimal(str(round(worth[own] / worth[currency], 4)))


def write_rates(world: World) -> None:
    """Write each vendor's rates of three years. Kroner have none yet: a line in kroner waits."""
    ExchangeRate.objects.bulk_create(
        ExchangeRate(vendor=side.vendor, currency=code, day=day, rate=rate_on(code, side.vendor.currency, day))
        for side in world.sides.values()
        for code in PER_EURO
        if code != side.vendor.currency
        for day in months_before(world.now.date(), MONTHS)
    )
