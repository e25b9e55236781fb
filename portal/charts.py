"""Charts, drawn on the server: geometry and words for the SVG templates in `templates/components/`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, log10

from babel.numbers import format_decimal, get_currency_symbol
from django.utils.translation import get_language

from prm.kernel.money import locale_of

BASE, TOP = 170.0, 20.0
"""Where bars stand and where the highest rule lies, in pixels."""
LEFT = 12.0
"""What the rules' labels take, in per cent of the width."""
GAP = 1.0
STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a bar."""

    tone: str
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with its pieces from the bottom up, and its figure over it."""

    label: str
    x: str
    width: str
    middle: str
    parts: tuple[Part, ...]
    figure: str
    figure_y: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across, with what it stands for."""

    y: str
    label: str
    label_y: str


@dataclass(frozen=True, slots=True)
class StackedBars:
    """A chart of stacked bars over a few periods."""

    bars: tuple[Bar, ...]
    rules: tuple[Rule, ...]
    unit: int


def nice_top(peak: float) -> float:
    """Return the round number at or above `peak` on which a scale can end: 1, 2, 2.5 or 5 times a power of ten."""
    if peak <= 0:
        return 1.0
    power = 10.0 ** floor(log10(peak))
    return next(step * power for step in STEPS if step * power >= peak)


def unit_for(peak: float) -> int:
    """Return by how much figures are divided so that they stay short: 1, a thousand or a million."""
    return 1_000_000 if peak >= 10_000_000 else 1_000 if peak >= 10_000 else 1


def stacked_bars(columns: Sequence[tuple[str, Sequence[Decimal]]], currency: str) -> StackedBars:
    """Return a chart of amounts in one currency.

    Args:
        columns: per period its label and its pieces from the bottom up, at most three.
        currency: ISO 4217, for the scale's labels.
    """
    sums = [float(sum(pieces)) for _label, pieces in columns]
    top, unit = nice_top(max(sums, default=0)), unit_for(max(sums, default=0))
    pitch = (100 - LEFT) / max(len(columns), 1)
    bars = tuple(_bar(number, column, pitch, top, unit) for number, column in enumerate(columns))
    rules = tuple(_rule(share, top, unit, currency) for share in (0.5, 1.0))
    return StackedBars(bars, rules, unit)


def _bar(number: int, column: tuple[str, Sequence[Decimal]], pitch: float, top: float, unit: int) -> Bar:
    label, pieces = column
    middle, width = LEFT + pitch * (number + 0.5), pitch * 0.5
    parts, y = [], BASE - GAP
    for tone, piece in enumerate(pieces, start=1):
        height = float(piece) / top * (BASE - TOP)
        if height <= 0:
            continue
        y -= height
        parts.append(Part(f"c{tone}", f"{y:.1f}", f"{max(height - GAP, 0.5):.1f}"))
    total = sum(pieces, Decimal(0))
    figure = short(float(total), unit) if total else ""
    return Bar(
        label, f"{middle - width / 2:.2f}%", f"{width:.2f}%", f"{middle:.2f}%", tuple(parts), figure, f"{y - 6:.1f}"
    )


def _rule(share: float, top: float, unit: int, currency: str) -> Rule:
    y = BASE - (BASE - TOP) * share
    suffix = {1: "", 1_000: "k", 1_000_000: "m"}[unit]
    symbol = get_currency_symbol(currency, locale=locale_of(get_language() or "en"))
    return Rule(f"{y:.0f}", f"{symbol}{short(top * share, unit)}{suffix}", f"{y - 5:.0f}")


def short(amount: float, unit: int) -> str:
    """Write an amount in its unit with as few digits as say something; what isn't zero is never shown as 0."""
    value = amount / unit
    rounded = ceil(value * 10) / 10 if 0 < value < 10 else round(value)
    return format_decimal(rounded, locale=locale_of(get_language() or "en"))
