"""Named filters of the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from prm.kernel.scoping import ScopedQuerySet

if TYPE_CHECKING:
    from datetime import date


class PriceQuerySet(ScopedQuerySet):
    """Prices."""

    def valid_on(self, day: date) -> Self:
        """Return the price of each product and currency that holds on a day."""
        started = self.filter(valid_from__lte=day)
        return started.order_by("product", "currency", "-valid_from").distinct("product", "currency")
