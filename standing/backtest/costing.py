"""What benefits cost: rates of a tier on the revenue that an enrollment brought. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from standing.enums import BenefitKind

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from standing.scheme.shape import TierShape

ZERO, CENT, HUNDRED = Decimal(0), Decimal("0.01"), Decimal(100)
Rates = Mapping[str, Decimal]
"""Percentages by kind of benefit."""
REVENUE, MONTHS = "revenue.won", 12
"""The measure that costs are counted on, and how far it looks back."""

FORMULAS: dict[str, str | Promise] = {
    BenefitKind.DISCOUNT: _("Won revenue of the last 12 months × the tier’s discount"),
    BenefitKind.MARGIN: _("Won revenue of the last 12 months × the tier’s further margin"),
    BenefitKind.MDF_RATE: _("Won revenue of the last 12 months × the tier’s share for market development"),
}
"""The kinds that can be costed, each with the sentence that says how."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a benefit costs in a year: as it is, and under the scheme that is tried."""

    now: Decimal = ZERO
    then: Decimal = ZERO

    @property
    def difference(self) -> Decimal:
        """How much more; less than zero: saved."""
        return self.then - self.now


def rates_of(tier: TierShape | None) -> dict[str, Decimal]:
    """Return the percentages that a tier of a scheme brings."""
    brings = tier.brings if tier is not None else ()
    return {each.kind: each.value for each in brings if each.kind in FORMULAS and each.value is not None}


def costs(revenue: Decimal, now: Rates, then: Rates) -> dict[str, Cost]:
    """Return what each kind costs for an enrollment, to the cent; kinds that neither tier brings are left out."""
    return {
        kind: Cost(_share(revenue, now.get(kind, ZERO)), _share(revenue, then.get(kind, ZERO)))
        for kind in FORMULAS
        if kind in now or kind in then
    }


def _share(revenue: Decimal, rate: Decimal) -> Decimal:
    return (max(revenue, ZERO) * rate / HUNDRED).quantize(CENT, ROUND_HALF_UP)


def uncosted(kinds: set[str]) -> list[str]:
    """Return the kinds among `kinds` that have no price, in their usual order."""
    return [kind for kind in BenefitKind.values if kind in kinds and kind not in FORMULAS]
