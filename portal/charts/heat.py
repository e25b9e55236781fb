"""Heat maps: two dimensions, a figure in every cell, gaps outlined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.charts.scales import Across

NAMES, HEAD, ROW = 24.0, 24, 38
"""What the rows' names take, in per cent; heights in pixels."""
LEVELS = (0.34, 0.67)


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A cell: its figure, and how strong its colour is (0 to 3, or gap)."""

    figure: str
    level: str
    x: str
    middle: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A row of cells under its name."""

    label: str
    y: int
    text_y: int
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, slots=True)
class Heat:
    """A chart of rows and columns."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[HeatRow, ...]
    width: str
    height: int
    edge: str
    template: str = "components/charts/heat.html"


def heat_map(
    columns: Sequence[str], rows: Sequence[tuple[str, Sequence[int | None]]], *, rtl: bool | None = None
) -> Heat:
    """Return a heat map; None stands for a gap, which is outlined and marked rather than merely pale.

    Args:
        rows: per row its name and a figure for each column, not negative.
    """
    across, pitch = Across.reading(rtl), (100 - NAMES) / max(len(columns), 1)
    peak = max((value or 0 for _label, values in rows for value in values), default=0) or 1
    drawn = []
    for number, (label, values) in enumerate(rows):
        y = HEAD + number * ROW
        cells = tuple(
            HeatCell(
                "–" if value is None else str(value),
                _level(value, peak),
                across.box(NAMES + pitch * place, pitch - 0.6),
                across.text(NAMES + pitch * place + (pitch - 0.6) / 2),
            )
            for place, value in enumerate(values)
        )
        drawn.append(HeatRow(label, y, y + 23, cells))
    heads = tuple(
        (label, across.text(NAMES + pitch * place + (pitch - 0.6) / 2)) for place, label in enumerate(columns)
    )
    return Heat(heads, tuple(drawn), f"{pitch - 0.6:.2f}%", HEAD + len(rows) * ROW, across.text(0))


def _level(value: int | None, peak: int) -> str:
    if value is None:
        return "gap"
    share = value / peak
    return "0" if value == 0 else "1" if share < LEVELS[0] else "2" if share < LEVELS[1] else "3"
