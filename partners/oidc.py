"""OpenID Connect with a vendor's provider, on allauth's flow, with what it leaves open closed.

Added to it: the issuer that answers is the one configured; a nonce binds the answer to this browser; the token's
signature is always checked, by keys of the issuer and a short list of algorithms; PKCE always; nothing of the request
reaches the provider.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Any

from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from partners.models import IdentityProvider
from partners.outbound import ProviderSession, check_address
from partners.vouching import Voucher
from prm.kernel.lazily import lazily
from prm.kernel.sealing import Unreadable, unseal

jwt = lazily("jwt")
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
LEEWAY_SECONDS = 60
REMEMBERED_SECONDS = 300
SECRET_PURPOSE = "identity provider"  # noqa: S105  (what a key is derived for)
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
UNTOLD = {"nonce", "at_hash", "c_hash"}


def app_of(provider: IdentityProvider) -> SocialApp:
    """Return the provider as allauth knows one; it is never saved."""
    try:
        secret = unseal(provider.client_secret, purpose=SECRET_PURPOSE) if provider.client_secret else ""
    except Unreadable as error:
        raise OAuth2Error("the client secret was sealed with another SECRET_KEY: enter it again") from error
    return SocialApp(
        provider="openid_connect",
        provider_id=provider.slug,
        name=provider.name,
        client_id=provider.client_id,
        secret=secret,
        settings={"server_url": provider.issuer, "oauth_pkce_enabled": True, "fetch_userinfo": False},
    )


def discover(issuer: str) -> dict[str, Any]:
    """Return what an issuer says of itself; asked at most every five minutes.

    Raises:
        OAuth2Error: it is another issuer's, or incomplete. requests.RequestException: it can't be asked.
    """
    key = f"oidc:{sha256(issuer.encode()).hexdigest()}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        with ProviderSession() as session:
            response = session.get(issuer.rstrip("/") + "/.well-known/openid-configuration")
            response.raise_for_status()
            found = response.json()
        if not isinstance(found, dict) or found.get("issuer") != issuer:
            raise OAuth2Error(f"the address is {issuer}, but the provider calls itself otherwise")
        for name in ENDPOINTS:
            if not isinstance(found.get(name), str):
                raise OAuth2Error(f"{name} is missing")
            check_address(found[name])
        cache.set(key, found, REMEMBERED_SECONDS)
    return found


class CompanyOIDCAdapter(OpenIDConnectOAuth2Adapter):
    """Talks to one provider during one request."""

    def __init__(self, request: HttpRequest, provider: IdentityProvider) -> None:
        super().__init__(request, provider.slug)
        self.of = provider

    def get_provider(self) -> CompanyOIDC:
        """Return allauth's side of it."""
        return CompanyOIDC(self.request, self.of)

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the issuer says of itself."""
        return discover(self.of.issuer)

    def claims(self, answer: dict[str, Any], nonce: str) -> dict[str, Any]:
        """Return what the provider says of a person, out of its answer to the code.

        Raises:
            OAuth2Error: the token is missing, badly signed, somebody else's, out of date, or meant for another.
        """
        claims = self._verified(str(answer.get("id_token") or ""))
        if not nonce or not secrets.compare_digest(str(claims.get("nonce") or ""), nonce):
            raise OAuth2Error("the token answers another sign-in")
        if "email" in claims or not self.openid_config.get("userinfo_endpoint"):
            return claims
        check_address(self.openid_config["userinfo_endpoint"])
        told = self._fetch_user_info(str(answer["access_token"]))
        if told.get("sub") != claims["sub"]:
            raise OAuth2Error("userinfo speaks of somebody else")
        return {**told, **claims}

    def _verified(self, token: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key=self._key(jwt.get_unverified_header(token).get("kid")),
                algorithms=ALGORITHMS,
                audience=self.of.client_id,
                issuer=self.of.issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except (jwt.PyJWTError, ValueError, TypeError, KeyError) as error:
            raise OAuth2Error(f"the token is not valid: {error}") from error
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") != self.of.client_id:
            raise OAuth2Error("the token was made for another client")
        return claims

    def _key(self, wanted: str | None) -> Any:
        with ProviderSession() as session:
            response = session.get(self.openid_config["jwks_uri"])
            response.raise_for_status()
            keys = [key for key in jwt.PyJWKSet.from_dict(response.json()).keys if key.public_key_use in {None, "sig"}]
        matching = [key for key in keys if wanted is None or key.key_id == wanted]
        if len(matching) != 1:
            raise OAuth2Error("no key of the provider fits")
        return matching[0]


class CompanyOIDC(OpenIDConnectProvider):
    """A vendor's provider, as allauth's flow sees it."""

    pkce_enabled_default = True

    def __init__(self, request: HttpRequest, provider: IdentityProvider) -> None:
        self.of = provider
        super().__init__(request, app=app_of(provider))

    def get_oauth2_adapter(self, request: HttpRequest) -> CompanyOIDCAdapter:
        """Return the adapter."""
        return CompanyOIDCAdapter(request, self.of)


def start(request: HttpRequest, provider: IdentityProvider, *, test_by: int | None) -> HttpResponse:
    """Send the browser to the provider. `test_by`: the person who only tries it out.

    Raises:
        OAuth2Error, requests.RequestException: the provider can't be asked.
    """
    discover(provider.issuer)
    nonce = secrets.token_urlsafe(24)
    company = CompanyOIDC(request, provider)
    sent: HttpResponse = company.redirect(
        request, "login", auth_params={"nonce": nonce}, scope=company.get_scope(), nonce=nonce, test_by=test_by
    )
    return sent


def finish(request: HttpRequest, provider: IdentityProvider) -> tuple[Voucher, dict[str, Any]]:
    """Return whom the provider vouches for, and the state of the sign-in that this browser began.

    Raises:
        PermissionDenied: this browser began no such sign-in, or long ago. OAuth2Error: the answer is not to be trusted.
        requests.RequestException: the provider can't be asked.
    """
    company = CompanyOIDC(request, provider)
    state = company.unstash_redirect_state(request, request.GET.get("state", ""))
    if "error" in request.GET or "code" not in request.GET:
        raise OAuth2Error(f"the provider says: {request.GET.get('error', 'nothing')[:100]}")
    adapter = company.get_oauth2_adapter(request)
    client = adapter.get_client(request, company.app)
    verifier = state["pkce_code_verifier"]
    claims = adapter.claims(client.get_access_token(request.GET["code"], pkce_code_verifier=verifier), state["nonce"])
    mark = claims.get("email_verified")
    return Voucher(
        subject=str(claims["sub"]),
        email=str(claims.get("email") or ""),
        marked=None if mark is None else mark in {True, "true"},
        told={name: str(value)[:200] for name, value in sorted(claims.items()) if name not in UNTOLD},
    ), state
