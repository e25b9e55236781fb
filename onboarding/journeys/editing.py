"""Changes to a journey's JSON, part by part: what the builder's buttons do. Pure; each returns a changed copy.

A *place* names a part as faults do: "stages.1.steps.0" is the first step of the second stage.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from standing.scheme.editing import NoSuchPlace, added, keys_of, moved, part_at, removed, replaced

__all__ = ["NoSuchPlace", "added", "part_at", "removed", "replaced", "shifted", "step_added"]


def step_added(data: dict[str, Any], stage: str, step: dict[str, Any]) -> dict[str, Any]:
    """Put a further step at the end of a stage.

    Raises:
        NoSuchPlace: there is no such stage.
    """
    steps = part_at(data, stage).get("steps", [])
    return replaced(data, f"{stage}.steps", [*steps, step])


def shifted(data: dict[str, Any], place: str, by: int) -> dict[str, Any]:
    """Move a part among its like, `by` places on; a step at the edge of its stage goes over to the one beside it.

    Raises:
        NoSuchPlace: nothing is there.
    """
    keys = keys_of(place)
    if len(keys) != 4:
        return moved(data, place, by)
    steps, at = part_at(data, ".".join(str(key) for key in keys[:3])), int(keys[3])
    if 0 <= at + by < len(steps):
        return moved(data, place, by)
    changed, stage = deepcopy(data), int(keys[1])
    step = part_at(changed, place)
    if 0 <= stage + by < len(changed["stages"]):
        changed["stages"][stage]["steps"].pop(at)
        target = changed["stages"][stage + by].setdefault("steps", [])
        target.insert(0 if by > 0 else len(target), step)
    return changed
