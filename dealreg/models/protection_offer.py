"""Offers of protection to the next in line."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dealreg.enums import ProtectionOfferState
from dealreg.models.deal import Deal, deal_match
from dealreg.querysets import ProtectionOfferQuerySet
from partners.models import Enrollment, Partner, Vendor
from prm.kernel.scoping import Scope, ScopedModel


class ProtectionOffer(ScopedModel):
    """Protection that has become free, offered to an undecided registration until a time. One is open per deal at most.

    It says nothing of who held it.
    """

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id", owner="deal__owner_id")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="offers", db_constraint=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    state = models.CharField(_("state"), max_length=8, choices=ProtectionOfferState, default=ProtectionOfferState.OPEN)
    offered_at = models.DateTimeField(_("offered"), default=timezone.now)
    until = models.DateTimeField(_("until"))
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    reason = models.TextField(_("why not"), blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProtectionOfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer of protection")
        verbose_name_plural = _("offers of protection")
        constraints = [
            deal_match("offer_tenant_of_deal"),
            models.UniqueConstraint(
                fields=["deal"], condition=Q(state=ProtectionOfferState.OPEN), name="offer_one_open"
            ),
            models.CheckConstraint(condition=Q(until__gt=F("offered_at")), name="offer_ends_after_start"),
            models.CheckConstraint(
                condition=~Q(state__in=[ProtectionOfferState.ACCEPTED, ProtectionOfferState.REFUSED])
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="offer_answer_has_person",
            ),
        ]
        indexes = [
            models.Index(fields=["until"], condition=Q(state=ProtectionOfferState.OPEN), name="offer_ending"),
            models.Index(fields=["vendor", "-id"], name="offer_of_vendor"),
            models.Index(fields=["partner", "-id"], name="offer_of_partner"),
        ]

    def __str__(self) -> str:
        return f"{self.deal} {self.get_state_display()}"

    @property
    def is_open(self) -> bool:
        """Whether it can be accepted."""
        return self.state == ProtectionOfferState.OPEN and self.until > timezone.now()
