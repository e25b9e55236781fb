"""The list of all the vendor's deals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from dealreg.enums import Outcome, Status
from dealreg.filters import DeskDealFilter
from dealreg.models import Deal, WinChance
from dealreg.own_fields import labelled
from dealreg.permissions import SEE_DESK
from dealreg.rulings import definition_of_deal
from dealreg.stages import forecast_of, why_stalled
from portal.boards import views_of
from portal.desk.dossier import Ring, ring_of
from portal.statuses import OUTCOME_LOOK, STATUS_LOOK
from portal.viewing import ViewedList
from prm.kernel.actors import Kind
from prm.kernel.pages import Page

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

SHOWN = (
    "reference",
    "customer_name",
    "value",
    "currency",
    "part",
    "status",
    "outcome",
    "submitted_at",
    "due_at",
    "clock_left",
    "protected_from",
    "protected_until",
    "partner__name",
)


def at(moment: datetime | None) -> str:
    """Return a moment for a spreadsheet, in the reader's time zone."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""


@dataclass(frozen=True, slots=True)
class DealRow:
    """A deal with its badge and clock."""

    deal: Deal
    url: str
    label: str
    look: tuple[str, str]
    ring: Ring


def deal_row(deal: Deal, base: str) -> DealRow:
    """Return a deal as a row: its outcome once it is closed, else its registration. `base`: the list's address."""
    # One address looked up for all rows; the enum's label, not Django's get_…_display, which lists all choices anew.
    url, ring = f"{base}{deal.reference}/", ring_of(deal)
    if deal.outcome != Outcome.OPEN:
        return DealRow(deal, url, str(Outcome(deal.outcome).label), OUTCOME_LOOK[Outcome(deal.outcome)], ring)
    return DealRow(deal, url, str(Status(deal.status).label), STATUS_LOOK[Status(deal.status)], ring)


def deal_rows(deals: Iterable[Deal]) -> list[DealRow]:
    """Return deals as rows."""
    base = reverse("desk:deal-list")
    return [deal_row(deal, base) for deal in deals]


def count_words(page: Page) -> str:
    """Return how many deals were found, in words."""
    return ngettext("%(count)s deal", "%(count)s deals", page.count) % {"count": page.counted}


class DealList(ViewedList):
    """Every deal registered with the vendor."""

    kinds = frozenset({Kind.VENDOR})
    permission = SEE_DESK
    template_name = "desk/deals.html"
    results_template = "desk/parts/deals.html"
    viewed_as = "desk:deal-list"
    filterset_class = DeskDealFilter
    orders = {
        "submitted": ("submitted_at",),
        "customer": ("customer_name",),
        "value": ("value",),
        "due": ("due_at",),
    }
    default_order = "-submitted"
    export_name = "deals"
    columns = (
        (_("Reference"), lambda deal: deal.reference),
        (_("Customer"), lambda deal: deal.customer_name),
        (_("Country"), lambda deal: str(deal.customer_country)),
        (_("Partner"), lambda deal: deal.partner.name),
        (_("Project"), lambda deal: deal.title),
        (_("Value"), lambda deal: deal.value),
        (_("Currency"), lambda deal: deal.currency),
        (_("Registration"), lambda deal: str(deal.get_status_display())),
        (_("Outcome"), lambda deal: str(deal.get_outcome_display())),
        (_("Chance to win, percent"), lambda deal: deal.chance if deal.outcome == Outcome.OPEN else None),
        (_("Sales stage"), lambda deal: str(deal.get_stage_display())),
        (_("Forecast"), lambda deal: str(forecast_of(deal).label)),
        (_("Stalled"), lambda deal: why_stalled(deal, timezone.now())),
        (_("Submitted"), lambda deal: at(deal.submitted_at)),
        (_("Decision due"), lambda deal: at(deal.due_at)),
        (_("Decided"), lambda deal: at(deal.decided_at)),
        (_("Protected until"), lambda deal: at(deal.protected_until)),
        (_("Expected close"), lambda deal: deal.close_date.isoformat()),
        (_("Won value"), lambda deal: deal.closed_value),
        (_("Answers"), lambda deal: labelled(deal.definition, deal.answers | deal.desk_answers, deal.currency)),
    )

    def rows(self) -> QuerySet[Deal]:
        """Return the vendor's deals; the page reads only what it shows, the export whole rows."""
        chance = WinChance.objects.visible_to(self.actor).filter(deal=OuterRef("pk")).values("percent")[:1]
        deals = Deal.objects.visible_to(self.actor).select_related("partner").annotate(chance=Subquery(chance))
        if self.request.GET.get("export"):
            return deals.annotate(definition=definition_of_deal())
        return deals.only(*SHOWN)

    def further_context(self, page: Page) -> dict[str, Any]:
        """Return the rows as shown, and whether anything narrows them."""
        return {
            "rows": deal_rows(page.rows),
            "partner_name": page.rows[0].partner.name if page.rows and self.request.GET.get("partner") else "",
            "views": views_of(self.request, self.request.path, reverse("desk:deal-board"), board=False),
            "saved": self.saved(),
            "count_words": count_words(page),
            "filtered": any(self.request.GET.get(name) for name in self.filterset_class.base_filters),
        }
