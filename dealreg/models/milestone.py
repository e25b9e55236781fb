"""What deals achieved, day by day: the facts that tiers, point rules and reports count."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import ProductFamily
from dealreg.enums import MilestoneKind
from dealreg.models.deal import Deal, deal_match
from partners.models import Enrollment, Partner, Vendor
from prm.kernel.scoping import Scope, ScopedModel


class DealMilestone(ScopedModel):
    """A deal reached something on a day. Rows are only added: what was undone has a row of the opposite sign.

    amount: in the deal's currency; vendor_amount: in the vendor's, at the rate of `rated_on`; null as long as no rate
    is known. Both are negative in a counter-entry, like `n`, and its day is that of what it takes back. turn: which
    time it is that the deal reaches this, so that nothing is written twice. family: the one that makes up most of the
    deal's value.
    """

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id", owner="deal__owner_id")

    deal = models.ForeignKey(
        Deal, on_delete=models.PROTECT, related_name="milestones", db_index=False, db_constraint=False
    )
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    kind = models.CharField(_("what"), max_length=10, choices=MilestoneKind)
    day = models.DateField(_("day"))
    amount = models.DecimalField(_("value"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    vendor_amount = models.DecimalField(_("in the vendor's currency"), max_digits=20, decimal_places=2, null=True)
    rated_on = models.DateField(_("rate of"), null=True)
    family = models.ForeignKey(ProductFamily, on_delete=models.PROTECT, related_name="+", db_index=False)
    n = models.SmallIntegerField(default=1)
    turn = models.PositiveSmallIntegerField(default=1)
    recorded_at = models.DateTimeField(_("recorded"), db_default=Now())

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        constraints = [
            deal_match("milestone_tenant"),
            models.UniqueConstraint(fields=["deal", "kind", "turn", "n"], name="milestone_once"),
            models.CheckConstraint(condition=Q(n__in=[1, -1]), name="milestone_counts_one"),
            models.CheckConstraint(
                condition=Q(amount=0) | Q(amount__gt=0, n=1) | Q(amount__lt=0, n=-1), name="milestone_signed"
            ),
            models.CheckConstraint(
                condition=Q(vendor_amount=None, rated_on=None)
                | Q(vendor_amount__isnull=False, rated_on__isnull=False, rated_on__lte=F("day")),
                name="milestone_amount_has_rate",
            ),
        ]
        indexes = [
            # Holds all that sums and counts read, in the order in which they read it.
            models.Index(
                fields=["vendor", "kind", "enrollment", "day"],
                include=["vendor_amount", "n", "recorded_at", "deal", "family"],
                name="milestone_of_enrollment",
            ),
            models.Index(fields=["vendor", "currency"], condition=Q(vendor_amount=None), name="milestone_unrated"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.day}"
