"""What became of leads, by partner."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from dealreg.leads.permissions import VIEW_LEADS
from dealreg.leads.reports import PERIODS, LeadResults, results_of
from partners.models import Vendor
from portal.formats import span_text
from prm.kernel.actors import Kind
from prm.kernel.pages import ActorView


class Results(ActorView):
    """Accepted, how quickly, converted, won and for how much."""

    kinds = frozenset({Kind.VENDOR})
    permission = VIEW_LEADS

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show the table."""
        asked = request.GET.get("days", "")
        days = int(asked) if asked in {str(each) for each in PERIODS} else PERIODS[-1]
        currency = Vendor.objects.visible_to(self.actor).values_list("currency", flat=True)[0]
        found = results_of(self.actor, days, currency)
        return self._page(found, days)

    def _page(self, found: list[LeadResults], days: int) -> HttpResponse:
        accepted, converted = sum(each.accepted for each in found), sum(each.converted for each in found)
        offered = sum(each.offered for each in found)
        context: dict[str, Any] = {
            "rows": [(each, span_text(each.seconds) if each.seconds is not None else "") for each in found],
            "offered": offered,
            "accepted": accepted,
            "converted": converted,
            "acceptance": round(100 * accepted / offered) if offered else 0,
            "conversion": round(100 * converted / accepted) if accepted else 0,
            "won": sum(each.won for each in found),
            "days": days,
            "chips": [
                {
                    "label": _("%(count)d days") % {"count": each},
                    "url": f"?days={each}",
                    "current": each == days,
                    "count": None,
                }
                for each in PERIODS
            ],
            "crumbs": [{"label": _("Leads"), "url": reverse("desk:lead-list")}],
        }
        return render(self.request, "desk/leads/by_partner.html", context)
