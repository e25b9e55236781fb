"""What the desk says of a request for more time, in the queue and beside the deal. No queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dealreg.extending import room_of, signs_from, suggest_extension

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dealreg.extending import Room, Sign
    from dealreg.models import Deal, Extension
    from dealreg.reports import Line
    from dealreg.rules import Suggestion


@dataclass(frozen=True, slots=True)
class MoreTime:
    """A request that waits, with what speaks for and against it."""

    extension: Extension
    room: Room
    signs: tuple[Sign, ...]
    suggestion: Suggestion

    @property
    def number(self) -> int:
        """Which of the deal's extensions it would be, from 1."""
        return self.room.granted + 1


def more_time(deal: Any, extensions: Sequence[Extension], line: Line) -> MoreTime | None:
    """Return the request that waits on a deal with its policy's `figures`, None where none does."""
    waiting = next((each for each in extensions if each.waits), None)
    if waiting is None:
        return None
    room = room_of(deal, deal.figures, sum(each.until is not None for each in extensions))
    signs = signs_from(waiting.activity)
    others = sum(other.partner_id != deal.partner_id for other in line.waiting)
    return MoreTime(waiting, room, signs, suggest_extension(room, waiting.days, signs, others))


def suggested(deal: Deal, near: Sequence[dict[str, Any]], partner_id: int) -> Suggestion:
    """Return the suggestion for a row of the queue's requests: `near` are the rivals that wait."""
    asked: dict[str, Any] = deal.asked  # type: ignore[attr-defined]
    room = room_of(deal, deal.figures, deal.granted)  # type: ignore[attr-defined]
    others = sum(rival["partner"] != partner_id for rival in near)
    return suggest_extension(room, asked["days"], signs_from(asked["activity"]), others)
