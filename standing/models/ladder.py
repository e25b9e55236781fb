"""Tiers of a program, what each brings, and the tier each enrollment holds."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.enums import PartnerType
from partners.models import Enrollment, Partner, Program, Vendor
from prm.kernel.constraints import tenant_match, vendor_match
from prm.kernel.scoping import Scope, ScopedModel
from standing.enums import BenefitKind


class Tier(ScopedModel):
    """A step of a program's ladder; rank 1 is the lowest. It is written from the scheme in force.

    partner_type: "" where one ladder serves all types. rank: None once no scheme in force has it any more.
    """

    scope = Scope(vendor="vendor_id", shared=True)

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="tiers")
    partner_type = models.CharField(_("partner type"), max_length=12, choices=PartnerType, blank=True)
    slug = models.SlugField(_("slug"))
    name = models.CharField(_("name"), max_length=60)
    rank = models.PositiveSmallIntegerField(_("rank"), null=True, validators=[MinValueValidator(1)])
    summary = models.CharField(_("summary"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering = ("program", "partner_type", "rank")
        constraints = [
            # Deferred: a scheme that comes into force may give its tiers other ranks.
            models.UniqueConstraint(
                fields=["program", "partner_type", "rank"], name="tier_rank_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.UniqueConstraint(fields=["program", "partner_type", "slug"], name="tier_slug_once"),
            models.UniqueConstraint(fields=["id", "vendor"], name="tier_with_vendor"),
            vendor_match("program", "partners.Program", "tier_vendor_of_program"),
        ]

    def __str__(self) -> str:
        return self.name


class Benefit(ScopedModel):
    """Something that a tier brings."""

    scope = Scope(vendor="vendor_id", shared=True)

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    tier = models.ForeignKey(Tier, on_delete=models.CASCADE, related_name="benefits")
    kind = models.CharField(_("what"), max_length=20, choices=BenefitKind)
    value = models.DecimalField(
        _("how much"), max_digits=8, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    text = models.CharField(_("in words"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("benefit")
        verbose_name_plural = _("benefits")
        constraints = [
            models.UniqueConstraint(fields=["tier", "kind"], name="benefit_once"),
            models.CheckConstraint(condition=Q(value__gte=0), name="benefit_not_negative"),
            models.CheckConstraint(
                condition=Q(value__isnull=False, text="") | (Q(value__isnull=True) & ~Q(text="")),
                name="benefit_number_or_words",
            ),
            vendor_match("tier", "standing.Tier", "benefit_vendor_of_tier"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.text if self.value is None else f'{self.value.normalize():f}'}"


class Standing(ScopedModel):
    """The tier that an enrollment holds.

    earned: what its figures brought it, up at once and down by a review only; it differs from `tier` while somebody
    overrides it. why: the sentence with which it was awarded.
    """

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id")

    enrollment = models.OneToOneField(Enrollment, on_delete=models.CASCADE, related_name="standing")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="+")
    earned = models.ForeignKey(Tier, null=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(_("since"), default=timezone.now)
    why = models.CharField(_("why"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("standing")
        verbose_name_plural = _("standings")
        constraints = [
            tenant_match("standing_tenant"),
            vendor_match("tier", "standing.Tier", "standing_vendor_of_tier"),
        ]
        indexes = [models.Index(fields=["tier", "enrollment"], name="standing_of_tier")]

    def __str__(self) -> str:
        return f"{self.enrollment}: {self.tier}"


class TierSpan(ScopedModel):
    """A time for which an enrollment held a tier: the history behind `Standing`."""

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id")

    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="tier_spans")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+", db_index=False)
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True)
    why = models.CharField(_("why"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("tier held")
        verbose_name_plural = _("tiers held")
        constraints = [
            tenant_match("tierspan_tenant"),
            models.UniqueConstraint(fields=["enrollment"], condition=Q(until=None), name="tier_held_once"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=models.F("since")), name="tierspan_ordered"),
        ]
        indexes = [models.Index(fields=["vendor", "since"], name="tierspan_of_vendor")]

    def __str__(self) -> str:
        return f"{self.tier} {self.since:%Y-%m-%d}"
