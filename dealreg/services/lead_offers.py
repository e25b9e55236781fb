"""Offers of leads: made, accepted, declined, worked, given back, recalled.

Every write locks the lead first and its offers after it, so that of two partners who claim it at the same moment one
waits, and then finds it taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from dealreg.leads import events
from dealreg.leads.candidates import candidates_for, family_names, limits_of, rules_of, wanted_of
from dealreg.leads.enums import LeadState, OfferRefusal, OfferState, ReturnReason, Way
from dealreg.leads.matching import fit_of
from dealreg.leads.permissions import ASSIGN_LEADS, WORK_LEADS
from dealreg.leads.workflow import LEAD, OFFER
from dealreg.models import Lead, LeadOffer, LeadRules
from partners.models import Enrollment
from prm.kernel.actors import system
from prm.kernel.clocks import add_working_hours
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.workflow import locked, move

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

LONGEST_WORDS = 1000
MOST_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A partner to whom a lead is to be offered, with the fit and its reasons as data."""

    enrollment_id: int
    partner_id: int
    partner: str
    fit: int
    reasons: list[dict[str, Any]] = field(default_factory=list)


@transaction.atomic
def offer_lead(
    *, actor: Actor, lead: Lead, proposals: Sequence[Proposal], way: Way, rules: LeadRules
) -> list[LeadOffer]:
    """Offer a lead to one partner or several at once. Records `lead.offered`, and `lead_offer.made` for each.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: it isn't free any more. RuleViolation: to nobody.
    """
    if not proposals:
        raise RuleViolation("nobody", _("Choose a partner first."), "enrollment")
    fresh: Lead = move(
        LEAD,
        "offer",
        row=lead,
        actor=actor,
        changes={"state_at": timezone.now()},
        data={"partners": named_few([each.partner for each in proposals]), "way": way},
    )
    now, zone = timezone.now(), fresh.vendor.time_zone
    until = add_working_hours(now, rules.hours_to_accept, zone)
    return [_offer(actor, fresh, each, way, (now, until)) for each in proposals]


def _offer(actor: Actor, lead: Lead, to: Proposal, way: Way, span: tuple[datetime, datetime]) -> LeadOffer:
    offer = LeadOffer.objects.create(
        lead=lead,
        vendor_id=lead.vendor_id,
        partner_id=to.partner_id,
        enrollment_id=to.enrollment_id,
        way=way,
        fit=to.fit,
        reasons=to.reasons,
        offered_at=span[0],
        until=span[1],
    )
    record(events.OFFER_MADE, actor=actor, subject=offer, after={"state": offer.state}, data=_named(lead))
    return offer


@transaction.atomic
def pin_lead(*, actor: Actor, lead: Lead, enrollment: Enrollment) -> LeadOffer:
    """Offer a lead to the partner that a person chose, whatever the rules would say. Side effects as `offer_lead`.

    Raises:
        Http404, Forbidden, Conflict: as `offer_lead`. RuleViolation: not an active partner of the lead's program, or
        nobody there could accept it.
    """
    fresh: Lead = locked(lead, actor)
    if not actor.may(ASSIGN_LEADS):
        raise Forbidden("not_allowed", _("Your role doesn’t give out leads."))
    chosen = next((each for each in candidates_for(fresh.program) if each.enrollment_id == enrollment.pk), None)
    if chosen is None:
        message = _("Choose an active partner of this program where somebody may accept leads.")
        raise RuleViolation("not_a_candidate", message, "enrollment")
    rules = rules_of(fresh.program)
    fit = fit_of(wanted_of(fresh, family_names(fresh.vendor_id)), chosen, limits_of(rules))
    proposal = Proposal(
        enrollment_id=chosen.enrollment_id,
        partner_id=chosen.partner_id,
        partner=chosen.name,
        fit=fit.score,
        reasons=fit.as_data(),
    )
    return offer_lead(actor=actor, lead=fresh, proposals=[proposal], way=Way.PINNED, rules=rules)[0]


@transaction.atomic
def accept_offer(*, actor: Actor, offer: LeadOffer) -> LeadOffer:
    """Accept a lead: its details open, the clock of the first contact starts, other offers of it end.

    Records `lead_offer.accepted` and `lead.accepted`; `lead_offer.lost` for each other partner that was asked.

    Raises:
        Http404, Forbidden: as `move`. Conflict: it was answered, recalled or taken meanwhile; carries the fresh offer.
    """
    lead = _lead_of(actor, offer)
    rules = rules_of(lead.program)
    now = timezone.now()
    due = add_working_hours(now, rules.hours_to_contact, lead.vendor.time_zone)
    fresh: LeadOffer = move(
        OFFER,
        "accept",
        row=offer,
        actor=actor,
        changes=lambda row: {**_in_time(row, now), "owner_id": actor.person_id, "contact_due_at": due},
        data=_named(lead),
    )
    move(
        LEAD,
        "accept",
        row=lead,
        actor=actor,
        changes={"state_at": now},
        data={"partners": fresh.partner.name},
    )
    for other in LeadOffer.objects.filter(lead=lead).open().order_by("pk"):
        keeper = system(lead.vendor_id)
        move(OFFER, "lose", row=other, actor=keeper, changes={"ended_at": now}, data=_named(lead))
    return fresh


def _in_time(offer: LeadOffer, now: datetime) -> dict[str, Any]:
    # The clock's task comes once a minute; between, the promise to the next partner holds all the same.
    if offer.until <= now:
        raise Conflict("too_late", _("The time to answer is over: the lead goes on to another partner."), fresh=offer)
    return {"decided_at": now}


@transaction.atomic
def decline_offer(*, actor: Actor, offer: LeadOffer, reason: str, words: str = "") -> LeadOffer:
    """Decline a lead; with nobody else asked it goes on. Records `lead_offer.declined`.

    Raises:
        Http404, Forbidden, Conflict: as `move`. RuleViolation: no reason, or too many words.
    """
    lead = _lead_of(actor, offer)
    _check_reason(reason, OfferRefusal, words)
    now, label = timezone.now(), str(OfferRefusal(reason).label) if reason else ""
    fresh: LeadOffer = move(
        OFFER,
        "decline",
        row=offer,
        actor=actor,
        facts={"reason": reason},
        changes={"refusal": reason, "words": words.strip(), "decided_at": now, "ended_at": now},
        data={**_named(lead), "reason": label},
    )
    come_back(lead)
    return fresh


@transaction.atomic
def note_contact(*, actor: Actor, offer: LeadOffer) -> LeadOffer:
    """Note that the first contact was made; the clock stops. Records `lead.contacted` and `lead_offer.contacted`.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: it isn't the partner's, or was noted already.
    """
    lead = _lead_of(actor, offer)
    fresh: LeadOffer = locked(offer, actor)
    if not actor.may(WORK_LEADS):
        raise Forbidden("not_allowed", _("Your role doesn’t work on leads."))
    if not fresh.tells_all:
        raise Conflict("state_changed", _("This lead isn’t yours any more."), fresh=fresh)
    now = timezone.now()
    move(LEAD, "contact", row=lead, actor=actor, changes={"state_at": now})
    fresh.contacted_at = now
    fresh.revision += 1
    fresh.save(update_fields=["contacted_at", "revision", "updated_at"])
    record(events.OFFER_CONTACTED, actor=actor, subject=fresh, after={"contacted_at": now}, data=_named(lead))
    return fresh


@transaction.atomic
def return_lead(*, actor: Actor, offer: LeadOffer, reason: str, words: str = "") -> LeadOffer:
    """Give an accepted lead back to the vendor, with the reason. Its details close again for the partner.

    Records `lead.returned` and `lead_offer.returned`.

    Raises:
        Http404, Forbidden, Conflict: as `move`. RuleViolation: no reason, or too many words.
    """
    lead = _lead_of(actor, offer)
    _check_reason(reason, ReturnReason, words)
    now, label = timezone.now(), str(ReturnReason(reason).label) if reason else ""
    fresh: LeadOffer = locked(offer, actor)
    if not actor.may(WORK_LEADS):
        raise Forbidden("not_allowed", _("Your role doesn’t work on leads."))
    if not fresh.tells_all:
        raise Conflict("state_changed", _("This lead isn’t yours any more."), fresh=fresh)
    facts = {"reason": reason}
    told = {"reason": label, "message": words.strip(), "why": reason}
    move(LEAD, "give_back", row=lead, actor=actor, facts=facts, changes={"state_at": now}, data=told)
    changes = {"return_reason": reason, "words": words.strip(), "ended_at": now}
    returned: LeadOffer = move(
        OFFER, "give_back", row=fresh, actor=actor, facts=facts, changes=changes, data={**_named(lead), "reason": label}
    )
    return returned


@transaction.atomic
def recall_lead(*, actor: Actor, lead: Lead, reason: str) -> Lead:
    """Take a lead back from whoever is asked or has it. Records `lead.recalled`, and `lead_offer.recalled` for each.

    Raises:
        Http404, Forbidden, Conflict: as `move`. RuleViolation: no reason.
    """
    words = reason.strip()[:LONGEST_WORDS]
    names = LeadOffer.objects.filter(lead=lead, state__in=[OfferState.OPEN, OfferState.ACCEPTED]).order_by("pk")
    fresh: Lead = move(
        LEAD,
        "recall",
        row=lead,
        actor=actor,
        facts={"reason": words},
        changes={"state_at": timezone.now()},
        data={"reason": words, "partners": named_few(list(names.values_list("partner__name", flat=True)))},
    )
    end_offers(actor=actor, lead=fresh, reason=words)
    return fresh


def end_offers(*, actor: Actor, lead: Lead, reason: str) -> int:
    """End every offer of a lead that is open or accepted, in the caller's transaction. Returns how many."""
    found = LeadOffer.objects.filter(lead=lead, state__in=[OfferState.OPEN, OfferState.ACCEPTED]).order_by("pk")
    offers = list(found)
    for offer in offers:
        move(
            OFFER,
            "recall",
            row=offer,
            actor=actor,
            facts={"reason": reason},
            changes={"ended_at": timezone.now()},
            data={**_named(lead), "reason": reason},
        )
    return len(offers)


def come_back(lead: Lead) -> bool:
    """Bring a lead back that nobody is asked about any more, in the caller's transaction, which holds it locked.

    Records `lead.came_back`, after which it goes on to the next.
    """
    if lead.state != LeadState.OFFERED or LeadOffer.objects.filter(lead=lead).open().exists():
        return False
    move(LEAD, "come_back", row=lead, actor=system(lead.vendor_id), changes={"state_at": timezone.now()})
    return True


def _lead_of(actor: Actor, offer: LeadOffer) -> Lead:
    """Return the offer's lead, locked, for whoever sees the offer.

    Raises:
        Http404: out of sight.
    """
    found = LeadOffer.objects.visible_to(actor).filter(pk=offer.pk).values_list("lead_id", flat=True).first()
    if found is None:
        raise Http404
    lead: Lead = Lead.objects.select_for_update(of=("self",)).select_related("vendor", "program").get(pk=found)
    return lead


def _check_reason(reason: str, choices: Any, words: str) -> None:
    if reason and reason not in choices.values:
        raise RuleViolation("unknown_reason", _("Choose one of the reasons."), "reason")
    if len(words) > LONGEST_WORDS:
        raise RuleViolation("too_long", _("At most 1,000 characters."), "words")


def _named(lead: Lead) -> dict[str, Any]:
    """Return what events of an offer say of its lead: the number, and nothing that an offer hides."""
    return {"reference": lead.reference}


def named_few(names: Sequence[str]) -> str:
    """Return some names in one line."""
    shown, rest = ", ".join(names[:MOST_NAMED]), len(names) - MOST_NAMED
    return _("%(names)s and %(count)d more") % {"names": shown, "count": rest} if rest > 0 else shown
