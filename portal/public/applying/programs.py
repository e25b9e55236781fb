"""The programs that take applications, and the form of each."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views import View

from onboarding.application_links import path_of
from onboarding.deciding import usual_days
from onboarding.invitations import PARAMETER, prospect_of
from onboarding.models import ApplicationForm, Prospect
from onboarding.permissions import APPLY_AS_PARTNER
from onboarding.public_reports import form_at, is_in_program, open_forms
from onboarding.services import applications_partner, applications_public
from onboarding.services.applications_public import Filled
from partners.models import Partner
from people.limits import Limit, network_of, take
from portal.public.applying import forms
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict, RuleViolation, TooMany
from prm.kernel.pages import ActorView, show_violation

LARGEST = 256_000
"""Bytes that a filled-in form takes at most: texts only, each with its own limit."""
SENDING = Limit("application.network", burst=20, per_hour=20)
"""Forms saved or sent from one network."""


def invited_to(form: ApplicationForm, token: str) -> Prospect | None:
    """Return the prospect whom a link invites to this program, if any."""
    found = prospect_of(token) if token else None
    return found if found is not None and found.program_id == form.program_id else None


def brand_of_page(form: ApplicationForm) -> dict[str, Any]:
    """Return what a page needs to wear the vendor's colours."""
    return {"brand_shown": {"hue": form.vendor.brand_hue, "chroma": form.vendor.brand_chroma}, "vendor": form.vendor}


class Programs(View):
    """Where to apply."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List the programs."""
        shown = open_forms()
        brands = {
            form.vendor_id: {"id": form.vendor_id, "hue": form.vendor.brand_hue, "chroma": form.vendor.brand_chroma}
            for form in shown
        }
        return render(request, "public/apply/programs.html", {"forms": shown, "brands_shown": list(brands.values())})


class FormPage(View):
    """What the pages with a form have in common: size, limits, and errors that lose nothing."""

    template: ClassVar[str] = "public/apply/form.html"

    def refuse_size(self, request: HttpRequest) -> HttpResponse | None:
        """Return the page that refuses what is larger than any form."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) <= LARGEST:
            return None
        words = _(
            "The form is larger than 256 kB, which no answer needs to be. Shorten the longest text and send again."
        )
        return render(request, "413.html", {"message": words}, status=413)

    def check_network(self) -> None:
        """Refuse a network that sends too much.

        Raises:
            TooMany: it does.
        """
        if not take(SENDING, network_of(self.request)):
            words = _("Many forms came from your network. Save nothing anew for an hour, then send it again.")
            raise TooMany("too_many", words, SENDING.wait_seconds)

    def page(self, form: ApplicationForm, filled: Any, status: int = 200, **more: Any) -> HttpResponse:
        """Show the form."""
        context = {
            "application_form": form,
            "form": filled,
            "parts": forms.shown_parts(filled),
            "usual_days": usual_days(form.program_id),
            **brand_of_page(form),
            **more,
        }
        response = render(self.request, self.template, context, status=status)
        response["Cache-Control"] = "private, no-store"
        return response

    def take_form(self, form: ApplicationForm, known: Any = None, **more: Any) -> HttpResponse:
        """Save or send what was posted; nothing typed is lost where it is refused."""
        filled = forms.public_form(form, data=self.request.POST)
        saving = "save" in self.request.POST
        if not saving and not filled.is_valid():
            return self.page(form, filled, 422, **more)
        try:
            self.check_network()
            if saving:
                return self._save(form, filled, known)
            return self._send(form, filled, known)
        except Conflict:
            raise
        except RuleViolation as violation:
            filled.is_valid()
            if saving:
                filled.errors.clear()
            show_violation(filled, violation)
            return self.page(form, filled, violation.status, **more)

    def _save(self, form: ApplicationForm, filled: Any, known: Any) -> HttpResponse:
        typed = forms.typed_in(filled, self.request.POST)
        email = str(self.request.POST.get("email", ""))
        applications_public.save_application(form=form, typed=typed, email=email, known=known)
        return redirect("apply-saved")

    def _send(self, form: ApplicationForm, filled: Any, known: Any) -> HttpResponse:
        whole = Filled(
            columns=filled.columns(),
            answers=filled.answers(),
            typed=forms.typed_in(filled, self.request.POST),
            consented=bool(filled.cleaned_data.get("consent")),
            prospect=invited_to(form, filled.cleaned_data["p"]),
        )
        applications_public.submit_application(form=form, filled=whole, known=known)
        return redirect("apply-sent")


class Apply(FormPage):
    """A program's form, for everybody."""

    def get(self, request: Any, vendor: str, program: str) -> HttpResponse:
        """Show it; whoever is signed in as a partner's administrator applies with the profile."""
        form = form_at(vendor, program)
        if not form.is_open:
            return render(request, "public/apply/closed.html", {"application_form": form, **brand_of_page(form)})
        if request.actor.is_partner and request.actor.may(APPLY_AS_PARTNER) and "anew" not in request.GET:
            return redirect("apply-as-partner", vendor, program)
        return self.page(form, forms.public_form(form, initial=self._start(form)))

    def _start(self, form: ApplicationForm) -> dict[str, Any]:
        """Return what an invitation's link fills in."""
        token = self.request.GET.get(PARAMETER, "")
        prospect = invited_to(form, token)
        return {**forms.start_from_prospect(form, prospect), "p": token} if prospect else {}

    def post(self, request: HttpRequest, vendor: str, program: str) -> HttpResponse:
        """Save or send it."""
        return self.refuse_size(request) or self.take_form(form_at(vendor, program))


def sent(request: HttpRequest) -> HttpResponse:
    """Say what happens next, in the same words for every company."""
    return render(request, "public/apply/sent.html")


def saved(request: HttpRequest) -> HttpResponse:
    """Say where the link is."""
    return render(request, "public/apply/saved.html")


class ApplyAsPartner(ActorView, FormPage):
    """A partner's administrator applies to another program with its company's profile."""

    kinds = frozenset({Kind.PARTNER})
    permission = APPLY_AS_PARTNER
    template = "public/apply/partner.html"

    def get(self, request: HttpRequest, vendor: str, program: str) -> HttpResponse:
        """Show the profile and what is asked beside it."""
        form = form_at(vendor, program)
        if not form.is_open:
            return render(request, "public/apply/closed.html", {"application_form": form, **brand_of_page(form)})
        partner = self._partner()
        return self.page(form, self._fields(form, partner), **self._context(form, partner))

    def post(self, request: HttpRequest, vendor: str, program: str) -> HttpResponse:
        """Apply."""
        form, partner = form_at(vendor, program), self._partner()
        too_large = self.refuse_size(request)
        if too_large is not None:
            return too_large
        filled = self._fields(form, partner, request.POST)
        if not filled.is_valid():
            return self.page(form, filled, 422, **self._context(form, partner))
        try:
            made = applications_partner.apply_as_partner(
                actor=self.actor,
                form=form,
                columns=filled.columns(),
                answers=filled.answers(),
                consented=bool(filled.cleaned_data.get("consent")),
            )
        except Conflict:
            raise
        except RuleViolation as violation:
            show_violation(filled, violation)
            return self.page(form, filled, violation.status, **self._context(form, partner))
        return redirect(path_of(made))

    def _partner(self) -> Partner:
        found: Partner = Partner.objects.visible_to(self.actor).get()
        return found

    def _fields(self, form: ApplicationForm, partner: Partner, data: Any = None) -> Any:
        names = forms.entries_beside_profile(form, partner)
        return forms.public_form(form, data=data, only=names or ("none",))

    def _context(self, form: ApplicationForm, partner: Partner) -> dict[str, Any]:
        return {"partner": partner, "is_enrolled": is_in_program(partner, form)}
