"""allauth's adapter for company sign-in: it uses our connections, and opens nothing by itself."""

from __future__ import annotations

from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest, HttpResponseForbidden

from partners.outbound import ProviderSession


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Providers are the vendors' (`partners.oidc`, `partners.saml`); allauth's own lists, links and sign-ups are off.

    Only the parts of allauth that talk to a provider are used. Should any other way lead to it, it ends here.
    """

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[Any]:
        """Know no provider: those of vendors are handed over one by one, and none is kept in allauth's tables."""
        return []

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Refuse: people come by invitation."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> NoReturn:
        """Refuse: nobody is signed in, linked or made by a social account."""
        raise ImmediateHttpResponse(HttpResponseForbidden())

    def get_requests_session(self) -> ProviderSession:
        """Ask providers over connections that reach nothing inside."""
        return ProviderSession()
