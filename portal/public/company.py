"""Company sign-in: finding one's provider, going there, and coming back. What it opens ends at its vendor."""

from __future__ import annotations

from typing import Any

import requests
import structlog
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.sessions import LoginSession
from django.contrib.auth import login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from onelogin.saml2.errors import OneLogin_Saml2_Error

from partners import oidc
from partners.middleware import COMPANY_KEY
from partners.models import IdentityProvider
from partners.permissions import MANAGE_SIGN_IN
from partners.reports import provider_named, providers_at, providers_of
from partners.services import let_in, record_test
from partners.vouching import NotTrusted, Voucher
from people.limits import Limit, network_of, take
from portal.public.forms import CompanyForm
from prm.kernel.actors import Actor
from prm.kernel.errors import RuleViolation
from prm.kernel.lazily import lazily

log = structlog.get_logger(__name__)

BACKEND = "partners.authentication.SeatBackend"
HOURS = 12
"""How long a session of company sign-in lasts: who leaves the company is out by then."""
TEST_KEY = "company_sign_in_test"
# python3-saml and its XML libraries take a tenth of a web worker's memory.
saml = lazily("partners.saml")
TROUBLES = (OAuth2Error, requests.RequestException, NotTrusted, OneLogin_Saml2_Error, ValueError, KeyError)
ANSWER = "saml"
STARTS = Limit("company-sign-in", burst=30, per_hour=300)
"""Sign-ins begun from one network."""
ANSWERS = Limit("company-answer", burst=60, per_hour=600)
"""Answers that come from one network."""
REASON = "reason"


class CompanySignIn(View):
    """Asks for the address, and leads to the provider of its mail domain, whether or not anybody has the address."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask, or show the providers of the vendor that a link names."""
        vendor = request.GET.get("vendor", "")
        found = providers_at(vendor) if vendor else []
        return render(request, "public/company.html", {"form": CompanyForm(), "providers": found})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Find the provider."""
        form = CompanyForm(request.POST)
        found = providers_of(form.cleaned_data["email"]) if form.is_valid() else []
        if len(found) == 1:
            return redirect("company-provider", found[0].slug)
        if form.is_valid() and not found:
            words = _("No company sign-in is set up for %(domain)s. Sign in with your password or passkey.")
            form.add_error("email", words % {"domain": form.cleaned_data["email"].rpartition("@")[2]})
        context = {"form": form, "providers": found}
        return render(request, "public/company.html", context, status=200 if found else 422)


class ProviderPage(View):
    """A page about one provider that is in use."""

    def provider(self, slug: str) -> IdentityProvider:
        """Return it; one that is not in use is there for the test of a vendor's manager only.

        Raises:
            Http404: there is none, or it is not in use.
        """
        provider = provider_named(slug)
        if provider is None:
            raise Http404
        return provider

    @property
    def actor(self) -> Actor:
        """Who asks."""
        actor: Actor = self.request.actor  # type: ignore[attr-defined]
        return actor

    def tests(self, provider: IdentityProvider) -> bool:
        """Whether the reader may try the provider out."""
        return self.actor.may(MANAGE_SIGN_IN) and self.actor.vendor_id == provider.vendor_id


class CompanyProvider(ProviderPage):
    """The last page of ours before the provider's: says where it goes, and goes there by itself.

    A form may not lead elsewhere under our content policy, so that forms end here and a link goes on.
    """

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Show it."""
        provider = self.provider(slug)
        if not provider.is_active:
            raise Http404
        goes_on = self.actor.person_id is None
        return render(request, "public/company_go.html", {"provider": provider, "goes_on": goes_on})


class CompanyGo(ProviderPage):
    """Goes to the provider, to sign in or (for a vendor's manager) to try it out."""

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Go."""
        provider = self.provider(slug)
        test = "test" in request.GET
        if test and not self.tests(provider):
            raise Http404
        if not test and not provider.is_active:
            raise Http404
        if not take(STARTS, network_of(request)):
            return refused(request, provider, _("Too many sign-ins from your network. Wait a moment."), 429)
        begin = oidc.start if provider.is_oidc else saml.start
        try:
            return begin(request, provider, test_by=self.actor.person_id if test else None)
        except TROUBLES as error:
            return not_trusted(request, provider, error, test_by=self.actor.person_id if test else None)


class OIDCCallback(ProviderPage):
    """Where OpenID Connect comes back."""

    def get(self, request: HttpRequest, provider_id: str) -> HttpResponse:
        """Take what the provider says."""
        provider = self.provider(provider_id)
        try:
            voucher, state = oidc.finish(request, provider)
        except PermissionDenied:
            return refused(request, provider, _("This sign-in was not begun here, or too long ago. Begin again."), 403)
        except TROUBLES as error:
            return not_trusted(request, provider, error, test_by=self.actor.person_id if self.tests(provider) else None)
        return arrive(request, provider, voucher, state)


@method_decorator(csrf_exempt, name="dispatch")
class SAMLAnswer(ProviderPage):
    """Where SAML comes back, by a form of the provider's page: without this browser's cookies, so it goes on once."""

    def post(self, request: HttpRequest, organization_slug: str) -> HttpResponse:
        """Check what can be checked of the answer alone, keep it for a moment, and go on with a cookie."""
        provider, text = self.provider(organization_slug), request.POST.get("SAMLResponse", "")
        if not take(ANSWERS, network_of(request)):
            return refused(request, provider, _("Too many sign-ins from your network. Wait a moment."), 429)
        response = redirect("saml_finish_acs", provider.slug)
        kept = LoginSession(request, "saml_acs_session", "saml-acs-session")
        try:
            saml.read_answer(request, provider, text)
            kept.store[ANSWER] = text
        except TROUBLES as error:
            # Why, is told there: only with its cookies can a manager who tries it out be known.
            kept.store[REASON] = str(error)[:300]
        kept.store.set_expiry(300)
        kept.save(response)
        return response


class SAMLFinish(ProviderPage):
    """Goes on with the answer that was kept, now with this browser's cookies."""

    def get(self, request: HttpRequest, organization_slug: str) -> HttpResponse:
        """Take what the provider says, once."""
        provider = self.provider(organization_slug)
        kept = LoginSession(request, "saml_acs_session", "saml-acs-session")
        text, reason = str(kept.store.get(ANSWER, "")), str(kept.store.get(REASON, ""))
        kept.delete()
        tester = self.actor.person_id if self.tests(provider) else None
        try:
            if reason:
                raise NotTrusted(reason)
            answer = saml.read_answer(request, provider, text)
            state = saml.take_answer(request, provider, answer)
        except PermissionDenied:
            return refused(request, provider, _("This sign-in was not begun here, or too long ago. Begin again."), 403)
        except TROUBLES as error:
            return not_trusted(request, provider, error, test_by=tester)
        return arrive(request, provider, answer.voucher, state)


class SAMLMetadata(ProviderPage):
    """What a SAML provider needs to know of us."""

    def get(self, request: HttpRequest, organization_slug: str) -> HttpResponse:
        """Serve it."""
        provider = self.provider(organization_slug)
        if provider.is_oidc:
            raise Http404
        return HttpResponse(saml.metadata(request, provider), content_type="application/samlmetadata+xml")


def arrive(request: Any, provider: IdentityProvider, voucher: Voucher, state: dict[str, Any]) -> HttpResponse:
    """Sign in whom the provider vouches for, at its vendor and no further; or, in a test, tell what came back."""
    if state.get("test_by"):
        return _tested(request, provider, voucher, state["test_by"])
    try:
        if not provider.is_active:
            raise RuleViolation("not_in_use", _("This company sign-in is switched off."))
        person = let_in(provider=provider, voucher=voucher)
    except RuleViolation as refusal:
        log.info("company_sign_in_refused", provider=provider.slug, code=refusal.code)
        return refused(request, provider, str(refusal.message), 403)
    # Nothing of an earlier session goes on: neither its seat nor what it proved.
    request.session.flush()
    login(request, person, backend=BACKEND)
    request.session[COMPANY_KEY] = provider.vendor_id
    request.session.set_expiry(HOURS * 3600)
    return redirect("start")


def _tested(request: Any, provider: IdentityProvider, voucher: Voucher, tester: int) -> HttpResponse:
    if request.actor.person_id != tester:
        raise Http404
    outcome = {"provider": provider.slug, "told": dict(voucher.told), "email": voucher.email, "refusal": ""}
    try:
        record_test(actor=request.actor, provider=provider, voucher=voucher)
    except RuleViolation as refusal:
        outcome["refusal"] = str(refusal.message)
    request.session[TEST_KEY] = outcome
    return redirect("console:provider", provider.slug)


def not_trusted(request: Any, provider: IdentityProvider, error: Exception, *, test_by: int | None) -> HttpResponse:
    """Refuse an answer that proves nothing; why, is for the log and for the vendor's manager who tries it out."""
    log.warning("company_sign_in_not_trusted", provider=provider.slug, reason=str(error)[:300])
    if test_by is not None and request.actor.person_id == test_by:
        request.session[TEST_KEY] = {"provider": provider.slug, "told": {}, "email": "", "refusal": str(error)[:300]}
        return redirect("console:provider", provider.slug)
    words = _(
        "What %(name)s sent can’t be trusted, or it can’t be reached. Begin again; if it stays so, tell %(vendor)s."
    )
    return refused(request, provider, words % {"name": provider, "vendor": provider.vendor}, 403)


def refused(request: HttpRequest, provider: IdentityProvider, message: str, status: int) -> HttpResponse:
    """Say why nobody was signed in."""
    context = {"provider": provider, "message": message}
    response = render(request, "public/company_refused.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response
