"""Who is told when something happens to a lead, and what follows from it. Every handler only writes to the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from activity.notices import notify
from activity.registry import NoticeKind, handler
from dealreg.leads import emails
from dealreg.leads.candidates import family_names, rules_of
from dealreg.leads.enums import PASSED_ON, Distribution
from dealreg.leads.telling import told
from dealreg.leads.words import fit_line
from dealreg.models import Deal, Lead, LeadOffer
from dealreg.services.lead_clock import take_back_leads
from dealreg.services.lead_conversion import link_deal
from dealreg.services.lead_distribution import distribute_lead
from partners.emails import brand_of
from partners.models import Enrollment
from partners.reports import partner_people, vendor_staff
from prm.kernel.actors import Role, system
from prm.kernel.composed import composed

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from activity.models import Event


def lead_of(event: Event) -> Lead:
    """Return the event's lead with what mails say about it."""
    return Lead.objects.select_related("vendor", "program").get(pk=event.subject_id)


def offer_of(event: Event) -> LeadOffer:
    """Return the event's offer with what mails say about it."""
    return LeadOffer.objects.select_related("lead", "vendor", "partner").get(pk=event.subject_id)


def tell_partner(event: Event, kind: NoticeKind) -> None:
    """Tell whoever accepted the lead, else everybody at the partner who may accept leads."""
    offer = offer_of(event)
    people = partner_people(offer.enrollment_id, *emails.WORKERS)
    if offer.owner_id is not None:
        owners = [to for to in people if to.person_id == offer.owner_id]
        people = owners or people
    outline = told(offer, family_names(offer.vendor_id))
    path = offer.get_absolute_url()
    facts: dict[str, Any] = {
        # Also of a lead that it has, a mail names no company: it stays when the lead is taken back.
        "what": outline.title if outline.details is None else outline.country_name,
        "partner": offer.partner.name,
        "vendor": offer.vendor.name,
        "industry": outline.industry_label or _("not stated"),
        "size": outline.headcount_label or _("not stated"),
        "band": str(outline.band.label),
        "fit": offer.fit,
        "why": fit_line(offer.reasons, to_partner=True),
        "until": event.data.get("until") or offer.until.isoformat(),
        "reason": event.data.get("reason", ""),
        "path": path,
        "brand": brand_of(offer.vendor),
    }
    others = [to for to in people if to.person_id != event.person_id]
    notify(event=event, kind=kind, recipients=others, facts=facts, path=path)


def tell_vendor(event: Event, kind: NoticeKind, lead: Lead, partner: str = "") -> None:
    """Tell whoever gives out leads."""
    path = lead.get_absolute_url()
    facts = {
        "company": lead.company,
        "reference": lead.reference,
        "partner": partner,
        "vendor": lead.vendor.name,
        "score": lead.score,
        "reason": event.data.get("reason", ""),
        "message": event.data.get("message", ""),
        "path": path,
        "brand": brand_of(lead.vendor),
    }
    staff = vendor_staff(lead.vendor_id, Role.MANAGER, Role.APPROVER)
    others = [to for to in staff if to.person_id != event.person_id]
    notify(event=event, kind=kind, recipients=others, facts=facts, path=path)


def goes_by_rule(lead: Lead) -> bool:
    """Whether its program's rules choose who is asked."""
    return rules_of(lead.program).distribution != Distribution.BY_HAND


@handler("dealreg.give_out_lead", "lead.arrived", "lead.came_back")
def give_out(event: Event) -> None:
    """Offer a lead to whom the rules choose next; where a person chooses, tell whoever does."""
    lead = lead_of(event)
    if goes_by_rule(lead):
        distribute_lead(actor=system(lead.vendor_id), lead=lead)
    else:
        tell_vendor(event, emails.ARRIVED if event.kind == "lead.arrived" else emails.CAME_BACK, lead)


@handler("dealreg.pass_lead_on", "lead.recalled")
def pass_on_recalled(event: Event) -> None:
    """Offer a lead on that the clock took back; what a person took back waits for the person."""
    if event.person_id is None:
        distribute_lead(actor=system(event.vendor_id), lead=lead_of(event))


@handler("leads.tell_returned", "lead.returned")
def tell_returned(event: Event) -> None:
    """Offer a lead on that a partner can't work; tell whoever gives out leads of any other reason."""
    lead = lead_of(event)
    offer = LeadOffer.objects.filter(lead=lead).exclude(return_reason="").select_related("partner")
    last = offer.order_by("-ended_at", "-pk").first()
    tell_vendor(event, emails.RETURNED, lead, last.partner.name if last else "")
    if event.data.get("why") in PASSED_ON:
        distribute_lead(actor=system(lead.vendor_id), lead=lead)


@handler("leads.tell_exhausted", "lead.exhausted")
def tell_exhausted(event: Event) -> None:
    """Tell whoever gives out leads that the rules find nobody."""
    tell_vendor(event, emails.EXHAUSTED, lead_of(event))


@handler("leads.tell_offered", "lead_offer.made")
def tell_offered(event: Event) -> None:
    """Tell the partner, unless the offer has ended meanwhile."""
    if offer_of(event).is_open:
        tell_partner(event, emails.OFFERED)


@handler("leads.tell_gone", "lead_offer.lost")
def tell_gone(event: Event) -> None:
    """Tell a partner that somebody was quicker; not who."""
    tell_partner(event, emails.GONE)


@handler("leads.tell_lapsed", "lead_offer.lapsed")
def tell_lapsed(event: Event) -> None:
    """Tell a partner that it didn't answer in time."""
    tell_partner(event, emails.LAPSED)


@handler("leads.tell_reminded", "lead_offer.reminded")
def tell_reminded(event: Event) -> None:
    """Remind whoever accepted it."""
    tell_partner(event, emails.REMINDED)


@handler("leads.tell_recalled", "lead_offer.recalled")
def tell_recalled(event: Event) -> None:
    """Tell the partner that it isn't its own any more."""
    tell_partner(event, emails.RECALLED)


@handler("leads.tell_accepted", "lead_offer.accepted")
def tell_accepted(event: Event) -> None:
    """Tell whoever gives out leads."""
    offer = offer_of(event)
    tell_vendor(event, emails.ACCEPTED, Lead.objects.select_related("vendor").get(pk=offer.lead_id), offer.partner.name)


@handler("leads.tell_declined", "lead_offer.declined")
def tell_declined(event: Event) -> None:
    """Tell whoever gives out leads, with the reason."""
    offer = offer_of(event)
    tell_vendor(event, emails.DECLINED, Lead.objects.select_related("vendor").get(pk=offer.lead_id), offer.partner.name)


@handler("dealreg.link_lead", "deal.submitted")
def link_lead(event: Event) -> None:
    """Link a registered deal to the lead that it was."""
    for deal in _from_leads(event.subject_id):
        link_deal(deal)


@composed
def _from_leads(deal_id: int) -> QuerySet[Deal]:
    offers = LeadOffer.objects.filter(submission=OuterRef("submission"), enrollment=OuterRef("enrollment"))
    return Deal.objects.filter(Exists(offers), pk=deal_id)


@handler("leads.tell_converted", "lead_offer.converted")
def tell_converted(event: Event) -> None:
    """Tell whoever gives out leads that one became a deal."""
    offer = offer_of(event)
    lead = Lead.objects.select_related("vendor").get(pk=offer.lead_id)
    tell_vendor(event, emails.CONVERTED, lead, offer.partner.name)


@handler("dealreg.take_leads_back", "enrollment.retired", "enrollment.suspended")
def take_back(event: Event) -> None:
    """Take back what a partner that left or is suspended is asked about or has."""
    enrollment = Enrollment.objects.get(pk=event.subject_id)
    if not enrollment.is_live:
        take_back_leads(enrollment=enrollment, reason=str(_("the partnership is suspended or ended")))
