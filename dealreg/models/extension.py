"""Requests for more time under protection."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dealreg.enums import ExtensionState
from dealreg.models.deal import Deal, deal_match
from dealreg.querysets import ExtensionQuerySet
from partners.models import Enrollment, Partner, Vendor
from prm.kernel.scoping import Scope, ScopedModel


class Extension(ScopedModel):
    """A partner's request that a deal stays protected for some days more. One waits per deal at most.

    activity: what was on record when it was asked, as data: the proof that the deal is alive. until: what the
    protection's end became.
    """

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id", owner="deal__owner_id")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="extensions", db_constraint=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    days = models.PositiveSmallIntegerField(_("days"))
    reason = models.TextField(_("why"))
    evidence = models.TextField(_("proof"), blank=True)
    activity = models.JSONField(default=list)
    state = models.CharField(_("state"), max_length=9, choices=ExtensionState, default=ExtensionState.REQUESTED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by_rule = models.BooleanField(_("granted by rule"), default=False)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decision_text = models.TextField(_("message"), blank=True)
    until = models.DateTimeField(_("protected until"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        constraints = [
            deal_match("extension_tenant"),
            models.UniqueConstraint(
                fields=["deal"], condition=Q(state=ExtensionState.REQUESTED), name="extension_one_waits"
            ),
            models.CheckConstraint(condition=Q(days__gt=0) & ~Q(reason=""), name="extension_says_why"),
            models.CheckConstraint(
                condition=~Q(state__in=[ExtensionState.GRANTED, ExtensionState.REFUSED])
                | (Q(decided_at__isnull=False) & (Q(decided_by__isnull=False) | Q(by_rule=True))),
                name="extension_decision_has_decider",
            ),
            models.CheckConstraint(
                condition=~Q(state=ExtensionState.GRANTED) | Q(until__isnull=False), name="extension_granted_has_end"
            ),
            models.CheckConstraint(
                condition=~Q(state=ExtensionState.REFUSED) | ~Q(decision_text=""), name="extension_refused_has_reason"
            ),
        ]
        indexes = [
            models.Index(
                fields=["vendor", "asked_at"], condition=Q(state=ExtensionState.REQUESTED), name="extension_waits"
            ),
            models.Index(fields=["vendor", "-id"], name="extension_of_vendor"),
            models.Index(fields=["partner", "-id"], name="extension_of_partner"),
        ]

    def __str__(self) -> str:
        return f"{self.deal} +{self.days}"

    @property
    def waits(self) -> bool:
        """Whether nobody has decided it yet."""
        return self.state == ExtensionState.REQUESTED
