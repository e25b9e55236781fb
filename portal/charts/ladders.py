"""The ladder as stairs: each tier a step, filled as far as what it takes is met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.charts.scales import BASE, TOP, Across

LOWEST = 0.35
"""How high the first step is, as a part of the last."""
SEAM = 0.8
"""Between two steps, in per cent of the width."""


@dataclass(frozen=True, slots=True)
class Rung:
    """A tier. share: how much of what it takes is met, 0 to 1. figure: that in words. held: whether one is there."""

    name: str
    share: float
    figure: str
    held: bool = False


@dataclass(frozen=True, slots=True)
class Stair:
    """A step as it is drawn."""

    name: str
    x: str
    width: str
    middle: str
    y: str
    height: str
    filled_y: str
    filled: str
    figure: str
    figure_y: str
    held: bool


@dataclass(frozen=True, slots=True)
class Stairs:
    """A chart of steps that rise."""

    stairs: tuple[Stair, ...]
    template: str = "components/charts/stairs.html"


def stairs(rungs: Sequence[Rung], *, rtl: bool | None = None) -> Stairs:
    """Return the ladder, lowest tier first.

    Args:
        rtl: whether it rises from right to left; None as the language does.
    """
    across, pitch = Across.reading(rtl), 100 / max(len(rungs), 1)
    rise = (1 - LOWEST) / max(len(rungs) - 1, 1)
    found = []
    for number, rung in enumerate(rungs):
        height = (BASE - TOP) * (LOWEST + rise * number if len(rungs) > 1 else 1)
        filled = height * min(max(rung.share, 0.0), 1.0)
        start, width = pitch * number, pitch - SEAM
        found.append(
            Stair(
                rung.name,
                across.box(start, width),
                f"{width:.2f}%",
                across.text(start + width / 2),
                f"{BASE - height:.1f}",
                f"{height:.1f}",
                f"{BASE - filled:.1f}",
                f"{filled:.1f}",
                rung.figure,
                f"{BASE - height - 7:.1f}",
                rung.held,
            )
        )
    return Stairs(tuple(found))
