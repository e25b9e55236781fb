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
PER_EURO = {"USD": (1.10, 0.05), "GBP": (0.86, 0.02), "CHF": (0.95, 0.02)}


def write_rates(world: World) -> None:
    """Write both vendors' rates of three years, each from the first of a month. Kroner have none yet."""
    today = world.now.date()
    rows = []
    for back in range(MONTHS, -1, -1):
        month = today.year * 12 + today.month - 1 - back
        day = date(month // 12, month % 12 + 1, 1)
        for place, (currency, (middle, swing)) in enumerate(PER_EURO.items()):
            rate = Decimal(str(round(1 / (middle + swing * sin(month / 5 + place)), 4)))
            rows += [
                ExchangeRate(vendor=side.vendor, currency=currency, day=day, rate=rate) for side in world.sides.values()
            ]
    ExchangeRate.objects.bulk_create(rows)
