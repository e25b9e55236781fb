"""Vendors' identity providers, whom they vouched for, and which of their answers were used."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.enums import Protocol
from partners.models.organisations import Vendor
from partners.querysets import ProviderQuerySet
from prm.kernel.scoping import Scope, ScopedModel, Unscoped


class IdentityProvider(ScopedModel):
    """A vendor's way to sign its own staff in. It speaks for that vendor only.

    issuer: OpenID Connect's issuer, or SAML's entity id. client_secret: encrypted, see `partners.secrets`.
    certificates: SAML, PEM texts, one after the other. takes_unmarked: whether an address counts that the provider
    neither marks as verified nor as unverified. tested_at, tested_by: who got through with the configuration as it is.
    """

    scope = Scope(vendor="vendor_id")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="identity_providers")
    name = models.CharField(_("name"), max_length=40)
    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    protocol = models.CharField(_("protocol"), max_length=4, choices=Protocol)
    domains = ArrayField(models.CharField(max_length=253), verbose_name=_("mail domains"))
    issuer = models.CharField(_("issuer"), max_length=500, blank=True)
    client_id = models.CharField(_("client id"), max_length=191, blank=True)
    client_secret = models.TextField(_("client secret"), blank=True)
    takes_unmarked = models.BooleanField(_("takes addresses without a mark"), default=False)
    sign_in_url = models.CharField(_("sign-in address"), max_length=500, blank=True)
    certificates = models.TextField(_("certificates"), blank=True)
    is_active = models.BooleanField(_("in use"), default=False)
    created_at = models.DateTimeField(default=timezone.now)
    tested_at = models.DateTimeField(null=True)
    tested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = ProviderQuerySet.as_manager()

    class Meta:
        verbose_name = _("identity provider")
        verbose_name_plural = _("identity providers")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_active=False)
                | models.Q(protocol=Protocol.OIDC) & ~models.Q(issuer="") & ~models.Q(client_id="")
                | models.Q(protocol=Protocol.SAML)
                & ~models.Q(issuer="")
                & ~models.Q(sign_in_url="")
                & ~models.Q(certificates=""),
                name="provider_in_use_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_oidc(self) -> bool:
        """Whether it speaks OpenID Connect; else it speaks SAML."""
        return self.protocol == Protocol.OIDC

    @property
    def is_complete(self) -> bool:
        """Whether it has all that its protocol needs."""
        needed = [self.issuer, self.client_id] if self.is_oidc else [self.issuer, self.sign_in_url, self.certificates]
        return all(needed)


class CompanyIdentity(ScopedModel):
    """Under which name a provider knows a person: set at the first sign-in, so that an address can't change hands."""

    scope = Scope(vendor="provider__vendor_id")

    provider = models.ForeignKey(IdentityProvider, on_delete=models.CASCADE, related_name="identities")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=255)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "subject"], name="company_identity_subject_once"),
            models.UniqueConstraint(fields=["provider", "person"], name="company_identity_person_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} at {self.provider_id}"


class SeenAssertion(ScopedModel):
    """A SAML assertion that was used: remembered until it would have expired, so that it can't be used again."""

    scope = Unscoped("machinery: written by company sign-in only")

    provider = models.ForeignKey(IdentityProvider, on_delete=models.CASCADE, related_name="+")
    assertion_id = models.CharField(max_length=255)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "assertion_id"], name="assertion_seen_once")]

    def __str__(self) -> str:
        return f"{self.assertion_id} of {self.provider_id}"
