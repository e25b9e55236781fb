"""Changes to a scheme's JSON, part by part: what the builder's buttons do. Pure; each returns a changed copy.

A *place* names a part as faults do: "tiers.2.needs.all.0" is the first requirement of the third tier.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

Key = str | int
WORDS = {"and": "all", "or": "any"}


class NoSuchPlace(LookupError):
    """There is nothing at a place (any more)."""


def keys_of(place: str) -> list[Key]:
    """Return a place as keys."""
    return [int(each) if each.isdecimal() else each for each in place.split(".")]


def part_at(data: Any, place: str) -> Any:
    """Return what stands at a place.

    Raises:
        NoSuchPlace: nothing does.
    """
    return _walk(data, keys_of(place))


def _walk(data: Any, keys: list[Key]) -> Any:
    for key in keys:
        named = isinstance(data, dict) and isinstance(key, str) and key in data
        if not named and not (isinstance(data, list) and isinstance(key, int) and key < len(data)):
            raise NoSuchPlace
        data = data[key]
    return data


def replaced(data: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    """Put a value at a place; the last key of an object may be new.

    Raises:
        NoSuchPlace: what it belongs to isn't there.
    """
    changed, keys = deepcopy(data), keys_of(place)
    parent = _walk(changed, keys[:-1])
    if not isinstance(parent, dict):
        _walk(parent, keys[-1:])
    parent[keys[-1]] = value
    return changed


def added(data: dict[str, Any], section: str, value: Any) -> dict[str, Any]:
    """Put a further part at the end of a section."""
    return {**deepcopy(data), section: [*data.get(section, []), value]}


def moved(data: dict[str, Any], place: str, step: int) -> dict[str, Any]:
    """Exchange a part with its neighbour, `step` places on; at the end of its list nothing moves.

    Raises:
        NoSuchPlace: nothing is there, or it isn't part of a list.
    """
    changed, keys = deepcopy(data), keys_of(place)
    parts, at = _walk(changed, keys[:-1]), keys[-1]
    if not isinstance(parts, list) or not isinstance(at, int) or at >= len(parts):
        raise NoSuchPlace
    if 0 <= at + step < len(parts):
        parts[at], parts[at + step] = parts[at + step], parts[at]
    return changed


def removed(data: dict[str, Any], place: str) -> dict[str, Any]:
    """Take a part out. A group of requirements that is left with one, or with none, goes with it.

    Raises:
        NoSuchPlace: nothing is there.
    """
    changed = deepcopy(data)
    _remove(changed, keys_of(place))
    return changed


def _remove(data: Any, keys: list[Key]) -> None:
    _walk(data, keys)
    parent = _walk(data, keys[:-1])
    del parent[keys[-1]]
    if isinstance(parent, list) and keys[-2] in WORDS.values():
        if not parent:
            _remove(data, keys[:-2])
        elif len(parent) == 1 and len(keys) > 3 and isinstance(keys[-3], int):
            group = _walk(data, keys[:-2])
            if not group.get("name"):
                _walk(data, keys[:-3])[keys[-3]] = parent[0]


def joined(data: dict[str, Any], place: str, how: str, need: dict[str, Any]) -> dict[str, Any]:
    """Add a requirement to what stands at a place: beside it ("and"), or as an alternative to it ("or").

    Raises:
        NoSuchPlace: what it belongs to isn't there.
    """
    word = WORDS[how]
    owner = part_at(data, place.rpartition(".")[0])
    there = owner.get(place.rpartition(".")[2]) if isinstance(owner, dict) else part_at(data, place)
    if there is None:
        return replaced(data, place, {"all": [need]})
    if isinstance(there, dict) and word in there:
        return replaced(data, place, {**there, word: [*there[word], need]})
    if isinstance(there, dict) and len(there.get("all", ())) == 1 and not there.get("name"):
        return replaced(data, place, {word: [*there["all"], need]})
    return replaced(data, place, {word: [there, need]})
