"""The clock of leads: unanswered offers lapse and go on, untouched leads are reminded of, then recalled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dealreg.leads import events
from dealreg.leads.candidates import rules_of
from dealreg.leads.enums import LeadState, OfferState
from dealreg.leads.workflow import OFFER
from dealreg.models import Lead, LeadOffer
from dealreg.services.lead_offers import come_back, recall_lead
from prm.kernel.actors import system
from prm.kernel.clocks import add_working_hours
from prm.kernel.recording import record
from prm.kernel.workflow import move

if TYPE_CHECKING:
    from datetime import datetime

    from partners.models import Enrollment

BATCH = 200


def keep_leads() -> int:
    """Let what is over end: offers lapse, untouched leads are reminded of or recalled. Returns how many.

    Each lead in a transaction of its own; one that somebody works on right now waits for the next ring.
    """
    now = timezone.now()
    lapsing = list(LeadOffer.objects.all().lapsing(now).order_by("until", "pk").values_list("pk", "lead_id")[:BATCH])
    untouched = LeadOffer.objects.all().untouched(now).order_by("contact_due_at", "pk")
    waiting = list(untouched.values_list("pk", "lead_id")[:BATCH])
    done = sum(_lapse(pk, lead, now) for pk, lead in lapsing)
    return done + sum(_chase(pk, lead, now) for pk, lead in waiting)


def _held(lead_id: int) -> Lead | None:
    leads = Lead.objects.select_for_update(skip_locked=True, of=("self",)).select_related("vendor", "program")
    return leads.filter(pk=lead_id).first()


@transaction.atomic
def _lapse(pk: int, lead_id: int, now: datetime) -> int:
    lead = _held(lead_id)
    offer = LeadOffer.objects.all().lapsing(now).filter(pk=pk).first() if lead else None
    if lead is None or offer is None:
        return 0
    data = {"reference": lead.reference}
    move(OFFER, "lapse", row=offer, actor=system(lead.vendor_id), changes={"ended_at": now}, data=data)
    come_back(lead)
    return 1


@transaction.atomic
def _chase(pk: int, lead_id: int, now: datetime) -> int:
    lead = _held(lead_id)
    offer = LeadOffer.objects.all().untouched(now).filter(pk=pk).first() if lead else None
    if lead is None or offer is None:
        return 0
    if offer.reminded_at is not None:
        recall_lead(actor=system(lead.vendor_id), lead=lead, reason=str(_("no first contact in time")))
        return 1
    grace = rules_of(lead.program).hours_of_grace
    offer.reminded_at, offer.contact_due_at = now, add_working_hours(now, grace, lead.vendor.time_zone)
    offer.revision += 1
    offer.save(update_fields=["reminded_at", "contact_due_at", "revision", "updated_at"])
    data = {"reference": lead.reference, "until": offer.contact_due_at}
    record(events.OFFER_REMINDED, actor=system(lead.vendor_id), subject=offer, data=data)
    return 1


@transaction.atomic
def take_back_leads(*, enrollment: Enrollment, reason: str) -> int:
    """Take back what a partner that left is asked about or has. Returns how many."""
    live = [OfferState.OPEN, OfferState.ACCEPTED]
    found = LeadOffer.objects.filter(enrollment=enrollment, state__in=live).exclude(lead__state=LeadState.CONVERTED)
    found = found.order_by("lead_id", "pk")
    done = 0
    for lead_id in list(found.values_list("lead_id", flat=True)):
        lead = Lead.objects.select_for_update(of=("self",)).select_related("vendor").get(pk=lead_id)
        offer = found.filter(lead=lead).first()
        if offer is None:
            continue
        done += 1
        actor = system(lead.vendor_id)
        if offer.tells_all:
            recall_lead(actor=actor, lead=lead, reason=reason)
            continue
        data = {"reference": lead.reference, "reason": reason}
        ended = {"ended_at": timezone.now()}
        move(OFFER, "recall", row=offer, actor=actor, facts={"reason": reason}, changes=ended, data=data)
        come_back(lead)
    return done
