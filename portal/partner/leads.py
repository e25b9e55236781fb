"""Leads that vendors offer: those that wait for an answer first, then those held, then the past ones."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import ProductFamily
from activity.models import Event
from dealreg.leads.enums import HELD, OfferState
from dealreg.leads.filters import OFFER_VIEWS, OfferFilter
from dealreg.leads.forms import DeclineLeadForm, ReturnLeadForm
from dealreg.leads.permissions import VIEW_LEADS, WORK_LEADS
from dealreg.leads.telling import Outline, told
from dealreg.leads.words import fit_line, fit_words
from dealreg.models import LeadOffer
from dealreg.services import lead_conversion, lead_offers
from partners.middleware import focused_vendor
from portal.partner.rows import Ring
from portal.statuses import LEAD_OFFER_LOOK
from prm.kernel.actors import Kind
from prm.kernel.composed import composed
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import ActorView, ListPage, Page, show_violation

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

MOST_EVENTS = 50
TURN = Case(
    When(state=OfferState.OPEN, then=Value(0)),
    When(state=OfferState.ACCEPTED, lead__state__in=HELD, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


def family_names(actor: Actor) -> dict[int, str]:
    """Return product families by id, of every vendor in sight. One query."""
    found = ProductFamily.objects.visible_to(actor).filter(covers_all=False).order_by("pk")
    return dict(found.values_list("pk", "name"))


def ring_of(offer: LeadOffer) -> Ring:
    """Return the clock of an offer: the answer's, then the first contact's."""
    if offer.is_open:
        return Ring(offer.until, offer.offered_at, label=_("{left} left to answer"))
    if offer.tells_all and offer.contacted_at is None and offer.lead.state in HELD:
        return Ring(offer.contact_due_at, offer.decided_at, label=_("{left} left for the first contact"))
    return Ring()


def label_of(offer: LeadOffer) -> str:
    """Return where an offer stands, in words."""
    if offer.tells_all and offer.lead.state not in HELD:
        return str(offer.lead.get_state_display())
    if offer.tells_all and offer.contacted_at is not None:
        return _("Being worked")
    return str(OfferState(offer.state).label)


class LeadList(ListPage):
    """What the partner was offered."""

    kinds = frozenset({Kind.PARTNER})
    permission = VIEW_LEADS
    template_name = "partner/leads.html"
    results_template = "partner/leads_results.html"
    filterset_class = OfferFilter
    orders = {"turn": ("turn",), "fit": ("fit",), "came": ("offered_at",)}
    default_order = "turn"
    export_name = "leads"
    columns = (
        (gettext_lazy("Reference"), lambda row: row.lead.reference),
        (gettext_lazy("Vendor"), lambda row: row.vendor.name),
        (gettext_lazy("State"), label_of),
        (gettext_lazy("Company"), lambda row: _told_of(row, "company")),
        (gettext_lazy("Contact"), lambda row: _told_of(row, "contact_name")),
        (gettext_lazy("E-mail"), lambda row: _told_of(row, "contact_email")),
        (gettext_lazy("Phone"), lambda row: _told_of(row, "contact_phone")),
        (gettext_lazy("Country"), lambda row: told(row, {}).country),
        (gettext_lazy("Industry"), lambda row: told(row, {}).industry_label),
        (gettext_lazy("People"), lambda row: told(row, {}).headcount_label),
        (gettext_lazy("Promising"), lambda row: str(told(row, {}).band.label)),
        (gettext_lazy("Fit"), lambda row: row.fit),
        (gettext_lazy("Offered"), lambda row: row.offered_at.date()),
        (gettext_lazy("Answer until"), lambda row: row.until),
    )

    @cached_property
    def focus(self) -> int | None:
        """The vendor that the reader looks at."""
        return focused_vendor(self.request)

    def rows(self) -> QuerySet[Any]:
        """Return the partner's offers, of the vendor in focus."""
        found = LeadOffer.objects.visible_to(self.actor).select_related("lead", "vendor", "owner")
        found = found.filter(vendor_id=self.focus) if self.focus is not None else found
        return found.annotate(turn=TURN)

    def _ordered(self, found: QuerySet[Any]) -> QuerySet[Any]:
        """Put the most urgent of those that wait first, and the latest of the others."""
        if self.order != "turn":
            return super()._ordered(found)
        return found.order_by("turn", Case(When(turn=0, then="until")), "-offered_at", "-pk")

    def further_context(self, page: Page) -> dict[str, Any]:
        """Return the rows as shown."""
        names = family_names(self.actor)
        view = self.request.GET.get("view", "")
        chips = [("", _("All")), *((name, str(label)) for name, label in OFFER_VIEWS)]
        return {
            "rows": [lead_row(offer, names) for offer in page.rows],
            "with_vendor": self.focus is None and len(self.actor.vendor_ids) > 1,
            "may_work": self.actor.may(WORK_LEADS),
            "filtered": any(self.request.GET.get(name) for name in ("view", "vendor")),
            "chips": [
                {
                    "label": label,
                    "url": f"{self.request.path}?view={name}" if name else self.request.path,
                    "current": name == view,
                    "count": None,
                }
                for name, label in chips
            ],
        }


def _told_of(offer: LeadOffer, name: str) -> str:
    details = told(offer, {}).details
    return str(getattr(details, name)) if details else ""


def lead_row(offer: LeadOffer, names: dict[int, str]) -> dict[str, Any]:
    """Return an offer as a row."""
    return {
        "offer": offer,
        "outline": told(offer, names),
        "ring": ring_of(offer),
        "label": label_of(offer),
        "look": LEAD_OFFER_LOOK[OfferState(offer.state)],
        "why": fit_line(offer.reasons, to_partner=True),
    }


class LeadBase(ActorView):
    """A page about one offer of the partner's."""

    kinds = frozenset({Kind.PARTNER})

    def offer(self, key: Any) -> LeadOffer:
        """Return the offer.

        Raises:
            Http404: out of the actor's sight. Forbidden: in sight, without the right to see leads.
        """
        found = LeadOffer.objects.visible_to(self.actor).select_related("lead", "vendor", "owner", "became__deal")
        offer: LeadOffer | None = found.filter(key=key).first()
        if offer is None:
            raise Http404
        if not self.actor.may(VIEW_LEADS):
            raise Forbidden("not_allowed", _("Your role doesn’t see leads. Ask your administrator."))
        return offer

    def page(self, offer: LeadOffer, status: int = 200, **further: Any) -> HttpResponse:
        """Show an offer."""
        outline = told(offer, family_names(self.actor))
        events = Event.objects.visible_to(self.actor).about(offer).select_related("person")
        works = self.actor.may(WORK_LEADS)
        held = offer.tells_all and offer.lead.state in HELD
        context = {
            "offer": offer,
            "outline": outline,
            "facts": outline_facts(outline),
            "reasons": fit_words(offer.reasons, to_partner=True),
            "ring": ring_of(offer),
            "label": label_of(offer),
            "look": LEAD_OFFER_LOOK[OfferState(offer.state)],
            "entries": [lead_entry(event, offer) for event in events[:MOST_EVENTS]],
            "may_answer": works and offer.is_open and offer.until > timezone.now(),
            "may_work": works and held,
            "may_contact": works and held and offer.contacted_at is None,
            "decline_form": DeclineLeadForm(auto_id="decline_%s"),
            "return_form": ReturnLeadForm(auto_id="return_%s"),
            "deal": offer.became.deal if hasattr(offer, "became") else None,
            "crumbs": [{"label": _("Leads"), "url": reverse("portal:lead-list")}],
            **further,
        }
        return render(self.request, "partner/lead.html", context, status=status)


def outline_facts(outline: Outline) -> list[tuple[str, Any]]:
    """Return what everybody may know to whom a lead is offered."""
    return [
        (_("Country"), outline.country_name),
        (_("Region"), outline.region_label),
        (_("Industry"), outline.industry_label),
        (_("People"), outline.headcount_label),
        (_("Products"), ", ".join(outline.families)),
        (_("Promising"), outline.band.label),
    ]


def lead_entry(event: Event, offer: LeadOffer) -> dict[str, Any]:
    """Return an event as `components/timeline.html` takes it; the vendor's people are named by their company."""
    own = event.person_id is not None and event.role in {"administrator", "sales"}
    who = str(event.person) if own else offer.vendor.name if event.person_id else ""
    return {
        "icon": event.definition.icon,
        "tone": event.definition.tone,
        "who": who,
        "text": event.sentence,
        "at": event.occurred_at,
        "id": f"event-{event.pk}",
    }


class LeadPage(LeadBase):
    """An offer: what may be known of the lead, the clock, and what can be done."""

    def get(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Show it."""
        return self.page(self.offer(key))


class LeadDeed(LeadBase):
    """Does one thing with an offer. form: what it asks, None for nothing."""

    form: type[forms.Form] | None = None
    name = ""

    def post(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Do it; 422 with the form where it is refused."""
        offer = self.offer(key)
        if not self.actor.may(WORK_LEADS):
            raise Forbidden("not_allowed", _("Your role doesn’t work on leads. Ask your administrator."))
        form = self.form(request.POST, auto_id=f"{self.name}_%s") if self.form else None
        if form is not None and not form.is_valid():
            return self.refused(offer, form)
        try:
            return self.act(offer, form.cleaned_data if form else {})
        except (Conflict, Forbidden):
            raise
        except RuleViolation as violation:
            if form is None:
                messages.error(request, str(violation.message))
                return redirect(offer)
            show_violation(form, violation)
            return self.refused(offer, form)

    def refused(self, offer: LeadOffer, form: forms.Form) -> HttpResponse:
        """Show the page with the form as it was filled in."""
        return self.page(offer, 422, **{f"{self.name}_form": form, "opened": self.name})

    def act(self, offer: LeadOffer, given: dict[str, Any]) -> HttpResponse:
        """Do it."""
        raise NotImplementedError


class Accept(LeadDeed):
    """Accept a lead."""

    def act(self, offer: LeadOffer, given: dict[str, Any]) -> HttpResponse:
        """Accept it, and show who it is."""
        accepted = lead_offers.accept_offer(actor=self.actor, offer=offer)
        messages.success(self.request, _("It is yours. Now you see who it is: make the first contact in time."))
        return redirect(accepted)


class Decline(LeadDeed):
    """Decline a lead."""

    form, name = DeclineLeadForm, "decline"

    def act(self, offer: LeadOffer, given: dict[str, Any]) -> HttpResponse:
        """Decline it."""
        lead_offers.decline_offer(actor=self.actor, offer=offer, **given)
        messages.success(self.request, _("Declined. It goes on to another partner."))
        return redirect("portal:lead-list")


class Contact(LeadDeed):
    """Note the first contact."""

    def act(self, offer: LeadOffer, given: dict[str, Any]) -> HttpResponse:
        """Note it."""
        lead_offers.note_contact(actor=self.actor, offer=offer)
        messages.success(self.request, _("Noted: the clock has stopped."))
        return redirect(offer)


class GiveBack(LeadDeed):
    """Give a lead back."""

    form, name = ReturnLeadForm, "return"

    def act(self, offer: LeadOffer, given: dict[str, Any]) -> HttpResponse:
        """Give it back."""
        lead_offers.return_lead(actor=self.actor, offer=offer, **given)
        messages.success(self.request, _("Given back. Its details are closed again."))
        return redirect("portal:lead-list")


class RegisterLead(LeadDeed):
    """Begin the registration of a lead."""

    def act(self, offer: LeadOffer, given: dict[str, Any]) -> HttpResponse:
        """Lead to the form, filled in with what the lead says."""
        draft = lead_conversion.begin_deal(actor=self.actor, offer=offer)
        messages.success(self.request, _("Filled in with what the lead says. Add what is missing and submit."))
        return redirect(draft)


def leads_in_need(actor: Actor, vendor_id: int | None) -> list[LeadOffer]:
    """Return offers that wait for an answer, and leads that wait for the first contact. One query."""
    if not actor.may(VIEW_LEADS) or not actor.is_meant(WORK_LEADS):
        return []
    return _waiting(actor, *([] if vendor_id is None else [vendor_id]))


@composed
def _waiting(actor: Actor, *vendor_id: int) -> QuerySet[LeadOffer]:
    found = LeadOffer.objects.visible_to(actor).select_related("lead", "vendor").annotate(turn=TURN)
    waiting = found.filter(turn=0) | found.filter(turn=1, contacted_at=None, owner_id=actor.person_id)
    if vendor_id:
        waiting = waiting.filter(vendor_id=vendor_id[0])
    return waiting.order_by("turn", "until", "pk")[:12]
