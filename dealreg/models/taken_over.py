"""Where registrations came from that were taken over from another system."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from dealreg.models.deal import Deal, deal_match
from partners.models import Enrollment, Partner, Vendor
from prm.kernel.scoping import Scope, ScopedModel


class TakenOver(ScopedModel):
    """What a deal was called in the system before, and whose it was there.

    owner_email: the person who works on it, once it has arrived; until then somebody of the vendor stands in. "" for
    the partner's first administrator.
    """

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id", owner="deal__owner_id")

    deal = models.OneToOneField(Deal, on_delete=models.CASCADE, related_name="taken_over", db_constraint=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    reference = models.CharField(_("reference there"), max_length=80)
    owner_email = models.EmailField(_("owner there"), blank=True)
    arrived_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("registration taken over")
        verbose_name_plural = _("registrations taken over")
        constraints = [
            deal_match("taken_over_tenant"),
            models.UniqueConstraint(fields=["vendor", "reference"], name="taken_over_once"),
        ]
        indexes = [
            models.Index(fields=["partner"], condition=models.Q(arrived_at=None), name="taken_over_waits"),
        ]

    def __str__(self) -> str:
        return self.reference
