"""The web and mail domains of partners: by them newcomers, applicants and duplicates are known."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models.organisations import Partner
from partners.querysets import OfPartnerQuerySet
from prm.kernel.domains import registrable_domain
from prm.kernel.scoping import Scope, ScopedModel


def validate_domain(text: str) -> None:
    """Refuse what isn't a registrable domain in one form: mail providers' and shared hosts among them."""
    if not text or registrable_domain(text) != text:
        raise ValidationError(_("This isn’t a company’s own domain."))


class PartnerDomain(ScopedModel):
    """A domain that a partner uses, in the form of `registrable_domain`; branches may share one.

    is_verified: an administrator of the partner has a mail address there, and so proved to read mail at it.
    """

    scope = Scope(partner="partner_id")

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="domains", db_index=False)
    domain = models.CharField(_("domain"), max_length=253, validators=[validate_domain])
    is_verified = models.BooleanField(_("proven"), default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = OfPartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("domain")
        verbose_name_plural = _("domains")
        constraints = [models.UniqueConstraint(fields=["partner", "domain"], name="partner_domain_once")]
        indexes = [models.Index(fields=["domain"], name="partner_domain")]

    def __str__(self) -> str:
        return self.domain
