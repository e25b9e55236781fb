"""The points ledger: only ever added to. A trigger sees to it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from partners.models import Enrollment, Partner, Vendor
from prm.kernel.constraints import tenant_match
from prm.kernel.scoping import Scope, ScopedModel
from standing.enums import EntryKind
from standing.models.schemes import Scheme


class PointEntry(ScopedModel):
    """Points that an enrollment earned, or that a later entry takes back.

    rule, key, day: the rule's slug and the fact that earned them; what a fact earned is the sum of its entries. amount:
    the fact's own. day, ends: for how long they count. fades_months: they lose an equal part each month instead. note:
    why somebody gave them by hand.
    """

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="points", db_index=False, db_constraint=False
    )
    scheme = models.ForeignKey(Scheme, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(_("kind"), max_length=10, choices=EntryKind)
    rule = models.CharField(_("rule"), max_length=50)
    key = models.CharField(_("for"), max_length=80)
    category = models.CharField(_("category"), max_length=50, blank=True)
    points = models.DecimalField(_("points"), max_digits=14, decimal_places=2)
    day = models.DateField(_("earned"))
    ends = models.DateField(_("expires"), null=True)
    fades_months = models.PositiveSmallIntegerField(_("fades, months"), default=0)
    amount = models.DecimalField(_("of"), max_digits=20, decimal_places=4, null=True)
    note = models.CharField(_("reason"), max_length=300, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    recorded_at = models.DateTimeField(_("recorded"), db_default=Now())

    class Meta:
        verbose_name = _("points")
        verbose_name_plural = _("points")
        constraints = [
            tenant_match("pointentry_tenant"),
            models.UniqueConstraint(
                fields=["enrollment", "rule", "key", "day"],
                condition=Q(kind=EntryKind.AWARD),
                name="points_awarded_once",
            ),
            models.CheckConstraint(condition=~Q(points=0), name="points_not_nothing"),
            models.CheckConstraint(condition=Q(ends=None) | Q(ends__gt=models.F("day")), name="points_ordered"),
            models.CheckConstraint(condition=Q(ends=None) | Q(fades_months=0), name="points_end_or_fade"),
            models.CheckConstraint(
                condition=~Q(kind=EntryKind.MANUAL) | (Q(person__isnull=False) & ~Q(note="")),
                name="points_by_hand_have_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["enrollment", "-day", "-id"], name="points_of_enrollment"),
            models.Index(fields=["vendor", "-id"], name="points_of_vendor"),
            # Few programs have points that fade: where there are none, computing shouldn't look for them.
            models.Index(fields=["vendor", "enrollment"], name="points_that_fade", condition=Q(fades_months__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.points} {self.rule}"
