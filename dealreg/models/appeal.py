"""Appeals against decisions over deals."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dealreg.enums import AppealState, Contested
from dealreg.models.deal import Deal, deal_match
from dealreg.models.extension import Extension
from dealreg.querysets import AppealQuerySet
from partners.models import Enrollment, Partner, Vendor
from prm.kernel.scoping import Scope, ScopedModel


class Appeal(ScopedModel):
    """A partner contests a decision; somebody else than its first decider decides. One is open per deal at most.

    first_decider: None where a rule decided. clock_left: how much protection was left when the clock was stopped, None
    where none ran. given: the days that the outcome gave.
    """

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id", owner="deal__owner_id")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="appeals", db_constraint=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    against = models.CharField(_("against"), max_length=9, choices=Contested)
    extension = models.ForeignKey(
        Extension, null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    first_decider = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("decided first by"),
    )
    contested_at = models.DateTimeField(_("decision of"))
    contested_text = models.TextField(_("decision's reason"), blank=True)
    reason = models.TextField(_("why it is contested"))
    state = models.CharField(_("state"), max_length=10, choices=AppealState, default=AppealState.OPEN)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("appealed"), default=timezone.now)
    due_at = models.DateTimeField(_("decision due"))
    escalated_at = models.DateTimeField(null=True, blank=True, editable=False)
    clock_left = models.DurationField(_("protection left"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decision_text = models.TextField(_("message"), blank=True)
    given = models.PositiveSmallIntegerField(_("days given"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        constraints = [
            deal_match("appeal_tenant_of_deal"),
            models.UniqueConstraint(fields=["deal"], condition=Q(state=AppealState.OPEN), name="appeal_one_open"),
            models.UniqueConstraint(
                fields=["deal", "against", "contested_at"],
                condition=~Q(state=AppealState.WITHDRAWN),
                name="appeal_once_per_decision",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="appeal_says_why"),
            models.CheckConstraint(
                condition=~Q(state__in=[AppealState.UPHELD, AppealState.OVERTURNED, AppealState.PARTLY])
                | (Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(decision_text="")),
                name="appeal_outcome_has_decider",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | Q(first_decider__isnull=True)
                | ~Q(decided_by=F("first_decider")),
                name="appeal_other_decider",
            ),
        ]
        indexes = [
            models.Index(fields=["vendor", "due_at"], condition=Q(state=AppealState.OPEN), name="appeal_waits"),
            models.Index(fields=["vendor", "-id"], name="appeal_of_vendor"),
            models.Index(fields=["partner", "-id"], name="appeal_of_partner"),
        ]

    def __str__(self) -> str:
        return f"{self.deal}: {self.get_against_display()}"

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided it yet."""
        return self.state == AppealState.OPEN
