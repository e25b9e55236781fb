"""What the desk does with a lead: offer, recall, disqualify, take up again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dealreg.leads.forms import DisqualifyForm, RecallForm
from dealreg.leads.permissions import ASSIGN_LEADS
from dealreg.models import Lead
from dealreg.services import lead_distribution, lead_offers, leads
from partners.models import Enrollment
from portal.desk.leads.pages import LeadShown
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import show_violation


class LeadDeed(LeadShown):
    """Does one thing with a lead. form: what it asks; None for nothing."""

    form: type[forms.Form] | None = None
    name = ""

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Do it; 422 with the form where it is refused."""
        lead = self.find(reference)
        self.need(ASSIGN_LEADS)
        form = self.form(request.POST, auto_id=f"{self.name}_%s") if self.form else None
        if form is not None and not form.is_valid():
            return self.page(lead, status=422, **{f"{self.name}_form": form})
        try:
            messages.success(request, self.act(lead, form.cleaned_data if form else {}))
        except (Conflict, Forbidden):
            raise
        except RuleViolation as violation:
            if form is None:
                return self.page(lead, status=violation.status, problem=str(violation.message))
            show_violation(form, violation)
            return self.page(lead, status=violation.status, **{f"{self.name}_form": form})
        return redirect(lead)

    def act(self, lead: Lead, given: dict[str, Any]) -> str:
        """Do it; returns what to tell."""
        raise NotImplementedError


class Offer(LeadDeed):
    """Offer a lead to the partner that was chosen, or to whom the rules choose."""

    def act(self, lead: Lead, given: dict[str, Any]) -> str:
        """Offer it."""
        chosen = self.request.POST.get("enrollment", "")
        if chosen:
            enrollment = self._enrollment(lead, chosen)
            lead_offers.pin_lead(actor=self.actor, lead=lead, enrollment=enrollment)
            return _("Offered to %(partner)s.") % {"partner": enrollment.partner.name}
        offers = lead_distribution.distribute_lead(actor=self.actor, lead=lead)
        if not offers:
            message = _("The rules find nobody for this lead, or leave it to you: choose a partner below.")
            raise RuleViolation("nobody", message)
        words = ngettext("Offered to %(count)d partner.", "Offered to %(count)d partners.", len(offers))
        return words % {"count": len(offers)}

    def _enrollment(self, lead: Lead, chosen: str) -> Enrollment:
        number = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 18 else 0
        found = Enrollment.objects.visible_to(self.actor).filter(pk=number, program_id=lead.program_id)
        enrollment: Enrollment | None = found.select_related("partner").first()
        if enrollment is None:
            raise RuleViolation("not_a_candidate", _("Choose a partner of this program."))
        return enrollment


class Recall(LeadDeed):
    """Take a lead back."""

    form, name = RecallForm, "recall"

    def act(self, lead: Lead, given: dict[str, Any]) -> str:
        """Take it back."""
        lead_offers.recall_lead(actor=self.actor, lead=lead, reason=given["reason"])
        return _("It is yours again. Whoever was asked or had it is told.")


class Disqualify(LeadDeed):
    """Say that it is no lead."""

    form, name = DisqualifyForm, "disqualify"

    def act(self, lead: Lead, given: dict[str, Any]) -> str:
        """Say so."""
        leads.disqualify_lead(actor=self.actor, lead=lead, **given)
        return _("Disqualified.")


class Reopen(LeadDeed):
    """Take a disqualified lead up again."""

    def act(self, lead: Lead, given: dict[str, Any]) -> str:
        """Take it up."""
        leads.reopen_lead(actor=self.actor, lead=lead)
        return _("It is a lead again.")
