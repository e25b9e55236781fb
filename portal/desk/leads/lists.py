"""The vendor's leads; several given out, planned or disqualified at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from dealreg.leads.enums import LeadState, OfferState
from dealreg.leads.filters import LeadFilter
from dealreg.leads.permissions import ADD_LEADS, ASSIGN_LEADS, EDIT_LEAD_RULES, VIEW_LEADS
from dealreg.models import Lead, LeadOffer
from portal.desk.lists import at
from portal.statuses import LEAD_LOOK
from portal.viewing import ViewedList
from prm.kernel.actors import Kind

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from prm.kernel.actors import Actor
    from prm.kernel.pages import Page

ACTIONS = (
    {"name": "deed", "value": "plan", "label": _("Match with partners"), "icon": "team"},
    {"name": "deed", "value": "rules", "label": _("Give out by the rules"), "icon": "out"},
)
NARROWING = ("q", "state", "source", "program")
SHOWN_PARTNERS = 2


def lead_row(lead: Lead, offers: list[LeadOffer]) -> dict[str, Any]:
    """Return a lead as a row. offers: those that are open or accepted, the latest first."""
    state = LeadState(lead.state)
    clock = min((offer for offer in offers if offer.is_open), key=lambda each: each.until, default=None)
    names = [offer.partner.name for offer in offers]
    return {
        "lead": lead,
        "url": lead.get_absolute_url(),
        "label": str(state.label),
        "look": LEAD_LOOK[state],
        "with": ", ".join(names[:SHOWN_PARTNERS]) + (f" +{len(names) - SHOWN_PARTNERS}" if names[2:] else ""),
        "until": clock.until if clock else None,
        "since": clock.offered_at if clock else None,
    }


def offers_of(actor: Actor, leads: list[Lead]) -> dict[int, list[LeadOffer]]:
    """Return the open and accepted offers of leads, by lead, the latest first. One query."""
    live = [OfferState.OPEN, OfferState.ACCEPTED]
    found = LeadOffer.objects.visible_to(actor).filter(lead__in=leads, state__in=live).select_related("partner")
    grouped: dict[int, list[LeadOffer]] = {}
    for offer in found.order_by("-offered_at", "-pk"):
        grouped.setdefault(offer.lead_id, []).append(offer)
    return grouped


class LeadList(ViewedList):
    """Every lead of the vendor's."""

    kinds = frozenset({Kind.VENDOR})
    permission = VIEW_LEADS
    template_name = "desk/leads/list.html"
    results_template = "desk/leads/results.html"
    viewed_as = "desk:lead-list"
    filterset_class = LeadFilter
    orders = {"came": ("created_at",), "score": ("score",), "company": ("company",), "since": ("state_at",)}
    default_order = "-came"
    export_name = "leads"
    columns = (
        (_("Reference"), lambda row: row.reference),
        (_("Company"), lambda row: row.company),
        (_("Score"), lambda row: row.score),
        (_("State"), lambda row: str(row.get_state_display())),
        (_("Since"), lambda row: at(row.state_at)),
        (_("Program"), lambda row: row.program.name),
        (_("Source"), lambda row: str(row.get_source_display())),
        (_("Campaign"), lambda row: row.campaign),
        (_("Country"), lambda row: str(row.country)),
        (_("Town"), lambda row: row.city),
        (_("Industry"), lambda row: str(row.get_industry_display())),
        (_("People"), lambda row: row.headcount),
        (_("Contact"), lambda row: row.contact_name),
        (_("E-mail"), lambda row: row.contact_email),
        (_("Phone"), lambda row: row.contact_phone),
        (_("Estimated value"), lambda row: row.value),
        (_("Currency"), lambda row: row.currency),
        (_("Consent"), lambda row: row.consent_text),
        (_("Consent given"), lambda row: at(row.consent_at)),
        (_("Came in"), lambda row: at(row.created_at)),
    )

    def rows(self) -> QuerySet[Lead]:
        """Return the vendor's leads."""
        return Lead.objects.visible_to(self.actor).select_related("program")

    def further_context(self, page: Page) -> dict[str, Any]:
        """Return the rows as shown, and what may be done with them."""
        offers = offers_of(self.actor, page.rows)
        may_assign = self.actor.may(ASSIGN_LEADS)
        return {
            "rows": [lead_row(lead, offers.get(lead.pk, [])) for lead in page.rows],
            "saved": self.saved(),
            "count_words": ngettext("%(count)s lead", "%(count)s leads", page.count) % {"count": page.counted},
            "filtered": any(self.request.GET.get(name) for name in NARROWING),
            "may_add": self.actor.may(ADD_LEADS),
            "may_assign": may_assign,
            "may_set_up": self.actor.may(EDIT_LEAD_RULES),
            "actions": ACTIONS if may_assign else (),
            "results_url": reverse("desk:lead-results"),
        }
