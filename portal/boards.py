"""The board of a pipeline, as the portal and the desk show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dealreg.board import by_forecast, columns_of, totals_of
from dealreg.enums import Forecast, Outcome, Stage
from dealreg.stages import forecast_of, why_stalled
from prm.kernel.money import shown
from prm.kernel.pages import ActorView

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from decimal import Decimal

    from django_filters import FilterSet

    from dealreg.board import StageSum
    from dealreg.models import Deal
    from dealreg.querysets import DealQuerySet

NOT_OF_A_LIST = frozenset({"all", "page", "export", "more", "order"})
FORECAST_LOOK = {
    Forecast.PIPELINE: ("", "deal"),
    Forecast.BEST_CASE: ("info", "up"),
    Forecast.COMMIT: ("good", "ok"),
    Forecast.OMITTED: ("", "x"),
}
ENDS = ((Outcome.WON, "done"), (Outcome.LOST, "no"))


@dataclass(frozen=True, slots=True)
class Card:
    """A deal on the board."""

    deal: Deal
    url: str
    value: str
    forecast: str
    look: tuple[str, str]
    stalled: str
    whose: str


def money_words(sums: Iterable[tuple[Decimal, str]]) -> str:
    """Return sums in words, the largest first, or a dash."""
    return ", ".join(shown(value, currency) for value, currency in sums) or "–"


def forecast_words(totals: Iterable[StageSum]) -> list[dict[str, Any]]:
    """Return the totals by forecast category, as `deals/forecast.html` shows them."""
    return [
        {"label": forecast.label, "look": FORECAST_LOOK[forecast], "amount": money_words(sums), "count": count}
        for forecast, sums, count in by_forecast(totals)
    ]


def views_of(request: HttpRequest, list_url: str, board_url: str, *, board: bool) -> list[dict[str, Any]]:
    """Return the two ways to look at deals, list and board, which keep the filter."""
    kept = {name: value for name, value in request.GET.items() if value and name not in NOT_OF_A_LIST}
    tail = f"?{urlencode(kept)}" if kept else ""
    shared = [] if list_url.startswith("/desk") else [_tab(_("Shared with you"), reverse("portal:shared-deal-list"))]
    return [
        {"label": _("List"), "url": f"{list_url}{tail}", "current": not board, "count": None},
        {"label": _("Board"), "url": f"{board_url}{tail}", "current": board, "count": None},
        *shared,
    ]


def _tab(label: str, url: str) -> dict[str, Any]:
    return {"label": label, "url": url, "current": False, "count": None}


class Board(ActorView):
    """Open deals by stage. Subclasses give the rows, the filter and what belongs to their side."""

    template_name = "partner/board.html"
    list_name: str
    board_name: str
    filterset_class: type[FilterSet]
    moves = False

    def rows(self) -> DealQuerySet:
        """Return the deals in the actor's sight, with what a card shows."""
        raise NotImplementedError

    def whose(self, deal: Deal) -> str:
        """Return what else a card says of whose deal it is."""
        return ""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the board."""
        filterset = self.filterset_class(request.GET, queryset=self.rows(), request=request)
        totals = totals_of(filterset.qs)
        now, wide = timezone.now(), request.GET.get("all", "")
        list_url, board_url = reverse(self.list_name), reverse(self.board_name)
        columns = [
            {
                "stage": column.stage,
                "label": column.stage.label,
                "count": column.count,
                "more": column.more,
                "sums": money_words(column.sums),
                "cards": [self.card(deal, now) for deal in column.deals],
                "is_wide": wide == column.stage,
            }
            for column in columns_of(filterset.qs, totals, wide)
        ]
        context = {
            "filter": filterset,
            "columns": columns,
            "forecast": forecast_words(totals),
            "views": views_of(request, list_url, board_url, board=True),
            "ends": [(str(end), end.label, icon) for end, icon in ENDS] if self.moves else [],
            "choices": [(str(each), each.label) for each in (*Stage, Outcome.WON, Outcome.LOST)],
            "moves": self.moves,
            "count": sum(column["count"] for column in columns),  # type: ignore[misc]
            **self.further_context(),
        }
        return render(request, self.template_name, context)

    def further_context(self) -> dict[str, Any]:
        """Return what else the page shows."""
        return {}

    def card(self, deal: Deal, now: datetime) -> Card:
        """Return a deal as a card."""
        sure = forecast_of(deal)
        return Card(
            deal,
            deal.get_absolute_url() if self.actor.is_partner else deal.get_desk_url(),
            shown(deal.value, deal.currency),
            str(sure.label),
            FORECAST_LOOK[sure],
            why_stalled(deal, now),
            self.whose(deal),
        )
