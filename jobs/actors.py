"""Who a job works for: the person who started it, at that seat, as both stand now.

`partners` knows seats and stands above; it plugs in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from prm.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class Holder:
    """A person at a seat: the actor, and what pages know of person and seat beside it."""

    actor: Actor
    person: Any
    place: Any


HolderOf = Callable[[int, int], Holder | None]

_source: list[HolderOf] = []


def set_holder_source(source: HolderOf) -> None:
    """Plug in the function that finds a holder by a person's and a seat's id; called once at start-up."""
    _source[:] = [source]


def holder_of(person_id: int, seat_id: int | None) -> Holder | None:
    """Return who holds a seat, as it stands now; None where the seat or the person has ended, or there is no seat."""
    return None if seat_id is None else _source[0](person_id, seat_id)
