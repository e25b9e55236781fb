"""Named filters of what the pages keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from prm.kernel.scoping import ScopedQuerySet

if TYPE_CHECKING:
    from prm.kernel.actors import Actor


class SavedViewQuerySet(ScopedQuerySet):
    """Saved views."""

    def visible_to(self, actor: Actor) -> Self:
        """Show each person the views of the seat it acts from."""
        if actor.person_id is None or actor.seat_id is None:
            return self.none()
        return self.filter(seat_id=actor.seat_id, seat__person_id=actor.person_id)

    def kept(self) -> Self:
        """Return those that weren't deleted."""
        return self.filter(deleted_at=None)

    def of_page(self, page: str) -> Self:
        """Return the kept views of a list, the start view first, then by name."""
        return self.kept().filter(page=page).order_by("-is_start", "name", "pk")
