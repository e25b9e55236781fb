"""A journey drawn: stages as lanes from the top down, steps from left to right by what they wait for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from onboarding.enums import Side
from onboarding.step_kinds import STEP_KINDS

if TYPE_CHECKING:
    from onboarding.journeys import Definition, Step

WIDE, TALL = 176, 44
"""Pixels of a box."""
GAP_X, GAP_Y = 36, 12
HEAD, PAD = 26, 12
MOST_LETTERS = 25


@dataclass(frozen=True, slots=True)
class Box:
    """A step."""

    x: int
    y: int
    name: str
    whole: str
    note: str
    side: str
    is_conditional: bool

    @property
    def text_x(self) -> int:
        """Where its words begin."""
        return self.x + 12

    @property
    def name_y(self) -> int:
        """The base line of its name."""
        return self.y + 19

    @property
    def note_y(self) -> int:
        """The base line of what is said below."""
        return self.y + 35


@dataclass(frozen=True, slots=True)
class Lane:
    """A stage."""

    name: str
    y: int
    height: int

    @property
    def text_y(self) -> int:
        """The base line of its name."""
        return self.y + 18


@dataclass(frozen=True, slots=True)
class JourneyFlow:
    """The drawing."""

    width: int
    height: int
    lanes: tuple[Lane, ...]
    boxes: tuple[Box, ...]
    edges: tuple[str, ...]
    wide: int = WIDE
    tall: int = TALL


def journey_flow(definition: Definition) -> JourneyFlow | None:
    """Return the drawing; None where steps wait in a circle or for what isn't there, or where there are none."""
    layers = _layers(definition)
    if layers is None:
        return None
    places: dict[str, tuple[int, int]] = {}
    lanes, y = [], 0
    for stage in definition.stages:
        rows: dict[int, int] = {}
        for step in stage.steps:
            layer = layers[step.slug]
            row = rows.get(layer, 0)
            rows[layer] = row + 1
            places[step.slug] = (PAD + layer * (WIDE + GAP_X), y + HEAD + row * (TALL + GAP_Y))
        height = HEAD + max(rows.values(), default=1) * (TALL + GAP_Y) + PAD - GAP_Y
        lanes.append(Lane(stage.name, y, height))
        y += height
    boxes = tuple(_box(step, *places[step.slug]) for step in definition.steps)
    edges = tuple(_edge(places[start], places[end]) for start, end in _needed(definition))
    width = 2 * PAD + (max(layers.values()) + 1) * (WIDE + GAP_X) - GAP_X
    return JourneyFlow(width, y, tuple(lanes), boxes, edges)


def _layers(definition: Definition) -> dict[str, int] | None:
    found: dict[str, int] = {}
    left = dict(definition.waits)
    while ready := [slug for slug, waits in left.items() if all(each in found for each in waits)]:
        for slug in ready:
            found[slug] = max((found[each] + 1 for each in left[slug]), default=0)
            del left[slug]
    return None if left or not found else found


def _needed(definition: Definition) -> list[tuple[str, str]]:
    """Return what waits for what, without what follows from the rest."""
    before: dict[str, set[str]] = {}

    def all_before(slug: str) -> set[str]:
        if slug not in before:
            waits = definition.waits[slug]
            before[slug] = set(waits).union(*(all_before(each) for each in waits))
        return before[slug]

    return [
        (start, slug)
        for slug, waits in definition.waits.items()
        for start in waits
        if not any(start in all_before(other) for other in waits if other != start)
    ]


def _box(step: Step, x: int, y: int) -> Box:
    kind = STEP_KINDS.get(step.kind)
    side = step.side or (kind.default_side if kind else Side.VENDOR)
    name = step.name if len(step.name) <= MOST_LETTERS else f"{step.name[: MOST_LETTERS - 1].rstrip()}…"
    note = str(kind.label if kind else step.kind)
    return Box(x, y, name, step.name, note, str(side), step.when is not None)


def _edge(start: tuple[int, int], end: tuple[int, int]) -> str:
    x1, y1 = start[0] + WIDE, start[1] + TALL // 2
    x2, y2 = end[0], end[1] + TALL // 2
    bend = x1 + GAP_X // 2
    return f"M{x1},{y1} C{bend + 8},{y1} {x2 - GAP_X // 2 - 8},{y2} {x2},{y2}"
