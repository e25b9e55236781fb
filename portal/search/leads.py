"""Leads that fit what was typed: a vendor's own; of a partner's only those that it has accepted, and still has."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse

from dealreg.leads.enums import LeadState
from dealreg.leads.permissions import VIEW_LEADS
from dealreg.models import Lead
from portal.search.hits import Fit, Hit, fit_of
from portal.search.records import MOST_READ, holding
from prm.kernel.actors import Actor


def lead_hits(actor: Actor, asked: str) -> Iterator[Hit]:
    """Yield leads by company, contact or reference. One query."""
    if not actor.may(VIEW_LEADS):
        return
    text, seen = asked.upper(), Lead.objects.visible_to(actor)
    found = (
        holding(seen, "company", asked)
        | holding(seen, "contact_name", asked)
        | seen.filter(Q(reference__startswith=text))
    )
    shown = ("company", "reference", "state", "city")
    # A partner opens a lead by its offer, whose address nobody guesses; its list has it.
    for company, reference, state, city in found.order_by("company", "pk").values_list(*shown)[:MOST_READ]:
        fit = Fit.SAME if reference == text else fit_of(company, asked) or Fit.HOLDS
        url = reverse("desk:lead", args=[reference]) if actor.is_vendor else f"{reverse('portal:lead-list')}?view=held"
        note = " · ".join(part for part in (reference, city, str(LeadState(state).label)) if part)
        yield Hit(company, url, "lead", note, fit)
