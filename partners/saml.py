"""SAML 2.0 with a vendor's provider, on python3-saml, with what it leaves open closed.

Added to it: the assertion must name us as audience, our address as recipient and our own request, each exactly; the
request must have been made in this browser; an assertion is taken once. What is not asked for is refused.
"""

from __future__ import annotations

from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.saml.provider import SAMLProvider
from cryptography.x509 import load_pem_x509_certificates
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from lxml.etree import LxmlError
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from partners.models import IdentityProvider, SeenAssertion
from partners.vouching import NotTrusted, Voucher

LONGEST_ANSWER = 256 * 1024
"""Characters of a posted answer."""
LONGEST_ID = 255
CLOCKS_DIFFER_SECONDS = 300
SECURITY = {
    "requestedAuthnContext": False,
    "allowSingleLabelDomains": True,  # as in an intranet, and on localhost
    "wantAssertionsSigned": True,
    "wantNameId": True,
    "wantAttributeStatement": False,
    "allowRepeatAttributeName": False,
    "rejectDeprecatedAlgorithm": True,
    "signatureAlgorithm": Names.RSA_SHA256,
    "digestAlgorithm": Names.SHA256,
}
ADDRESS_NAMES = (
    "urn:oid:0.9.2342.19200300.100.1.3",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    "email",
    "mail",
    "emailAddress",
)
ADDRESS_FORMATS = {Names.NAMEID_EMAIL_ADDRESS, Names.NAMEID_UNSPECIFIED, None}


UNREADABLE = (
    OneLogin_Saml2_Error,
    OneLogin_Saml2_ValidationError,
    NotBase64,
    LxmlError,
    ValueError,
    KeyError,
    TypeError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a provider said, after its signature, issuer, audience, recipient and times were checked."""

    request_id: str
    assertion_id: str
    ends_at: datetime
    voucher: Voucher


def addresses(request: HttpRequest, slug: str) -> dict[str, str]:
    """Return where providers find us: `entity_id`, which is also where our metadata is, and `acs_url`."""
    return {
        "entity_id": request.build_absolute_uri(reverse("saml_metadata", args=[slug])),
        "acs_url": request.build_absolute_uri(reverse("saml_acs", args=[slug])),
    }


def _own_settings(request: HttpRequest, slug: str) -> dict[str, Any]:
    ours = addresses(request, slug)
    consumer = {"url": ours["acs_url"], "binding": Names.BINDING_HTTP_POST}
    named = {"entityId": ours["entity_id"], "NameIDFormat": Names.NAMEID_UNSPECIFIED}
    return {"strict": True, "security": SECURITY, "sp": {**named, "assertionConsumerService": consumer}}


def _settings(request: HttpRequest, provider: IdentityProvider) -> dict[str, Any]:
    return {
        **_own_settings(request, provider.slug),
        "idp": {
            "entityId": provider.issuer,
            "singleSignOnService": {"url": provider.sign_in_url, "binding": Names.BINDING_HTTP_REDIRECT},
            "x509certMulti": {"signing": split_certificates(provider.certificates)},
        },
    }


def split_certificates(text: str) -> list[str]:
    """Return PEM certificates one by one.

    Raises:
        ValueError: there is none, or something else stands between them.
    """
    found = load_pem_x509_certificates(text.encode())
    ends = "-----END CERTIFICATE-----"
    parts = [part[part.index("-----BEGIN") :] + ends for part in text.split(ends) if "-----BEGIN" in part]
    return parts[: len(found)]


def metadata(request: HttpRequest, provider: IdentityProvider) -> bytes:
    """Return our metadata for a provider."""
    described = _own_settings(request, provider.slug)
    text = OneLogin_Saml2_Settings(described, sp_validation_only=True).get_sp_metadata()
    return text if isinstance(text, bytes) else text.encode()


def _company(request: HttpRequest, provider: IdentityProvider) -> SAMLProvider:
    """Return allauth's side of it, which keeps what this browser began."""
    app = SocialApp(provider="saml", provider_id=provider.slug, name=provider.name, client_id=provider.slug)
    return SAMLProvider(request, app=app)


def _toolkit(request: HttpRequest, provider: IdentityProvider, posted: dict[str, str]) -> OneLogin_Saml2_Auth:
    at = urlsplit(addresses(request, provider.slug)["acs_url"])
    asked = {
        "https": "on" if at.scheme == "https" else "off",
        "http_host": at.netloc,
        "script_name": at.path,
        "get_data": {},
        "post_data": posted,
    }
    return OneLogin_Saml2_Auth(asked, _settings(request, provider))


def start(request: HttpRequest, provider: IdentityProvider, *, test_by: int | None) -> HttpResponse:
    """Send the browser to the provider. `test_by`: the person who only tries it out.

    Raises:
        OneLogin_Saml2_Error: the configuration is not complete.
    """
    toolkit = _toolkit(request, provider, {})
    address = toolkit.login(return_to="")
    request_id = toolkit.get_last_request_id()
    _company(request, provider).stash_redirect_state(request, "login", state_id=request_id, test_by=test_by)
    return HttpResponseRedirect(address)


def read_answer(request: HttpRequest, provider: IdentityProvider, text: str) -> Answer:
    """Return what a posted answer says, once all that can be checked of it alone is checked. Writes nothing.

    Raises:
        NotTrusted: it is not what it should be, for whatever reason.
    """
    if not text or len(text) > LONGEST_ANSWER:
        raise NotTrusted("there is no answer, or it is too large")
    toolkit = _toolkit(request, provider, {"SAMLResponse": text})
    try:
        toolkit.process_response()
        if toolkit.get_errors() or not toolkit.is_authenticated():
            raise NotTrusted(str(toolkit.get_last_error_reason()))
        assertion = _assertion(toolkit.get_last_response_xml())
    except UNREADABLE as error:
        raise NotTrusted(f"{type(error).__name__}: {error}") from error
    ours = addresses(request, provider.slug)
    request_id, ends_at = _confirmation(assertion, ours["acs_url"])
    audiences = _texts(assertion, "saml:Conditions/saml:AudienceRestriction/saml:Audience")
    if ours["entity_id"] not in audiences:
        raise NotTrusted("it is meant for another audience")
    if _texts(assertion, "saml:Issuer") != [provider.issuer]:
        raise NotTrusted("it is another issuer's")
    if not 1 <= len(assertion.get("ID", "")) <= LONGEST_ID:
        raise NotTrusted("its id is too long")
    return Answer(
        request_id=request_id,
        assertion_id=assertion.get("ID"),
        ends_at=ends_at,
        voucher=_voucher(toolkit),
    )


def _assertion(document: Any) -> Any:
    """Return the one assertion. The toolkit saw to it that there is one, here, and that it is signed itself."""
    root = OneLogin_Saml2_XML.to_etree(document)
    found = OneLogin_Saml2_XML.query(root, "/samlp:Response/saml:Assertion")
    if len(found) != 1:
        raise NotTrusted("encrypted assertions are not taken")
    return found[0]


def _texts(assertion: Any, path: str) -> list[str]:
    found = OneLogin_Saml2_XML.query(assertion, path, assertion)
    return [str(OneLogin_Saml2_XML.element_text(node)) for node in found]


def _confirmation(assertion: Any, recipient: str) -> tuple[str, datetime]:
    """Return the request that the assertion answers, and until when it may be used. All of it is signed."""
    path = "saml:Subject/saml:SubjectConfirmation[@Method=$bearer]/saml:SubjectConfirmationData"
    found = assertion.xpath(path, namespaces=Names.NSMAP, bearer=Names.CM_BEARER)
    if len(found) != 1:
        raise NotTrusted("it must say once how its subject is confirmed")
    said = found[0]
    if said.get("Recipient") != recipient:
        raise NotTrusted("it is meant for another recipient")
    if not said.get("InResponseTo") or not said.get("NotOnOrAfter"):
        raise NotTrusted("nobody asked for it, or it has no end")
    ends = OneLogin_Saml2_Utils.parse_SAML_to_time(said.get("NotOnOrAfter"))
    return said.get("InResponseTo"), datetime.fromtimestamp(ends + CLOCKS_DIFFER_SECONDS, tz=UTC)


def _voucher(toolkit: OneLogin_Saml2_Auth) -> Voucher:
    told = {name: values for name, values in toolkit.get_attributes().items() if values}
    stated = [str(told[name][0]) for name in ADDRESS_NAMES if name in told]
    name_id, form = str(toolkit.get_nameid() or ""), toolkit.get_nameid_format()
    if not stated and form in ADDRESS_FORMATS and "@" in name_id:
        stated = [name_id]
    email = stated[0].strip() if stated else ""
    # A transient name is another one each time; then the address itself is what lasts.
    subject = f"mail:{email.casefold()}" if form == Names.NAMEID_TRANSIENT else name_id
    return Voucher(
        subject=subject,
        email=email,
        marked=True,  # the company's own provider says it; SAML knows no other mark
        told={"NameID": name_id, **{name: ", ".join(map(str, values))[:200] for name, values in told.items()}},
    )


@transaction.atomic
def take_answer(request: HttpRequest, provider: IdentityProvider, answer: Answer) -> dict[str, Any]:
    """Use an answer up, and return the state of the sign-in that this browser began.

    Raises:
        PermissionDenied: this browser began no such sign-in, or long ago. NotTrusted: it was used before.
    """
    state: dict[str, Any] = _company(request, provider).unstash_redirect_state(request, answer.request_id)
    SeenAssertion.objects.filter(expires_at__lt=timezone.now()).delete()
    _seen, first = SeenAssertion.objects.get_or_create(
        provider=provider, assertion_id=answer.assertion_id, defaults={"expires_at": answer.ends_at}
    )
    if not first:
        raise NotTrusted("it was used before")
    return state
