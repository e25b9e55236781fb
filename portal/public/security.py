"""How a person signs in: one overview, and the pages behind it that allauth doesn't have."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.reports import sign_in_of
from people.security import require_own_session
from people.services import (
    ask_email_change,
    confirm_email_change,
    end_other_sessions,
    end_session,
    find_email_change,
)
from portal.public.forms import EmailForm
from prm.kernel.actors import Kind
from prm.kernel.errors import RuleViolation
from prm.kernel.pages import ActorView, show_violation

EVERYWHERE_ELSE = "others"


class SecurityPage(ActorView):
    """A page for the person itself, whatever the seat; closed to who came by a company's provider. Never cached."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer, to its own person alone."""
        if self.actor.kind is not Kind.ANONYMOUS:
            require_own_session(self.actor)
        response = super().dispatch(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response


class Security(SecurityPage):
    """Password, second step, passkeys, recovery codes, address, and where one is signed in."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        sign_in = sign_in_of(self.actor, current=request.session.session_key or "")
        context = {"sign_in": sign_in, "others": [("session", EVERYWHERE_ELSE)]}
        return render(request, "public/security.html", context)


class SessionsEnd(SecurityPage):
    """Signs out elsewhere: one browser, or all but this one."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """End it, or them."""
        handle = request.POST.get("session", "")
        if handle == EVERYWHERE_ELSE:
            ended = end_other_sessions(actor=self.actor, current=request.session.session_key or "")
            said = ngettext("%(count)d other browser is signed out.", "%(count)d other browsers are signed out.", ended)
            messages.success(request, said % {"count": ended})
        elif end_session(actor=self.actor, handle=handle):
            messages.success(request, _("It is signed out."))
        else:
            messages.info(request, _("It was signed out already."))
        return redirect("settings-security")


@method_decorator(reauthentication_required(app="allauth.account"), name="change")
class EmailChangePage(SecurityPage):
    """Asks for another address to sign in with."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        return self.change(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Mail the new address; the answer is the same whether or not somebody uses it."""
        return self.change(request)

    def change(self, request: HttpRequest) -> HttpResponse:
        """Do either, for who proved lately to be the person."""
        form = EmailForm(request.POST if request.method == "POST" else None)
        if request.method != "POST" or not form.is_valid():
            return self._page(form)
        try:
            ask_email_change(actor=self.actor, email=form.cleaned_data["email"])
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(form, violation.status)
        messages.success(request, _("We sent a link to the new address. Until it is opened, nothing changes."))
        return redirect("settings-security")

    def _page(self, form: EmailForm, status: int = 422) -> HttpResponse:
        status = status if form.is_bound else 200
        return render(self.request, "public/security_email.html", {"form": form}, status=status)


class EmailConfirm(SecurityPage):
    """The page behind the link that the new address got. Opening it changes nothing; its button does."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Ask, or say that the link is spent."""
        change = find_email_change(actor=self.actor, token=token)
        return self._page(change.email if change else "")

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Change the address."""
        try:
            person = confirm_email_change(actor=self.actor, token=token)
        except RuleViolation:
            return self._page("")
        messages.success(request, _("From now on you sign in with %(email)s.") % {"email": person.email})
        return redirect("settings-security")

    def _page(self, email: str) -> HttpResponse:
        status = 200 if email else 404
        return render(self.request, "public/security_email_confirm.html", {"email": email}, status=status)
