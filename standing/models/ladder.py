"""Tiers of a program, what each brings, and the tier each enrollment holds."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models import Enrollment, Partner, Program, Vendor
from prm.kernel.constraints import tenant_match, vendor_match
from prm.kernel.scoping import Scope, ScopedModel
from standing.enums import BenefitKind


class Tier(ScopedModel):
    """A step of a program's ladder; rank 1 is the lowest."""

    scope = Scope(vendor="vendor_id", shared=True)

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="tiers")
    name = models.CharField(_("name"), max_length=60)
    rank = models.PositiveSmallIntegerField(_("rank"), validators=[MinValueValidator(1)])

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering = ("program", "rank")
        constraints = [
            models.UniqueConstraint(fields=["program", "rank"], name="tier_rank_once"),
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
    value = models.DecimalField(_("how much"), max_digits=8, decimal_places=2, validators=[MinValueValidator(0)])

    class Meta:
        verbose_name = _("benefit")
        verbose_name_plural = _("benefits")
        constraints = [
            models.UniqueConstraint(fields=["tier", "kind"], name="benefit_once"),
            models.CheckConstraint(condition=Q(value__gte=0), name="benefit_not_negative"),
            vendor_match("tier", "standing.Tier", "benefit_vendor_of_tier"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.value.normalize():f}"


class Standing(ScopedModel):
    """The tier that an enrollment holds."""

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id")

    enrollment = models.OneToOneField(Enrollment, on_delete=models.CASCADE, related_name="standing")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("standing")
        verbose_name_plural = _("standings")
        constraints = [
            tenant_match("standing_tenant"),
            vendor_match("tier", "standing.Tier", "standing_vendor_of_tier"),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment}: {self.tier}"
