"""Columns: single or stacked bars over a few periods, and the ladder of tiers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from portal.charts.scales import BASE, LEFT, Across, Rule, height_of, nice_top, rules_for, short, unit_for

GAP = 1.0
MOST_WORDS = 12
"""Beyond so many bars, words stand under every other one or fewer, and no figures over them."""


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
class StackedBars:
    """A chart of bars over a few periods. `mark` is a dashed line across with its words, as for where one stands."""

    bars: tuple[Bar, ...]
    rules: tuple[Rule, ...]
    unit: int
    mark: Rule | None = None
    edge: str = "0%"
    template: str = "components/charts/columns.html"


def stacked_bars(
    columns: Sequence[tuple[str, Sequence[Decimal]]], currency: str = "", *, suffix: str = "", rtl: bool | None = None
) -> StackedBars:
    """Return a chart of amounts.

    Args:
        columns: per period its label and its pieces from the bottom up, at most six.
        currency: ISO 4217, for the scale's labels; empty for counts.
        suffix: what counts are of, as in " %".
        rtl: whether it runs from right to left; None as the language does.
    """
    sums = [float(sum(pieces)) for _label, pieces in columns]
    top, unit = nice_top(max(sums, default=0)), unit_for(max(sums, default=0))
    across, pitch = Across.reading(rtl), (100 - LEFT) / max(len(columns), 1)
    step = -(-len(columns) // MOST_WORDS)
    bars = tuple(
        _bar(column, LEFT + pitch * (number + 0.25), pitch * 0.5, across, (top, unit))
        for number, column in enumerate(columns)
    )
    if step > 1:
        bars = tuple(
            replace(bar, label="" if number % step else bar.label, figure="") for number, bar in enumerate(bars)
        )
    return StackedBars(bars, rules_for(top, unit, currency=currency, suffix=suffix), unit, edge=across.text(0))


def ladder(
    tiers: Sequence[tuple[str, Decimal]], standing: Decimal, words: str, *, unit_words: str, rtl: bool | None = None
) -> StackedBars:
    """Return the ladder of tiers: what each takes, those reached in full colour, and a line where one stands.

    Args:
        tiers: names with what they take, lowest first. standing: what one has. words: what is said about it.
        unit_words: what the figures are, as in " points".
    """
    top = nice_top(max([float(takes) for _name, takes in tiers] + [float(standing)]))
    unit, across, pitch = unit_for(top), Across.reading(rtl), (100 - LEFT) / max(len(tiers), 1)
    bars = []
    for number, (name, takes) in enumerate(tiers):
        tone, start = "c1" if takes <= standing else "c3", LEFT + pitch * number + 0.5
        height = max(height_of(float(takes), top), 2.0)
        part = Part(tone, f"{BASE - height:.1f}", f"{height - GAP:.1f}")
        bars.append(_placed(name, (part,), short(float(takes), unit), across, (start, pitch - 1, BASE - height - 6)))
    y = BASE - height_of(float(standing), top)
    return StackedBars(
        tuple(bars),
        rules_for(top, unit, suffix=unit_words),
        unit,
        Rule(f"{y:.0f}", words, f"{y - 5:.0f}"),
        across.text(0),
    )


def _bar(
    column: tuple[str, Sequence[Decimal]], start: float, width: float, across: Across, scale: tuple[float, int]
) -> Bar:
    (label, pieces), (top, unit) = column, scale
    parts, y = [], BASE - GAP
    for tone, piece in enumerate(pieces, start=1):
        height = height_of(float(piece), top)
        if height <= 0:
            continue
        y -= height
        parts.append(Part(f"c{tone}", f"{y:.1f}", f"{max(height - GAP, 0.5):.1f}"))
    total = sum(pieces, Decimal(0))
    figure = short(float(total), unit) if total else ""
    return _placed(label, tuple(parts), figure, across, (start, width, y - 6))


def _placed(label: str, parts: tuple[Part, ...], figure: str, across: Across, spot: tuple[float, float, float]) -> Bar:
    start, width, figure_y = spot
    middle = across.text(start + width / 2)
    return Bar(label, across.box(start, width), f"{width:.2f}%", middle, parts, figure, f"{figure_y:.1f}")
