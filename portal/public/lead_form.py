"""A program's public form for leads: whoever writes agrees to be called, and a partner answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from dealreg.fields import CountryChoice
from dealreg.leads.candidates import family_names
from dealreg.leads.enums import LeadSource
from dealreg.leads.forms import NOT_STATED
from dealreg.leads.public import form_rules
from dealreg.models import LeadRules
from dealreg.services.leads import Consent, LeadInput, add_lead
from partners.enums import Headcount, Industry
from people.limits import Limit, network_of, take
from portal.public.applying.forms import Safeguards, fresh_stamp
from prm.kernel.actors import system
from prm.kernel.errors import RuleViolation, TooMany
from prm.kernel.pages import show_violation
from prm.kernel.widgets import PlainSelect

LARGEST = 64_000
"""Bytes that a filled-in form takes at most."""
NETWORK = Limit("lead.network", burst=10, per_hour=10)
ADDRESS = Limit("lead.address", burst=3, per_hour=1)
PROGRAM = Limit("lead.program", burst=300, per_hour=300)


class PublicLeadForm(Safeguards):
    """What is asked, beside what keeps robots out."""

    use_required_attribute = False

    contact_name = forms.CharField(label=gettext_lazy("Your name"), max_length=120)
    contact_email = forms.EmailField(label=gettext_lazy("Your e-mail at work"), max_length=254)
    contact_phone = forms.CharField(label=gettext_lazy("Your phone"), max_length=40, required=False)
    company = forms.CharField(label=gettext_lazy("Company"), max_length=200)
    country = CountryChoice(label=gettext_lazy("Country"))
    city = forms.CharField(label=gettext_lazy("Town"), max_length=100, required=False)
    industry = forms.ChoiceField(
        label=gettext_lazy("Industry"), choices=[NOT_STATED, *Industry.choices], required=False, widget=PlainSelect
    )
    headcount = forms.ChoiceField(
        label=gettext_lazy("People"), choices=[NOT_STATED, *Headcount.choices], required=False, widget=PlainSelect
    )
    families = forms.TypedMultipleChoiceField(
        label=gettext_lazy("What interests you"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    message = forms.CharField(
        label=gettext_lazy("What do you need?"), max_length=3000, widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(self, data: Any = None, *, rules: LeadRules) -> None:
        super().__init__(data, initial={"started": fresh_stamp()})
        names = family_names(rules.vendor_id)
        self.fields["families"].choices = list(names.items())  # type: ignore[attr-defined]
        if not names:
            del self.fields["families"]
        self.fields["consent"].label = rules.form_consent
        self.fields["consent"].required = True
        self.fields["consent"].error_messages["required"] = _("Without this nobody may call you: please agree.")

    def details(self) -> dict[str, Any]:
        """Return what the service takes; the form must be valid."""
        ours = {"started", "middle_name", "consent", "p"}
        return {name: value for name, value in self.cleaned_data.items() if name not in ours}


class LeadFormPage(View):
    """The form."""

    def get(self, request: HttpRequest, vendor: str, program: str) -> HttpResponse:
        """Show it."""
        rules = _rules_at(vendor, program)
        return self._page(rules, PublicLeadForm(rules=rules))

    def post(self, request: HttpRequest, vendor: str, program: str) -> HttpResponse:
        """Take the lead in; nothing typed is lost where it is refused."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > LARGEST:
            words = _("The form is larger than any answer needs to be. Shorten the longest text and send again.")
            return render(request, "413.html", {"message": words}, status=413)
        rules = _rules_at(vendor, program)
        form = PublicLeadForm(request.POST, rules=rules)
        if not form.is_valid():
            return self._page(rules, form, 422)
        try:
            self._take(rules, form)
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(rules, form, violation.status)
        return redirect("lead-form-sent", vendor, program)

    def _take(self, rules: LeadRules, form: PublicLeadForm) -> None:
        address = form.cleaned_data["contact_email"].lower()
        owners = ((NETWORK, network_of(self.request)), (ADDRESS, address), (PROGRAM, rules.program_id))
        if not all(take(limit, owner) for limit, owner in owners):
            words = _("Several requests came from you within a short time. We have them; try again in an hour.")
            raise TooMany("too_many", words, 3600)
        page = _("Public form of %(program)s") % {"program": rules.program.name}
        consent = Consent(text=rules.form_consent, source=page[:120], at=timezone.now())
        given = LeadInput(details=form.details(), consent=consent, source=LeadSource.FORM)
        add_lead(actor=system(rules.vendor_id), program=rules.program, lead=given)

    def _page(self, rules: LeadRules, form: PublicLeadForm, status: int = 200) -> HttpResponse:
        context = {"rules": rules, "form": form, **_brand(rules)}
        response = render(self.request, "public/lead_form.html", context, status=status)
        response["Cache-Control"] = "private, no-store"
        return response


def sent(request: HttpRequest, vendor: str, program: str) -> HttpResponse:
    """Say what happens next."""
    rules = _rules_at(vendor, program)
    return render(request, "public/lead_sent.html", {"rules": rules, **_brand(rules)})


def _rules_at(vendor: str, program: str) -> LeadRules:
    rules = form_rules(vendor, program)
    if rules is None:
        raise Http404
    return rules


def _brand(rules: LeadRules) -> dict[str, Any]:
    vendor = rules.program.vendor
    return {"vendor": vendor, "brand_shown": {"hue": vendor.brand_hue, "chroma": vendor.brand_chroma}}
