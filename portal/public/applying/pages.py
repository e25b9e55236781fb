"""The page behind the secret link: the draft, the proof of the address, then the state, the questions, the decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views import View

from onboarding.application_links import find_application
from onboarding.enums import ApplicationState, Ended
from onboarding.models import Application, ApplicationForm
from onboarding.public_reports import form_of_program, said_about
from onboarding.services import applications_public
from onboarding.workflow import UNDECIDED
from partners.services import Asking, ask_to_join
from portal.public.applying import forms
from portal.public.applying.programs import FormPage, brand_of_page
from prm.kernel.errors import Conflict, RuleViolation


class LinkPage(View):
    """A page that only who has the link sees."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find what the link leads to.

        Raises:
            Http404: nothing.
        """
        super().setup(request, *args, **kwargs)
        self.token: str = kwargs["token"]
        self.application: Application = find_application(self.token)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep the page out of caches, search engines and referrers."""
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment]
        response["Cache-Control"] = "private, no-store"
        response["X-Robots-Tag"] = "noindex"
        # Not "no-referrer": with it browsers send "Origin: null" with the page's own forms, and those are refused.
        response["Referrer-Policy"] = "same-origin"
        return response

    @property
    def form(self) -> ApplicationForm:
        """The program's form."""
        return form_of_program(self.application)

    def show(self, status: int = 200, **more: Any) -> HttpResponse:
        """Show where the application stands."""
        application = self.application
        context = {
            "application": application,
            "token": self.token,
            "said": said_about(application),
            "states": ApplicationState,
            "is_undecided": application.state in UNDECIDED,
            "is_late": application.escalated_at is not None,
            "steps": steps_of(application),
            **brand_of_page(self.form),
            **more,
        }
        return render(self.request, "public/apply/application.html", context, status=status)


def steps_of(application: Application) -> list[dict[str, Any]]:
    """Return the way of an application, with where it stands."""
    state, undecided = application.state, application.state in UNDECIDED
    reached = application.submitted_at is not None
    decided = state in {ApplicationState.APPROVED, ApplicationState.DECLINED}
    vendor = application.vendor.name
    return [
        {"label": _("Filled in"), "done": True, "current": False},
        {"label": _("Address confirmed"), "done": reached, "current": not reached},
        {"label": _("%(vendor)s decides") % {"vendor": vendor}, "done": decided, "current": undecided},
        {"label": _("You are a partner"), "done": state == ApplicationState.APPROVED, "current": False},
    ]


class ApplicationPage(LinkPage):
    """Where it stands."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show it; a draft opens as the form."""
        if self.application.state == ApplicationState.DRAFT:
            return redirect("application-edit", token)
        return self.show()


class ApplicationConfirm(LinkPage):
    """Takes the link for proof. GET leads to the page and changes nothing: scanners of mails follow links."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Lead to the page."""
        return redirect("application", token)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Confirm."""
        applications_public.confirm_application(token=token)
        return redirect("application", token)


class ApplicationEdit(LinkPage, FormPage):
    """Go on with a form that was saved, or correct one before its address is confirmed."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show the form as it was typed."""
        if self.application.state not in {ApplicationState.DRAFT, ApplicationState.UNCONFIRMED}:
            return redirect("application", token)
        filled = forms.public_form(self.form, initial=forms.start_from(self.form, self.application))
        return self.page(self.form, filled, application=self.application, token=token)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Save or send it."""
        too_large = self.refuse_size(request)
        more = {"application": self.application, "token": token}
        return too_large or self.take_form(self.form, self.application, **more)


class ApplicationAnswer(LinkPage):
    """Answers the vendor's question."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Lead to the page."""
        return redirect("application", token)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Send the answer."""
        text = request.POST.get("text", "")
        try:
            applications_public.answer_question(token=token, text=text)
        except Conflict as late:
            return self.show(late.status, refused=late.message, text=text)
        except RuleViolation as violation:
            return self.show(violation.status, refused=violation.message, text=text)
        messages.success(request, _("Your answer is on its way."))
        return redirect("application", token)


class ApplicationWithdraw(LinkPage):
    """Withdraws it."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Lead to the page."""
        return redirect("application", token)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Withdraw."""
        try:
            applications_public.withdraw_application(token=token)
        except Conflict as late:
            return self.show(late.status, refused=late.message)
        return redirect("application", token)


class ApplicationJoin(LinkPage):
    """Asks to join the company's team, where the company is a partner already."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Lead to the page."""
        return redirect("application", token)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Ask, in the words of the form."""
        application = self.application
        if application.ended_as != Ended.JOIN:
            return redirect("application", token)
        ask_to_join(asking=Asking(email=application.email, name=application.contact_name or application.email))
        return redirect("join-asked")
