"""Asking to join a company's team: the address, its proof, and the same words whoever is a partner or not."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from partners.services import Asking, ask_to_join, confirm_join, find_asking
from people.limits import Limit, network_of, take
from prm.kernel.errors import RuleViolation, TooMany
from prm.kernel.pages import show_violation

ASKED = Limit("join.network", burst=10, per_hour=20)
"""Requests to join from one network."""


class JoinForm(forms.Form):
    """Who asks."""

    use_required_attribute = False

    email = forms.EmailField(label=gettext_lazy("E-mail at work"), max_length=254)
    name = forms.CharField(label=gettext_lazy("Your name"), max_length=120)
    note = forms.CharField(
        label=gettext_lazy("A word to the administrator"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class Join(View):
    """Asks for the address; answers the same for every company."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask."""
        return self._page(JoinForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Send the link, where the address belongs to a partner."""
        form = JoinForm(request.POST)
        if not form.is_valid():
            return self._page(form, 422)
        if not take(ASKED, network_of(request)):
            message = _("Too many requests came from your network. Try again later.")
            raise TooMany("too_many", message, ASKED.wait_seconds)
        try:
            ask_to_join(asking=Asking(**form.cleaned_data))
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(form, violation.status)
        return redirect("join-asked")

    def _page(self, form: JoinForm, status: int = 200) -> HttpResponse:
        return render(self.request, "public/join.html", {"form": form}, status=status)


def asked(request: HttpRequest) -> HttpResponse:
    """Say what happens next, in words that fit whether or not a mail was sent."""
    return render(request, "public/join_asked.html")


class JoinConfirm(View):
    """Opened from the mail. GET changes nothing: scanners of mails follow links."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show the button, or that it was pressed."""
        return self._page(token)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Take it for proof."""
        try:
            confirm_join(token=token)
        except RuleViolation as violation:
            return self._page(token, str(violation.message), violation.status)
        return redirect("join-confirm", token)

    def _page(self, token: str, refused: str = "", status: int = 200) -> HttpResponse:
        context = {"asking": find_asking(token), "refused": refused}
        response = render(self.request, "public/join_confirm.html", context, status=status)
        response["Cache-Control"] = "private, no-store"
        response["X-Robots-Tag"] = "noindex"
        return response
