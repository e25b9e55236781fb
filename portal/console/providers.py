"""Company sign-in: the vendor's identity providers, their test, and whether staff must come by them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from partners import services
from partners.enums import Protocol
from partners.models import IdentityProvider, Vendor
from partners.permissions import MANAGE_SIGN_IN
from partners.provider_forms import ProviderStartForm, form_for
from portal.public.company import TEST_KEY
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.lazily import lazily
from prm.kernel.pages import ActorView, show_violation

saml = lazily("partners.saml")


class ProviderPage(ActorView):
    """A page about company sign-in."""

    kinds = frozenset({Kind.VENDOR})
    permission = MANAGE_SIGN_IN

    def providers(self) -> QuerySet[Any]:
        """Return the vendor's providers."""
        return IdentityProvider.objects.visible_to(self.actor)

    def provider(self, slug: str) -> IdentityProvider:
        """Return one, or 404."""
        found: IdentityProvider = get_object_or_404(self.providers().select_related("tested_by"), slug=slug)
        return found

    def crumbs(self, label: str) -> list[dict[str, str]]:
        """Return the way back."""
        return [{"label": _("Company sign-in"), "url": reverse("console:providers")}, {"label": label}]

    def shown(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        """Render a page that is not kept by the browser."""
        response = render(self.request, template, context, status=status)
        response["Cache-Control"] = "private, no-store"
        return response


class Providers(ProviderPage):
    """All of them, and the switch."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        providers = list(self.providers().select_related("tested_by").order_by("name", "pk"))
        mine = [each for each in providers if each.is_active and each.tested_by_id == self.actor.person_id]
        vendor = Vendor.objects.visible_to(self.actor).get()
        hidden = [("required", "yes")]
        return self.shown(
            "console/providers.html",
            providers=providers,
            vendor=vendor,
            may_require=bool(mine),
            required_hidden=hidden,
        )


class ProviderAdd(ProviderPage):
    """Begins one: its addresses exist from then on."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask."""
        return self._shown(ProviderStartForm(initial={"domains": [request.user.email.rpartition("@")[2]]}))  # type: ignore[union-attr]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Add it."""
        form = ProviderStartForm(request.POST)
        if not form.is_valid():
            return self._shown(form, 422)
        given = {**form.cleaned_data, "protocol": Protocol(form.cleaned_data["protocol"])}
        try:
            provider = services.add_provider(actor=self.actor, **given)
        except (Conflict, Forbidden):
            raise
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._shown(form, 422)
        return redirect("console:provider", provider.slug)

    def _shown(self, form: BaseForm, status: int = 200) -> HttpResponse:
        return self.shown("console/provider_add.html", status, form=form, crumbs=self.crumbs(_("Add")))


class ProviderDetail(ProviderPage):
    """One: what to enter at the provider, what to enter here, the test."""

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Show it, with what the last test brought back, once."""
        provider = self.provider(slug)
        outcome = request.session.pop(TEST_KEY, None)
        if outcome is not None and outcome["provider"] != slug:
            outcome = None
        return self._shown(provider, form_for(provider), outcome=outcome)

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Change its settings."""
        provider = self.provider(slug)
        form = form_for(provider, request.POST)
        if not form.is_valid():
            return self._shown(provider, form, 422)
        try:
            services.change_provider(actor=self.actor, provider=provider, facts=services.ProviderFacts(**form.facts))
        except (Conflict, Forbidden):
            raise
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._shown(self.provider(slug), form, 422)
        messages.success(request, _("Saved. Now test it."))
        return redirect("console:provider", slug)

    def _shown(self, provider: IdentityProvider, form: BaseForm, status: int = 200, **further: Any) -> HttpResponse:
        callback = self.request.build_absolute_uri(reverse("openid_connect_callback", args=[provider.slug]))
        ours = saml.addresses(self.request, provider.slug)
        context = {"provider": provider, "form": form, "callback": callback, **ours, **further}
        return self.shown("console/provider.html", status, crumbs=self.crumbs(provider.name), **context)


class ProviderSwitch(ProviderPage):
    """Takes one into use, or out of it."""

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Switch it."""
        wanted = request.POST.get("on") == "yes"
        provider = services.switch_provider(actor=self.actor, provider=self.provider(slug), is_active=wanted)
        on, off = _("%(name)s is in use: your staff may sign in with it."), _("%(name)s is switched off.")
        messages.success(request, (on if wanted else off) % {"name": provider.name})
        return redirect("console:provider", slug)


class SignInRequired(ProviderPage):
    """Decides whether staff must come by company sign-in."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Decide."""
        wanted = request.POST.get("required") == "yes"
        services.require_company_sign_in(actor=self.actor, required=wanted)
        if not wanted:
            messages.success(request, _("Your staff may sign in either way now."))
            return redirect("console:providers")
        # Who decided so by a password has no seat here any more: the start page leads to the company's sign-in.
        return redirect("console:providers" if self.actor.via == "company" else "start")
