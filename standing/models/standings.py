"""Where enrollments stand by the figures, what reviews may change, and what is given by hand."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models import Enrollment, Partner, Vendor
from prm.kernel.constraints import tenant_match
from prm.kernel.scoping import Scope, ScopedModel
from standing.enums import OPEN_REVIEWS, ReviewState
from standing.models.ladder import Tier
from standing.models.schemes import Scheme
from standing.querysets import OverrideQuerySet, ReviewQuerySet


class Calculation(ScopedModel):
    """What the scheme in force makes of an enrollment's figures on a day; not yet what it is awarded.

    rank, tier: the highest that is met; 0 and None: none. figures: values in the order of the definition's `figures`.
    day: the day whose figures count, which a qualifying window may set before `on`. It is written only when something
    in it changes: `on` is since when it is so.
    """

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id")

    enrollment = models.OneToOneField(Enrollment, on_delete=models.CASCADE, related_name="calculation")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField(_("rank"))
    tier = models.ForeignKey(Tier, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    total = models.DecimalField(_("score"), max_digits=16, decimal_places=2)
    figures = models.JSONField(_("figures"), default=list)
    specialisations = ArrayField(models.CharField(max_length=50), default=list)
    day = models.DateField(_("qualifying day"))
    on = models.DateField(_("since"))
    computed_at = models.DateTimeField(_("computed"), default=timezone.now)

    class Meta:
        verbose_name = _("calculated standing")
        verbose_name_plural = _("calculated standings")
        constraints = [tenant_match("calculation_tenant")]

    def __str__(self) -> str:
        return f"{self.enrollment_id}: {self.rank}"


class TierReview(ScopedModel):
    """A review at which an enrollment may lose its tier: begun by a warning, ended by catching up or by a decision."""

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id")

    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="reviews")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(_("state"), max_length=10, choices=ReviewState, default=ReviewState.WARNED)
    due_on = models.DateField(_("review"))
    grace_until = models.DateField(_("grace until"))
    from_tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="+")
    to_tier = models.ForeignKey(Tier, null=True, on_delete=models.PROTECT, related_name="+")
    warned_days = ArrayField(models.PositiveSmallIntegerField(), default=list)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("tier review")
        verbose_name_plural = _("tier reviews")
        constraints = [
            tenant_match("tierreview_tenant"),
            models.UniqueConstraint(fields=["enrollment", "due_on"], name="review_once_per_day"),
            models.UniqueConstraint(
                fields=["enrollment"], condition=Q(state__in=OPEN_REVIEWS), name="review_open_once"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ReviewState.KEPT, ReviewState.LOWERED])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="review_decision_has_decider",
            ),
            models.CheckConstraint(condition=~Q(state=ReviewState.KEPT) | ~Q(reason=""), name="review_kept_has_reason"),
        ]
        indexes = [models.Index(fields=["vendor", "state", "due_on"], name="review_of_vendor")]

    def __str__(self) -> str:
        return f"{self.from_tier} {self.due_on}"


class TierOverride(ScopedModel):
    """A tier given by hand, with a reason and an end."""

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id")

    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="overrides")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+", db_index=False)
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=500)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = OverrideQuerySet.as_manager()

    class Meta:
        verbose_name = _("tier by hand")
        verbose_name_plural = _("tiers by hand")
        constraints = [
            tenant_match("tieroverride_tenant"),
            models.UniqueConstraint(fields=["enrollment"], condition=Q(ended_at=None), name="override_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="override_has_reason"),
            models.CheckConstraint(condition=Q(ends_on__gt=models.F("starts_on")), name="override_ends"),
        ]
        indexes = [models.Index(fields=["vendor", "ends_on"], name="override_of_vendor")]

    def __str__(self) -> str:
        return f"{self.tier} until {self.ends_on}"


class Specialisation(ScopedModel):
    """What a partner is recognised for with a vendor, for as long as it lasts."""

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id")

    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="specialisations")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+", db_index=False)
    slug = models.SlugField(_("slug"))
    name = models.CharField(_("name"), max_length=80)
    since = models.DateField(_("since"))
    expires_on = models.DateField(_("expires"))
    ended_on = models.DateField(_("ended"), null=True)

    class Meta:
        verbose_name = _("specialisation")
        verbose_name_plural = _("specialisations")
        constraints = [
            tenant_match("specialisation_tenant"),
            models.UniqueConstraint(
                fields=["enrollment", "slug"], condition=Q(ended_on=None), name="specialisation_held_once"
            ),
        ]
        indexes = [models.Index(fields=["vendor", "slug"], name="specialisation_of_vendor")]

    def __str__(self) -> str:
        return self.name
