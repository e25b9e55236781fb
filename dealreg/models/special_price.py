"""A special price that a partner asks for on a deal, and what was decided: both stay as they were written."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dealreg.enums import PriceOutcome
from dealreg.models.deal import Deal, deal_match
from partners.models import Enrollment, Partner, Vendor
from prm.kernel.scoping import Scope, ScopedModel


class PriceRequest(ScopedModel):
    """A request. Rows are only added.

    lines: product (id), name, quantity, list and asked price as texts, in the deal's currency of then.
    """

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id", owner="deal__owner_id")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, related_name="price_requests", db_constraint=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    currency = models.CharField(_("currency"), max_length=3)
    lines = models.JSONField(_("lines"))
    justification = models.TextField(_("why"), max_length=4000)
    competitor = models.CharField(_("competitor"), max_length=160, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("special price request")
        verbose_name_plural = _("special price requests")
        constraints = [
            deal_match("price_request_tenant"),
            models.UniqueConstraint(
                fields=["id", "deal", "enrollment", "vendor", "partner"], name="price_request_with_tenant"
            ),
            models.CheckConstraint(condition=~Q(justification="") & ~Q(lines=[]), name="price_request_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.deal_id}: {self.asked_at:%Y-%m-%d}"


class PriceDecision(ScopedModel):
    """What was decided of a request, once. Rows are only added. granted: prices as texts, by the product's id."""

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id", owner="deal__owner_id")

    request = models.OneToOneField(PriceRequest, on_delete=models.PROTECT, related_name="decision")
    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, related_name="price_decisions", db_constraint=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    outcome = models.CharField(_("outcome"), max_length=7, choices=PriceOutcome)
    granted = models.JSONField(default=dict, blank=True)
    discount = models.DecimalField(_("largest discount, percent"), max_digits=5, decimal_places=2, default=0)
    valid_until = models.DateField(_("valid until"), null=True)
    message = models.TextField(_("message"), max_length=4000, blank=True)
    policy_reference = models.CharField(_("rules of engagement"), max_length=20, blank=True)
    clause = models.CharField(_("clause"), max_length=20, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("special price decision")
        verbose_name_plural = _("special price decisions")
        constraints = [
            deal_match("price_decision_tenant"),
            models.CheckConstraint(
                condition=Q(outcome=PriceOutcome.REFUSED, valid_until=None, granted={}) & ~Q(message="")
                | ~Q(outcome=PriceOutcome.REFUSED) & Q(valid_until__isnull=False) & ~Q(granted={}),
                name="price_decision_has_its_facts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deal_id}: {self.get_outcome_display()}"
