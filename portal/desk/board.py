"""The vendor's pipeline as a board: all partners' open deals by stage, to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dealreg.filters import DeskDealFilter
from dealreg.models import Deal
from dealreg.permissions import SEE_DESK
from portal.boards import Board
from prm.kernel.actors import Kind

if TYPE_CHECKING:
    from dealreg.querysets import DealQuerySet

SHOWN = (
    "reference", "customer_name", "title", "value", "currency", "close_date", "stage", "stage_since", "stalled_at",
    "stall_limit", "forecast", "outcome", "next_step", "partner__name",
)  # fmt: skip


class DealBoard(Board):
    """Every partner's open deals with the vendor."""

    kinds = frozenset({Kind.VENDOR})
    permission = SEE_DESK
    template_name = "desk/board.html"
    list_name, board_name = "desk:deal-list", "desk:deal-board"
    filterset_class = DeskDealFilter

    def rows(self) -> DealQuerySet:
        """Return the vendor's deals."""
        found: DealQuerySet = Deal.objects.visible_to(self.actor).select_related("partner").only(*SHOWN)
        return found

    def whose(self, deal: Deal) -> str:
        """Name the partner."""
        return str(deal.partner.name)
