"""A lead: what is known, who fits and why, and what was done; entering and changing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ProductFamily
from activity.models import Event
from dealreg.leads import forms as lead_forms
from dealreg.leads.candidates import candidates_for, limits_of, named, rules_of, wanted_of
from dealreg.leads.enums import FREE, HELD, LeadState, OfferState
from dealreg.leads.matching import ranked
from dealreg.leads.permissions import ADD_LEADS, ASSIGN_LEADS, VIEW_LEADS
from dealreg.leads.words import BARRED, fit_line, fit_words, scored_words
from dealreg.models import Deal, Lead, LeadOffer
from dealreg.services import leads as services
from partners.models import Program
from portal.statuses import LEAD_LOOK, LEAD_OFFER_LOOK, STATUS_LOOK
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.money import shown
from prm.kernel.pages import ActorView, show_violation

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

MOST_EVENTS = 100
MOST_CANDIDATES = 12
MOST_DEALS = 5
SAID_ONCE = frozenset(
    {
        "lead_offer.made",
        "lead_offer.accepted",
        "lead_offer.returned",
        "lead_offer.contacted",
        "lead_offer.converted",
    }
)
"""Events of offers that the lead tells itself."""


class LeadBase(ActorView):
    """A page about a lead."""

    kinds = frozenset({Kind.VENDOR})

    def find(self, reference: str) -> Lead:
        """Return the lead that the address names, or 404."""
        found = Lead.objects.visible_to(self.actor).select_related("program__vendor", "account", "became__deal")
        lead: Lead | None = found.filter(reference=reference.upper()).first()
        if lead is None:
            raise Http404
        return lead

    def need(self, permission: Any) -> None:
        """Refuse who lacks a right, once the lead is in sight.

        Raises:
            Forbidden: so it is.
        """
        if not self.actor.may(permission):
            raise Forbidden("not_allowed", _("Your role doesn’t allow this."))

    def crumbs(self, *further: tuple[str, str]) -> list[dict[str, str]]:
        """Return the way here."""
        way = ((_("Leads"), reverse("desk:lead-list")), *further)
        return [{"label": label, "url": url} for label, url in way]

    def families(self) -> dict[int, str]:
        """Return the vendor's product families by id."""
        found = ProductFamily.objects.visible_to(self.actor).filter(covers_all=False).order_by("name", "pk")
        return dict(found.values_list("pk", "name"))


class LeadShown(LeadBase):
    """Shows a lead."""

    permission = VIEW_LEADS

    def page(self, lead: Lead, *, status: int = 200, **further: Any) -> HttpResponse:
        """Show a lead."""
        names = self.families()
        offers = list(
            LeadOffer.objects.visible_to(self.actor)
            .filter(lead=lead)
            .select_related("partner", "owner")
            .order_by("-offered_at", "-pk")
        )
        free, may_assign = lead.state in FREE, self.actor.may(ASSIGN_LEADS)
        context = {
            "lead": lead,
            "label": str(LeadState(lead.state).label),
            "look": LEAD_LOOK[LeadState(lead.state)],
            "facts": facts_of(lead, names),
            "reasons": scored_words(lead.reasons),
            "offers": [offer_row(offer) for offer in offers],
            "candidates": candidates_of(lead, names, offers) if free else [],
            "deals": deals_about(self.actor, lead),
            "entries": entries_of(self.actor, lead, offers),
            "may_add": self.actor.may(ADD_LEADS),
            "may_offer": may_assign and free,
            "may_recall": may_assign and lead.state in {LeadState.OFFERED, *HELD},
            "may_disqualify": may_assign and lead.state not in {LeadState.CONVERTED, LeadState.DISQUALIFIED},
            "may_reopen": may_assign and lead.state == LeadState.DISQUALIFIED,
            "recall_form": lead_forms.RecallForm(auto_id="recall_%s"),
            "disqualify_form": lead_forms.DisqualifyForm(auto_id="disqualify_%s"),
            "crumbs": self.crumbs(),
            **further,
        }
        return render(self.request, "desk/leads/lead.html", context, status=status)


class LeadPage(LeadShown):
    """A lead."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Show it."""
        return self.page(self.find(reference))


def facts_of(lead: Lead, names: dict[int, str]) -> list[tuple[str, Any]]:
    """Return what is known of a lead, in words."""
    source = str(lead.get_source_display())
    return [
        (_("Contact"), " · ".join(filter(None, [lead.contact_name, lead.contact_email, lead.contact_phone]))),
        (_("Country"), str(lead.country.name)),  # type: ignore[attr-defined]
        (_("Town"), f"{lead.postcode} {lead.city}".strip()),
        (_("Industry"), lead.get_industry_display()),
        (_("People"), lead.get_headcount_display()),
        (_("Products"), ", ".join(named(lead.families, names))),
        (_("Estimated value"), shown(lead.value, lead.currency)),
        (_("Source"), f"{source}, {lead.campaign}" if lead.campaign else source),
        (_("Your number for it"), lead.external_id),
        (_("Program"), lead.program.name),
    ]


def offer_row(offer: LeadOffer) -> dict[str, Any]:
    """Return an offer as the page shows it."""
    state = OfferState(offer.state)
    reason = str(offer.get_refusal_display() or offer.get_return_reason_display())
    return {
        "offer": offer,
        "label": str(state.label),
        "look": LEAD_OFFER_LOOK[state],
        "reason": reason,
        "why": fit_words(offer.reasons, to_partner=False),
    }


def candidates_of(lead: Lead, names: dict[int, str], offers: list[LeadOffer]) -> list[dict[str, Any]]:
    """Return partners with their fit, the best first, and why a rule would not choose them. Two queries."""
    rules = rules_of(lead.program)
    asked = {offer.enrollment_id for offer in offers}
    fits = ranked(wanted_of(lead, names), candidates_for(lead.program), limits_of(rules))
    fits.sort(key=lambda each: each[0].enrollment_id in asked)
    return [
        {
            "candidate": candidate,
            "fit": fit.score,
            "line": fit_line(fit.as_data(), to_partner=False),
            "reasons": fit_words(fit.as_data(), to_partner=False),
            "barred": BARRED["asked"] if candidate.enrollment_id in asked else BARRED.get(fit.barred, ""),
        }
        for candidate, fit in fits[:MOST_CANDIDATES]
    ]


def deals_about(actor: Actor, lead: Lead) -> list[dict[str, Any]]:
    """Return deals in line or protected for the lead's customer: their partner is the one to ask. One query."""
    found = Deal.objects.visible_to(actor).filter(account_id=lead.account_id).contending(timezone.now())
    deals = found.select_related("partner").order_by("-submitted_at", "-pk")[:MOST_DEALS]
    return [{"deal": deal, "look": STATUS_LOOK[deal.status]} for deal in deals]


def entries_of(actor: Actor, lead: Lead, offers: list[LeadOffer]) -> list[dict[str, Any]]:
    """Return what happened to a lead and its offers, newest first. One query."""
    about = Q(subject_type="dealreg.lead", subject_id=lead.pk) | Q(
        subject_type="dealreg.leadoffer", subject_id__in=[offer.pk for offer in offers]
    )
    found = Event.objects.visible_to(actor).filter(about).exclude(kind__in=SAID_ONCE).select_related("person")
    partners = {offer.pk: offer.partner.name for offer in offers}
    entries = []
    for event in found.order_by("-pk")[:MOST_EVENTS]:
        partner = partners.get(event.subject_id, "") if event.subject_type == "dealreg.leadoffer" else ""
        person = str(event.person) if event.person else ""
        entries.append(
            {
                "icon": event.definition.icon,
                "tone": event.definition.tone,
                "who": ", ".join(filter(None, [person, partner])) if person else partner,
                "text": event.sentence,
                "at": event.occurred_at,
                "said": str(event.data.get("message", "")),
                "id": f"event-{event.pk}",
            }
        )
    return entries


class LeadAdd(LeadBase):
    """A new lead."""

    permission = ADD_LEADS

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the empty form."""
        vendor = self.programs()[0].vendor if self.programs() else None
        start = {"currency": vendor.currency} if vendor else {}
        return self._page(self._form(initial=start))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take it in."""
        form = self._form(request.POST)
        if not form.is_valid():
            return self._page(form, 422)
        given = services.LeadInput(details=form.details(), consent=form.consent())
        try:
            program = form.programs[form.cleaned_data["program"]]
            lead = services.add_lead(actor=self.actor, program=program, lead=given)
        except Forbidden:
            raise
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(form, violation.status)
        messages.success(request, _("%(company)s is kept as %(reference)s.") % vars(lead))
        return redirect(lead)

    def programs(self) -> list[Program]:
        """Return the vendor's programs."""
        return list(Program.objects.visible_to(self.actor).select_related("vendor").order_by("name", "pk"))

    def _form(self, data: Any = None, **options: Any) -> lead_forms.LeadForm:
        return lead_forms.LeadForm(data, programs=self.programs(), families=self.families(), **options)

    def _page(self, form: lead_forms.LeadForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "title": _("Enter a lead"), "crumbs": self.crumbs(), "back": reverse("desk:lead-list")}
        return render(self.request, "desk/leads/form.html", context, status=status)


class LeadEdit(LeadBase):
    """What is known of a lead, to change."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Show the form."""
        lead = self.find(reference)
        self.need(ADD_LEADS)
        start = {name: getattr(lead, name) for name in services.DESCRIBED} | {"country": str(lead.country)}
        return self._page(lead, self._form(initial=start), lead.revision)

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Write it."""
        lead = self.find(reference)
        self.need(ADD_LEADS)
        form, seen = self._form(request.POST), request.POST.get("revision", "")
        revision = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else -1
        if not form.is_valid():
            return self._page(lead, form, revision, 422)
        try:
            services.change_lead(actor=self.actor, lead=lead, details=form.details(), revision=revision)
        except Forbidden:
            raise
        except Conflict as conflict:
            words = _("%(what)s What you typed is below: compare, and save it again if it still holds.")
            form.add_error(None, words % {"what": conflict.message})
            return self._page(lead, form, self.find(reference).revision, 409)
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(lead, form, revision, violation.status)
        return redirect(lead)

    def _form(self, data: Any = None, **options: Any) -> lead_forms.LeadForm:
        return lead_forms.LeadForm(data, programs=[], families=self.families(), is_new=False, **options)

    def _page(self, lead: Lead, form: lead_forms.LeadForm, revision: int, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "revision": revision,
            "title": _("Change %(company)s") % {"company": lead.company},
            "crumbs": self.crumbs((lead.company, lead.get_absolute_url())),
            "back": lead.get_absolute_url(),
        }
        return render(self.request, "desk/leads/form.html", context, status=status)
