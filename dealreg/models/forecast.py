"""How a deal's amount and day moved, and what follows a won deal."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from dealreg.enums import FollowKind
from dealreg.models.deal import Deal, deal_match
from partners.models import Enrollment, Partner, Vendor
from prm.kernel.scoping import Scope, ScopedModel


class AmountChange(ScopedModel):
    """Value or expected close of a deal, before and after, with who changed it and why. Rows are only added."""

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id", owner="deal__owner_id")

    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, related_name="amounts", db_constraint=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    value_before = models.DecimalField(max_digits=14, decimal_places=2)
    value_after = models.DecimalField(max_digits=14, decimal_places=2)
    close_before = models.DateField()
    close_after = models.DateField()
    reason = models.CharField(_("why"), max_length=200, blank=True)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("change of value or day")
        verbose_name_plural = _("changes of value or day")
        constraints = [
            deal_match("amountchange_tenant"),
            models.CheckConstraint(
                condition=~Q(value_before=F("value_after")) | ~Q(close_before=F("close_after")),
                name="amountchange_changes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value_before} → {self.value_after}"


class FollowUp(ScopedModel):
    """A renewal or upsell that was begun from a won deal. `submission` is that of its draft, and of its deal later."""

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id", owner="deal__owner_id")

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="followed_by", db_constraint=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=7, choices=FollowKind)
    submission = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    begun_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        constraints = [deal_match("followup_tenant")]

    def __str__(self) -> str:
        return self.get_kind_display()
