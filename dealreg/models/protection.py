"""Protection, and the accounts and deals that a registration may conflict with."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, ProductFamily
from dealreg.enums import ProtectionState
from dealreg.models.deal import Deal, deal_match
from dealreg.querysets import ProtectionQuerySet
from partners.models import Enrollment, Partner, Vendor
from prm.kernel.constraints import vendor_match
from prm.kernel.scoping import Scope, ScopedModel


class Protection(ScopedModel):
    """The window in which a deal is protected, for one account and product family. At most one is live per pair."""

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id", owner="deal__owner_id")

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="protections", db_constraint=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="protections", db_constraint=False)
    family = models.ForeignKey(ProductFamily, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    state = models.CharField(_("state"), max_length=8, choices=ProtectionState, default=ProtectionState.LIVE)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    objects = ProtectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("protection")
        verbose_name_plural = _("protections")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "family"], condition=Q(state=ProtectionState.LIVE), name="protection_one_live"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="protection_ends_after_start"),
            deal_match("protection_tenant"),
            vendor_match("account", "accounts.Account", "protection_vendor_of_account"),
            vendor_match("family", "accounts.ProductFamily", "protection_vendor_of_family"),
        ]
        indexes = [models.Index(fields=["ends_at"], condition=Q(state=ProtectionState.LIVE), name="protection_ending")]

    def __str__(self) -> str:
        return f"{self.deal} {self.family}"


class Conflict(ScopedModel):
    """An account that a registration's customer may be, as found when it was submitted. The vendor's eyes only."""

    scope = Scope(vendor="vendor_id")

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="conflicts", db_constraint=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    score = models.PositiveSmallIntegerField(_("score"))
    band = models.CharField(max_length=10)
    why = models.TextField()
    reasons = models.JSONField(default=list)

    class Meta:
        verbose_name = _("conflict")
        verbose_name_plural = _("conflicts")
        constraints = [
            models.UniqueConstraint(fields=["deal", "account"], name="conflict_once"),
            vendor_match("deal", "dealreg.Deal", "conflict_vendor_of_deal"),
            vendor_match("account", "accounts.Account", "conflict_vendor_of_account"),
        ]

    def __str__(self) -> str:
        return f"{self.deal} ~ {self.account}: {self.score}"
