"""What else waits on the console's start page. An area with something of its own adds a function that counts it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure with its rows behind it. tone: "bad" or "warn" where somebody must act."""

    label: str
    count: int
    url: str
    tone: str = ""

    @property
    def figure(self) -> str:
        """The count as shown: "99+" beyond."""
        return f"{self.count:,}" if self.count < MOST_COUNTED else f"{MOST_COUNTED - 1}+"


FURTHER: list[Callable[[Actor], Tile | None]] = []
"""Each takes one query at most, and gives None where nothing waits."""


def further_tiles(actor: Actor) -> list[Tile]:
    """Return the tiles of the other areas."""
    return [tile for count in FURTHER if (tile := count(actor)) is not None]
