"""Lines over time, and the sparkline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.charts.scales import BASE, LEFT, TOP, Across, Rule, nice_top, rules_for, short, unit_for

MOST_TICKS = 6


@dataclass(frozen=True, slots=True)
class Line:
    """One series: its name, its points in a box of 100 by 100, and its last figure with where that stands."""

    name: str
    tone: str
    points: str
    figure: str
    figure_y: str


@dataclass(frozen=True, slots=True)
class Lines:
    """A chart of one or two series over the same periods."""

    lines: tuple[Line, ...]
    rules: tuple[Rule, ...]
    ticks: tuple[tuple[str, str], ...]
    unit: int
    x: str
    end: str
    edge: str
    template: str = "components/charts/lines.html"

    @property
    def width(self) -> str:
        """What the lines' box takes."""
        return f"{RIGHT - LEFT:.2f}%"


RIGHT = 92.0


def line_chart(
    labels: Sequence[str],
    series: Sequence[tuple[str, Sequence[float]]],
    *,
    currency: str = "",
    suffix: str = "",
    rtl: bool | None = None,
) -> Lines:
    """Return a chart of at most two series, told apart by dashes as well as colour.

    Args:
        labels: of the periods; as many are written as fit. series: per series its name and its figures.
        currency, suffix: the figures' unit. rtl: whether it runs from right to left; None as the language does.
    """
    peak = max((value for _name, values in series for value in values), default=0)
    top, unit, across = nice_top(peak), unit_for(peak), Across.reading(rtl)
    step = max(1, -(-len(labels) // MOST_TICKS))
    ticks = tuple(
        (across.text(LEFT + (RIGHT - LEFT) * _share(number, len(labels))), label)
        for number, label in enumerate(labels)
        if number % step == 0
    )
    return Lines(
        tuple(
            Line(
                name,
                f"l{number}",
                _points(values, top, across),
                short(values[-1], unit) if values else "",
                f"{BASE - (values[-1] if values else 0) / top * (BASE - TOP) + 4:.1f}",
            )
            for number, (name, values) in enumerate(series, start=1)
        ),
        rules_for(top, unit, currency=currency, suffix=suffix),
        ticks,
        unit,
        across.box(LEFT, RIGHT - LEFT),
        across.text(RIGHT + 1.5),
        across.text(0),
    )


def _share(number: int, count: int) -> float:
    return number / (count - 1) if count > 1 else 0.5


def _points(values: Sequence[float], top: float, across: Across) -> str:
    return " ".join(
        f"{across.point(100 * _share(number, len(values))):.1f},{100 - value / top * 100:.1f}"
        for number, value in enumerate(values)
    )


def spark_points(values: Sequence[float], *, rtl: bool | None = None) -> str:
    """Return the points of a sparkline in a box of 100 by 100: from the lowest to the highest figure, no axis."""
    low, high = min(values, default=0), max(values, default=0)
    span, across = (high - low) or 1, Across.reading(rtl)
    return " ".join(
        f"{across.point(100 * _share(number, len(values))):.1f},{96 - (value - low) / span * 92:.1f}"
        for number, value in enumerate(values)
    )
