"""Forms of company sign-in. They parse and never save."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from onelogin.saml2.errors import OneLogin_Saml2_Error

from partners.enums import Protocol
from partners.models import IdentityProvider
from prm.kernel.lazily import lazily

metadata = lazily("onelogin.saml2.idp_metadata_parser")


BETWEEN = re.compile(r"[\s,;]+")
MOST_METADATA = 300_000


class DomainsField(forms.CharField):
    """Mail domains, divided by blanks or commas."""

    def to_python(self, value: Any) -> Any:
        """Return them as a tuple."""
        return tuple(part for part in BETWEEN.split(str(super().to_python(value) or "")) if part)

    def prepare_value(self, value: Any) -> Any:
        """Show a list as a line."""
        return ", ".join(value) if isinstance(value, list | tuple) else value


class ProviderStartForm(forms.Form):
    """The beginning of a company sign-in: what it is called, how it speaks, for whom."""

    use_required_attribute = False

    name = forms.CharField(
        label=_("Name"), max_length=40, help_text=_("As your staff know it, such as “Okta” or “Microsoft”.")
    )
    protocol = forms.ChoiceField(
        label=_("Protocol"),
        choices=Protocol,
        initial=Protocol.OIDC,
        widget=forms.RadioSelect,
        help_text=_("OpenID Connect is simpler to set up; take SAML where your provider offers nothing else."),
    )
    domains = DomainsField(
        label=_("Mail domains"), help_text=_("Of your staff, as in northwind.example. It signs nobody else in.")
    )


class OIDCForm(forms.Form):
    """How an OpenID Connect provider is reached."""

    use_required_attribute = False

    name = ProviderStartForm.base_fields["name"]
    domains = ProviderStartForm.base_fields["domains"]
    issuer = forms.CharField(
        label=_("Issuer"),
        max_length=500,
        help_text=_("The address before /.well-known/openid-configuration, exactly as the provider writes it."),
    )
    client_id = forms.CharField(label=_("Client id"), max_length=191)
    client_secret = forms.CharField(
        label=_("Client secret"),
        max_length=500,
        required=False,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Kept encrypted and never shown again. Leave it empty to keep the one there is."),
    )
    takes_unmarked = forms.BooleanField(
        label=_("Take addresses that carry no mark"),
        required=False,
        help_text=_(
            "Microsoft Entra ID never says whether an address is verified. Tick this only where staff can’t change "
            "their own address there."
        ),
    )

    @property
    def facts(self) -> dict[str, Any]:
        """The valid form's facts; without a secret typed, the one there is stays."""
        return {**self.cleaned_data, "client_secret": self.cleaned_data["client_secret"] or None}


class SAMLForm(forms.Form):
    """How a SAML provider is reached: by its metadata, or by three facts out of them."""

    use_required_attribute = False

    name = ProviderStartForm.base_fields["name"]
    domains = ProviderStartForm.base_fields["domains"]
    metadata = forms.CharField(
        label=_("The provider’s metadata"),
        required=False,
        max_length=MOST_METADATA,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("Paste the XML: it fills in the three fields below. Or fill them in by hand."),
    )
    issuer = forms.CharField(label=_("The provider’s entity id"), max_length=500, required=False)
    sign_in_url = forms.CharField(label=_("Its sign-in address"), max_length=500, required=False)
    certificates = forms.CharField(
        label=_("Its signing certificate"),
        required=False,
        max_length=40_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("PEM. While it changes from one to the next, paste both, one below the other."),
    )

    def clean(self) -> dict[str, Any]:
        """Take the three facts out of the metadata, where there are some."""
        given = super().clean() or {}
        text = given.pop("metadata", "").strip()
        if text:
            try:
                given |= facts_of_metadata(text)
            except ValueError as error:
                self.add_error("metadata", str(error))
        elif not (given.get("issuer") and given.get("sign_in_url") and given.get("certificates")):
            self.add_error("metadata", _("Paste the metadata, or fill in all three fields below."))
        return given

    @property
    def facts(self) -> dict[str, Any]:
        """The valid form's facts."""
        return {name: value for name, value in self.cleaned_data.items() if name != "metadata"}


def facts_of_metadata(text: str) -> dict[str, str]:
    """Return issuer, sign-in address and certificates out of a provider's metadata.

    Raises:
        ValueError: it isn't a provider's metadata; its text says so to the person.
    """
    refusal = str(_("This is not the metadata of a SAML provider."))
    try:
        found = metadata.OneLogin_Saml2_IdPMetadataParser.parse(text.encode()).get("idp", {})
    except (OneLogin_Saml2_Error, ValueError, SyntaxError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(refusal) from error
    signing = (found.get("x509certMulti") or {}).get("signing") or [found.get("x509cert", "")]
    address = (found.get("singleSignOnService") or {}).get("url", "")
    if not (found.get("entityId") and address and signing[0]):
        raise ValueError(refusal)
    return {"issuer": found["entityId"], "sign_in_url": address, "certificates": "\n".join(map(as_pem, signing))}


def as_pem(certificate: str) -> str:
    """Return a certificate's base64 as PEM."""
    bare = "".join(certificate.split())
    lines = "\n".join(bare[start : start + 64] for start in range(0, len(bare), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----"


def form_for(provider: IdentityProvider, data: Any = None) -> OIDCForm | SAMLForm:
    """Return the form of a provider's protocol, with what it is set to."""
    kind: type[OIDCForm | SAMLForm] = OIDCForm if provider.is_oidc else SAMLForm
    names = set(kind.base_fields) - {"client_secret", "metadata"}
    return kind(data, initial={name: getattr(provider, name) for name in names})
