"""Giving leads out by a program's rules, and passing them on when nobody answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dealreg.leads.candidates import candidates_for, family_names, limits_of, rules_of, wanted_of
from dealreg.leads.enums import FREE, Distribution, LeadState, Way
from dealreg.leads.matching import Candidate, Fit, in_turn, ranked
from dealreg.leads.workflow import LEAD
from dealreg.models import Deal, Lead, LeadOffer, LeadRules
from dealreg.services.lead_offers import Proposal, offer_lead
from prm.kernel.workflow import locked, move

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

WAYS = {
    Distribution.OFFERED: Way.OFFERED,
    Distribution.ROUND_ROBIN: Way.ROUND_ROBIN,
    Distribution.FIRST_TO_CLAIM: Way.FIRST_TO_CLAIM,
}


@transaction.atomic
def distribute_lead(*, actor: Actor, lead: Lead) -> list[LeadOffer]:
    """Offer a lead to whom the program's rules choose next; returns the offers, none where it waits for a person.

    Nobody is asked twice about a lead. A customer in the deal of some partner is offered to that partner alone. With
    nobody left, or after the most offers that the rules allow, it is exhausted (`lead.exhausted`) and its vendor's
    people are told.

    Raises:
        Http404, Forbidden: out of sight, no right.
    """
    fresh: Lead = locked(lead, actor)
    rules = rules_of(fresh.program)
    if rules.distribution == Distribution.BY_HAND or fresh.state not in FREE or fresh.state == LeadState.EXHAUSTED:
        return []
    asked = set(LeadOffer.objects.filter(lead=fresh).values_list("enrollment_id", flat=True))
    chosen = next_for(fresh, rules, asked)
    if not chosen:
        exhaust_lead(actor=actor, lead=fresh, reason=_why_nobody(rules, len(asked)))
        return []
    way = WAYS[Distribution(rules.distribution)]
    proposals = [proposal_of(*each) for each in chosen]
    return offer_lead(actor=actor, lead=fresh, proposals=proposals, way=way, rules=rules)


def next_for(lead: Lead, rules: LeadRules, asked: set[int]) -> list[tuple[Candidate, Fit]]:
    """Return whom the rules choose next, with the fit; nobody, where there is none."""
    left = rules.most_offers - len(asked)
    if left <= 0:
        return []
    able = [each for each in candidates_for(lead.program) if each.enrollment_id not in asked]
    holders = holders_of(lead)
    if holders:
        able = [each for each in able if each.enrollment_id in holders]
    fits = ranked(wanted_of(lead, family_names(lead.vendor_id)), able, limits_of(rules))
    if rules.distribution == Distribution.ROUND_ROBIN:
        return in_turn(fits)[:1]
    free = [each for each in fits if not each[1].barred]
    return free[: min(rules.together, left) if rules.distribution == Distribution.FIRST_TO_CLAIM else 1]


def holders_of(lead: Lead) -> set[int]:
    """Return the enrollments with a deal in line or protected for the lead's customer. One query."""
    deals = Deal.objects.filter(vendor_id=lead.vendor_id, account_id=lead.account_id).contending()
    return set(deals.values_list("enrollment_id", flat=True))


def proposal_of(candidate: Candidate, fit: Fit) -> Proposal:
    """Return a candidate as somebody to offer to."""
    return Proposal(
        enrollment_id=candidate.enrollment_id,
        partner_id=candidate.partner_id,
        partner=candidate.name,
        fit=fit.score,
        reasons=fit.as_data(),
    )


def exhaust_lead(*, actor: Actor, lead: Lead, reason: str) -> Lead:
    """Say that nobody is left for a lead, in the caller's transaction. Records `lead.exhausted`."""
    now = timezone.now()
    fresh: Lead = move(LEAD, "exhaust", row=lead, actor=actor, changes={"state_at": now}, data={"reason": reason})
    return fresh


def _why_nobody(rules: LeadRules, asked: int) -> str:
    if asked >= rules.most_offers:
        return _("it was offered to %(count)d partners, the most that the rules allow") % {"count": asked}
    if asked:
        return _("no other partner fits")
    return _("no partner serves the territory with free capacity and enough fit")
