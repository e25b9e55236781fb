"""Who goes from which step of a ladder to which: steps before on one side, after on the other, bands between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.charts.scales import Across

NAMES, STEP = 25.0, 2.5
"""What the names on each side, and a step's box, take in per cent of the width."""
HEAD, TALL, LEAST, GAP = 24.0, 220.0, 34.0, 6.0
"""Pixels: for the sides' headings, for all boxes together, for a row of two lines, between rows."""
THIN = 3.0


@dataclass(frozen=True, slots=True)
class FlowStep:
    """A step as it is drawn, with its two lines of words."""

    name: str
    figure: str
    y: str
    height: str
    name_y: str
    figure_y: str


@dataclass(frozen=True, slots=True)
class Flow:
    """A band between two steps. tone: "good" up, "warn" down, "info" from nowhere, "" across."""

    path: str
    tone: str


@dataclass(frozen=True, slots=True)
class Flows:
    """A chart of two ladders and what goes from one to the other."""

    before: tuple[FlowStep, ...]
    after: tuple[FlowStep, ...]
    bands: tuple[Flow, ...]
    heads: tuple[str, str]
    places: Mapping[str, str]
    height: int
    template: str = "components/charts/flows.html"

    @property
    def bottom(self) -> str:
        """How high the bands' box is."""
        return f"{self.height}"


Side = Sequence[tuple[str, str, int, str]]
"""Steps from the top down: key, name, count, the count in words."""


def flows(
    before: Side, after: Side, moves: Mapping[tuple[str, str], tuple[int, str]], heads: tuple[str, str],
    *, rtl: bool | None = None,
) -> Flows:  # fmt: skip
    """Return the chart.

    Args:
        moves: how many go from one key to another, and the band's tone. heads: what the two sides are.
        rtl: whether it runs from right to left; None as the language does.
    """
    across = Across.reading(rtl)
    total = max(sum(count for _key, _name, count, _words in before), 1)
    one = TALL / total
    drawn_before, tops_before, end_before = _stack(before, one)
    drawn_after, tops_after, end_after = _stack(after, one)
    bands = []
    order = {key: place for place, (key, *_rest) in enumerate(after)}
    for key, *_rest in before:
        for (start, end), (count, tone) in sorted(moves.items(), key=lambda move: order[move[0][1]]):
            if start == key and count:
                bands.append(Flow(_band(tops_before[start], tops_after[end], count * one, across), tone))
                tops_before[start] += count * one
                tops_after[end] += count * one
    return Flows(
        drawn_before, drawn_after, tuple(bands), heads, _places(across), round(max(end_before, end_after))
    )  # fmt: skip


def _places(across: Across) -> dict[str, str]:
    """Return where names, boxes and bands stand across."""
    right = 100 - NAMES - STEP
    return {
        "before_text": across.text(NAMES - 1.5),
        "before_box": across.box(NAMES, STEP),
        "after_box": across.box(right, STEP),
        "after_text": across.text(100 - NAMES + 1.5),
        "step": f"{STEP:.2f}%",
        "bands": across.box(NAMES + STEP, right - NAMES - STEP),
        "width": f"{right - NAMES - STEP:.2f}%",
    }


def _stack(side: Side, one: float) -> tuple[tuple[FlowStep, ...], dict[str, float], float]:
    """Return the steps of a side, where each box begins, and where the last row ends."""
    y, drawn, tops = HEAD, [], {}
    for key, name, count, words in side:
        height = max(count * one, THIN)
        row = max(height, LEAST)
        top = y + (row - height) / 2
        middle = y + row / 2
        drawn.append(FlowStep(name, words, *(f"{at:.1f}" for at in (top, height, middle - 3, middle + 12))))
        tops[key] = top
        y += row + GAP
    return tuple(drawn), tops, y


def _band(start: float, end: float, thick: float, across: Across) -> str:
    """Return a band's path in a box 100 wide and as high as the chart."""
    left, right = across.point(0), across.point(100)
    return (
        f"M{left:.0f},{start:.1f} C50,{start:.1f} 50,{end:.1f} {right:.0f},{end:.1f} L{right:.0f},{end + thick:.1f}"
        f" C50,{end + thick:.1f} 50,{start + thick:.1f} {left:.0f},{start + thick:.1f} Z"
    )
