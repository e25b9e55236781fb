"""API tokens of the seat that a person acts from."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from partners.models import AccessToken
from partners.services import make_token, revoke_token
from portal.public.forms import SCOPE_WORDS, TokenForm
from prm.kernel.actors import Kind
from prm.kernel.errors import RuleViolation
from prm.kernel.pages import ActorView, show_violation

MOST_SHOWN = 50


class TokenPage(ActorView):
    """A page about tokens: for people with a seat."""

    kinds = frozenset({Kind.PARTNER, Kind.VENDOR})


class Tokens(TokenPage):
    """The seat's tokens, and a form for a new one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        return self._page(self._form())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make a token and show it, once, in the answer itself: it is kept nowhere, not in the session either."""
        form = self._form(request.POST)
        if not form.is_valid():
            return self._page(form, status=422)
        try:
            token, secret = make_token(actor=self.actor, **form.cleaned_data)
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(form, status=violation.status)
        return self._page(self._form(), status=201, made=token, secret=secret)

    def _form(self, data: object = None) -> TokenForm:
        return TokenForm(data, is_partner=self.actor.is_partner)

    def _page(self, form: TokenForm, status: int = 200, **further: Any) -> HttpResponse:
        usable_first = F("revoked_at").desc(nulls_first=True)
        tokens = AccessToken.objects.visible_to(self.actor).order_by(usable_first, "-id")[:MOST_SHOWN]
        rows = [(token, [SCOPE_WORDS.get(scope, scope) for scope in token.scopes]) for token in tokens]
        context = {"form": form, "rows": rows, **further}
        response = render(self.request, "public/tokens.html", context, status=status)
        response["Cache-Control"] = "private, no-store"
        return response


class TokenRevoke(TokenPage):
    """Ends a token."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End it."""
        token = get_object_or_404(AccessToken.objects.visible_to(self.actor), pk=pk)
        revoke_token(actor=self.actor, token=token)
        messages.success(request, _("“%(name)s” is revoked: it opens nothing any more.") % {"name": token.name})
        return redirect("settings-tokens")
