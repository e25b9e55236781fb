"""From a lead to a deal: the registration is begun with what the lead says, and the deal remembers its lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from dealreg.enums import Part, Stage
from dealreg.leads import events
from dealreg.leads.enums import HELD, OfferState
from dealreg.leads.permissions import WORK_LEADS
from dealreg.leads.workflow import LEAD
from dealreg.models import Deal, DealDraft, Lead, LeadDeal, LeadOffer
from dealreg.services.drafts import save_draft
from prm.kernel.actors import system
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.money import parse_amount
from prm.kernel.recording import record
from prm.kernel.workflow import move

if TYPE_CHECKING:
    from prm.kernel.actors import Actor


@transaction.atomic
def begin_deal(*, actor: Actor, offer: LeadOffer) -> DealDraft:
    """Begin the registration of an accepted lead: a draft, filled in with what the lead says.

    The same again returns the draft with what was typed meanwhile.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: the lead isn't the partner's any more, or became a deal.
        RuleViolation: a colleague has begun it.
    """
    found = LeadOffer.objects.visible_to(actor).select_related("lead").filter(pk=offer.pk).first()
    if found is None:
        raise Http404
    if not actor.may(WORK_LEADS):
        raise Forbidden("not_allowed", _("Your role doesn’t work on leads."))
    if not found.tells_all or found.lead.state not in HELD:
        raise Conflict("state_changed", _("This lead can’t be registered any more."), fresh=found)
    draft = DealDraft.objects.visible_to(actor).filter(submission=found.submission).first()
    if draft is not None:
        return draft
    if DealDraft.objects.filter(submission=found.submission, discarded_at=None).exists():
        raise RuleViolation("begun_already", _("A colleague has begun the registration of this lead."))
    return save_draft(actor=actor, submission=found.submission, content=typed_from(found))


def typed_from(offer: LeadOffer) -> dict[str, Any]:
    """Return a registration's fields as the lead fills them in, as raw text."""
    lead = offer.lead
    typed = {
        "enrollment": str(offer.enrollment_id),
        "customer_name": lead.company,
        "customer_domain": lead.domain,
        "customer_country": str(lead.country),
        "customer_city": lead.city,
        "contact_name": lead.contact_name,
        "contact_email": lead.contact_email,
        "value": "" if lead.value is None else f"{parse_amount(str(lead.value)).normalize():f}",
        "currency": lead.currency,
        "stage": str(Stage.QUALIFIED),
        "part": str(Part.SELL),
        "notes": lead.message,
    }
    return {name: value for name, value in typed.items() if value}


@transaction.atomic
def link_deal(deal: Deal) -> LeadDeal | None:
    """Link a registered deal to the lead whose draft it was, if any; for whoever hears of the registration.

    Records `lead.converted` and `lead_offer.converted`. A lead that was recalled meanwhile stays the vendor's.
    """
    offers = LeadOffer.objects.filter(submission=deal.submission, enrollment_id=deal.enrollment_id)
    lead_id = offers.filter(state=OfferState.ACCEPTED).values_list("lead_id", flat=True).first()
    if lead_id is None:
        return None
    lead = Lead.objects.select_for_update(of=("self",)).get(pk=lead_id)
    offer = offers.filter(state=OfferState.ACCEPTED).first()
    if offer is None or lead.state not in HELD:
        return None
    link = LeadDeal.objects.create(
        lead=lead,
        deal=deal,
        offer=offer,
        vendor_id=deal.vendor_id,
        partner_id=deal.partner_id,
        enrollment_id=deal.enrollment_id,
    )
    actor, told, now = system(deal.vendor_id), {"deal": deal.reference, "reference": lead.reference}, timezone.now()
    move(LEAD, "convert", row=lead, actor=actor, changes={"state_at": now}, data=told)
    if offer.contacted_at is None:
        offer.contacted_at = now
        offer.save(update_fields=["contacted_at", "updated_at"])
    record(events.OFFER_CONVERTED, actor=actor, subject=offer, data=told)
    return link
