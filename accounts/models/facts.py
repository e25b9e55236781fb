"""What other systems tell about partners' business: sales lines, usage, satisfaction. Rows are only ever added.

A row's `turn` counts how often its number was told anew. What a later row corrects has a counter-entry: the same row,
the same turn, n = -1. Only the link to an account may change, because accounts are merged and found later.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.enums import SaleKind
from accounts.models.customers import Account, Product
from accounts.querysets import OutsideFactQuerySet
from partners.models import Enrollment, Partner, Vendor
from prm.kernel.constraints import tenant_match, vendor_match
from prm.kernel.scoping import Scope, ScopedModel

COVERED = ["n", "recorded_at"]


def _of(model: type[ScopedModel]) -> Any:
    return models.ForeignKey(model, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)


class OutsideFact(ScopedModel):
    """What every such row has.

    source: the system that it comes from; external_id: its number there. customer_*: as that system says. day: the day,
    or the last of the period. run: the import that brought it.
    """

    vendor = _of(Vendor)
    partner = _of(Partner)
    enrollment = _of(Enrollment)
    source = models.CharField(_("source"), max_length=40)
    external_id = models.CharField(_("number there"), max_length=120)
    account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("account")
    )
    customer_name = models.CharField(_("customer"), max_length=200, blank=True)
    customer_domain = models.CharField(_("website"), max_length=200, blank=True)
    customer_country = models.CharField(_("country"), max_length=2, blank=True)
    day = models.DateField(_("day"))
    n = models.SmallIntegerField(default=1)
    turn = models.PositiveSmallIntegerField(default=1)
    run = models.UUIDField(null=True, editable=False)
    recorded_at = models.DateTimeField(_("recorded"), db_default=Now())

    objects = OutsideFactQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"


class SalesLine(OutsideFact):
    """A line of an order, of a distributor's sell-through report, a renewal, or revenue from usage.

    amount: what was paid, in `currency`; vendor_amount: in the vendor's, at the rate of `rated_on`. margin: what the
    partner keeps of it, where the source says so. All are negative in a counter-entry. Where somebody returns goods,
    the line's own amounts are negative.
    """

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id")

    kind = models.CharField(_("what"), max_length=12, choices=SaleKind)
    period = models.CharField(_("period"), max_length=10, blank=True, help_text="as told: 2026-Q3, 2026-07")
    product = models.ForeignKey(
        Product, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("product")
    )
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=3, null=True, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    vendor_amount = models.DecimalField(_("in your currency"), max_digits=20, decimal_places=2)
    rated_on = models.DateField(_("rate of"))
    margin = models.DecimalField(_("margin"), max_digits=14, decimal_places=2, null=True, blank=True)
    vendor_margin = models.DecimalField(
        _("margin in your currency"), max_digits=20, decimal_places=2, null=True, blank=True
    )

    class Meta:
        verbose_name = _("sales line")
        verbose_name_plural = _("sales lines")
        constraints = [
            tenant_match("salesline_tenant"),
            models.UniqueConstraint(fields=["vendor", "source", "external_id", "turn", "n"], name="salesline_once"),
            models.CheckConstraint(condition=Q(n__in=[1, -1]), name="salesline_counts_one"),
            models.CheckConstraint(condition=Q(rated_on__lte=F("day")), name="salesline_rate_was_known"),
            models.CheckConstraint(
                condition=Q(margin=None, vendor_margin=None) | Q(margin__isnull=False, vendor_margin__isnull=False),
                name="salesline_margin_twice",
            ),
        ]
        indexes = [
            models.Index(
                fields=["vendor", "kind", "enrollment", "day"],
                include=["vendor_amount", "vendor_margin", *COVERED],
                name="salesline_of_enrollment",
            ),
            models.Index(fields=["vendor", "-day", "-id"], name="salesline_newest"),
            models.Index(fields=["partner", "-day", "-id"], name="salesline_of_partner"),
            models.Index(fields=["vendor", "run"], condition=Q(run__isnull=False), name="salesline_of_run"),
        ]


class UsageMetric(ScopedModel):
    """Something that a vendor measures about its partners' customers: active users, an optimisation score."""

    scope = Scope(vendor="vendor_id", shared=True)

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(_("slug"), max_length=60, help_text=_("What files and other systems call it."))
    unit = models.CharField(_("unit"), max_length=40, help_text=_("Such as: users, points, percent."))

    class Meta:
        verbose_name = _("usage metric")
        verbose_name_plural = _("usage metrics")
        constraints = [
            models.UniqueConstraint(fields=["vendor", "slug"], name="usage_metric_slug_once"),
            models.UniqueConstraint(fields=["id", "vendor"], name="usage_metric_with_vendor"),
        ]

    def __str__(self) -> str:
        return self.name


class UsageReading(OutsideFact):
    """A metric stood at a value from a day until the next reading of the same series (`ends`).

    A series is a metric of an enrollment, and of a customer where one is named.
    """

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id")

    metric = models.ForeignKey(UsageMetric, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    value = models.DecimalField(_("value"), max_digits=18, decimal_places=4)
    ends = models.DateField(_("until"), null=True)

    class Meta:
        verbose_name = _("usage reading")
        verbose_name_plural = _("usage readings")
        constraints = [
            tenant_match("usagereading_tenant"),
            vendor_match("metric", "accounts.UsageMetric", "usagereading_vendor_of_metric"),
            models.UniqueConstraint(fields=["vendor", "source", "external_id", "turn", "n"], name="usagereading_once"),
            models.CheckConstraint(condition=Q(n__in=[1, -1]), name="usagereading_counts_one"),
            models.CheckConstraint(condition=Q(ends=None) | Q(ends__gte=F("day")), name="usagereading_ends_later"),
        ]
        indexes = [
            models.Index(
                fields=["vendor", "enrollment", "day"],
                include=["metric", "ends", "value", *COVERED],
                name="usagereading_of_enrollment",
            ),
            models.Index(fields=["vendor", "-day", "-id"], name="usagereading_newest"),
            models.Index(fields=["vendor", "run"], condition=Q(run__isnull=False), name="usagereading_of_run"),
        ]


class SatisfactionAnswer(OutsideFact):
    """An end customer's answer to how satisfied it is with the partner, on the scale that was asked."""

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id")

    score = models.DecimalField(_("score"), max_digits=7, decimal_places=2)
    lowest = models.DecimalField(_("lowest"), max_digits=7, decimal_places=2, default=0)
    highest = models.DecimalField(_("highest"), max_digits=7, decimal_places=2, default=10)

    class Meta:
        verbose_name = _("satisfaction answer")
        verbose_name_plural = _("satisfaction answers")
        constraints = [
            tenant_match("satisfaction_tenant"),
            models.UniqueConstraint(fields=["vendor", "source", "external_id", "turn", "n"], name="satisfaction_once"),
            models.CheckConstraint(condition=Q(n__in=[1, -1]), name="satisfaction_counts_one"),
            models.CheckConstraint(
                condition=Q(highest__gt=F("lowest"), score__gte=F("lowest"), score__lte=F("highest")),
                name="satisfaction_on_its_scale",
            ),
        ]
        indexes = [
            models.Index(
                fields=["vendor", "enrollment", "day"],
                include=["score", "lowest", "highest", *COVERED],
                name="satisfaction_of_enrollment",
            ),
            models.Index(fields=["vendor", "-day", "-id"], name="satisfaction_newest"),
            models.Index(fields=["vendor", "run"], condition=Q(run__isnull=False), name="satisfaction_of_run"),
        ]
