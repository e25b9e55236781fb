"""Who a job works for: the person who started it, at that seat, as it stands now.

`partners` knows seats and stands above; it plugs in.
"""

from __future__ import annotations

from collections.abc import Callable

from prm.kernel.actors import Actor

ActorMaker = Callable[[int, int], Actor | None]

_maker: list[ActorMaker] = []


def set_actor_maker(maker: ActorMaker) -> None:
    """Plug in the function that makes an actor from a person's and a seat's id; called once at start-up."""
    _maker[:] = [maker]


def actor_at_seat(person_id: int, seat_id: int) -> Actor | None:
    """Return the actor of a person at a seat as both stand now; None where the seat or the person has ended."""
    return _maker[0](person_id, seat_id)
