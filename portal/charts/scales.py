"""Scales: where a chart's axis ends, how its figures are written, and which way it runs."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10

from babel.numbers import format_decimal, get_currency_symbol
from django.utils.translation import get_language, get_language_bidi

from prm.kernel.money import locale_of

BASE, TOP = 170.0, 20.0
"""Where the axis stands and where the highest rule lies, in pixels."""
LEFT = 12.0
"""What the rules' labels take, in per cent of the width."""
STEPS = (1, 2, 2.5, 5, 10)
SMALLEST = 1e-9
SUFFIXES = {1: "", 1_000: "k", 1_000_000: "m"}


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across, with what it stands for."""

    y: str
    label: str
    label_y: str


@dataclass(frozen=True, slots=True)
class Across:
    """Positions across in per cent, from where one begins to read."""

    rtl: bool

    @classmethod
    def reading(cls, rtl: bool | None) -> Across:  # noqa: FBT001 -- one flag, named by its type
        """Return the direction asked for, the reader's language's where none is."""
        return cls(get_language_bidi() if rtl is None else rtl)

    def point(self, at: float) -> float:
        """Return a point's position from the left."""
        return 100 - at if self.rtl else at

    def box(self, start: float, width: float) -> str:
        """Return where a box of that width begins on the left."""
        return f"{100 - start - width if self.rtl else start:.2f}%"

    def text(self, at: float) -> str:
        """Return where a text is anchored; `text-anchor` follows the direction by itself."""
        return f"{self.point(at):.2f}%"


def nice_top(peak: float) -> float:
    """Return the round number at or above `peak` on which a scale can end: 1, 2, 2.5 or 5 times a power of ten.

    What is too small to have a power of ten of its own counts as nothing.
    """
    if peak < SMALLEST:
        return 1.0
    power = 10.0 ** floor(log10(peak))
    return next(step * power for step in STEPS if step * power >= peak)


def unit_for(peak: float) -> int:
    """Return by how much figures are divided so that they stay short: 1, a thousand or a million."""
    return 1_000_000 if peak >= 10_000_000 else 1_000 if peak >= 10_000 else 1


def short(amount: float, unit: int) -> str:
    """Write an amount in its unit with as few digits as say something; what isn't zero is never shown as 0."""
    value = amount / unit
    rounded = ceil(value * 10) / 10 if 0 < value < 10 else round(value)
    return format_decimal(rounded, locale=locale_of(get_language() or "en"))


def _exact(value: float) -> str:
    return format_decimal(value, format="#,##0.##", locale=locale_of(get_language() or "en"))


def height_of(amount: float, top: float) -> float:
    """Return how far up an amount reaches, in pixels."""
    return amount / top * (BASE - TOP)


def rules_for(top: float, unit: int, *, currency: str = "", suffix: str = "") -> tuple[Rule, ...]:
    """Return the rules at half and at full height, with their amount and unit.

    Args:
        currency: ISO 4217, for amounts of money. suffix: what else the figures are, as in " %".
    """
    symbol = get_currency_symbol(currency, locale=locale_of(get_language() or "en")) if currency else ""
    return tuple(
        Rule(
            f"{BASE - height_of(top * share, top):.0f}",
            f"{symbol}{_exact(top * share / unit)}{SUFFIXES[unit]}{suffix}",
            f"{BASE - height_of(top * share, top) - 5:.0f}",
        )
        for share in (0.5, 1.0)
    )
