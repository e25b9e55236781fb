"""What people earn: certificates, courses and accreditations, and for which partner they count."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from partners.models import Enrollment, Partner, Vendor
from prm.kernel.constraints import tenant_match, vendor_match
from prm.kernel.scoping import Scope, ScopedModel
from standing.enums import CredentialKind, CredentialLevel
from standing.querysets import HoldingQuerySet


class Credential(ScopedModel):
    """Something that a vendor lets people earn, here or elsewhere."""

    scope = Scope(vendor="vendor_id", shared=True)

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(_("name"), max_length=160)
    slug = models.SlugField(_("slug"), max_length=80, help_text=_("What files and other systems call it."))
    kind = models.CharField(_("kind"), max_length=14, choices=CredentialKind, default=CredentialKind.CERTIFICATE)
    level = models.CharField(_("level"), max_length=14, choices=CredentialLevel, blank=True)
    months = models.PositiveSmallIntegerField(
        _("valid for, months"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty for what doesn’t expire. Where a file names a day of expiry, that day holds."),
    )

    class Meta:
        verbose_name = _("certificate or course")
        verbose_name_plural = _("certificates and courses")
        constraints = [
            models.UniqueConstraint(fields=["vendor", "slug"], name="credential_slug_once"),
            models.UniqueConstraint(fields=["id", "vendor"], name="credential_with_vendor"),
        ]

    def __str__(self) -> str:
        return self.name


class Achievement(ScopedModel):
    """A person earned a credential of a vendor's. The vendor's own: partners see the `Holding` that follows from it.

    person: who it is, where somebody with this address works for one of the vendor's partners; else only name and
    address are kept. enrollment: the one that the source named, null if it named none that is known. external_id: its
    number in `source`, the system in which it was earned. revoked_on: from when it was no longer earned at all.
    """

    scope = Scope(vendor="vendor_id")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False)
    credential = models.ForeignKey(
        Credential, on_delete=models.PROTECT, related_name="achievements", db_constraint=False
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    holder_name = models.CharField(_("who"), max_length=150)
    holder_email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    enrollment = models.ForeignKey(
        Enrollment, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("as named")
    )
    earned_on = models.DateField(_("earned"))
    expires_on = models.DateField(_("expires"), null=True, blank=True)
    revoked_on = models.DateField(_("revoked"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=40)
    external_id = models.CharField(_("number there"), max_length=120)
    run = models.UUIDField(null=True, editable=False)
    recorded_at = models.DateTimeField(_("recorded"), db_default=Now())

    class Meta:
        verbose_name = _("achievement")
        verbose_name_plural = _("achievements")
        constraints = [
            models.UniqueConstraint(fields=["vendor", "source", "external_id"], name="achievement_once"),
            models.UniqueConstraint(fields=["id", "vendor"], name="achievement_with_vendor"),
            vendor_match("credential", "standing.Credential", "achievement_vendor_of_credential"),
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(expires_on__gt=F("earned_on")), name="achievement_expires_later"
            ),
        ]
        indexes = [
            models.Index(fields=["vendor", "-earned_on", "-id"], name="achievement_newest"),
            models.Index(fields=["vendor", "holder_email"], name="achievement_of_address"),
        ]

    def __str__(self) -> str:
        return f"{self.holder_name}: {self.credential}"


class Holding(ScopedModel):
    """An achievement counts for an enrollment from a day until it ends. Rows are only added.

    joined: null where its holder was there when it was recorded; left: when the holder left. What no longer holds as
    written has a counter-entry with n = -1 and the same `turn`: it says what was known before.
    """

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id", owner="achievement__person_id")

    achievement = models.ForeignKey(
        Achievement, on_delete=models.PROTECT, related_name="holdings", db_index=False, db_constraint=False
    )
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    joined = models.DateField(null=True)
    left = models.DateField(null=True)
    day = models.DateField(_("counts from"))
    ends = models.DateField(_("until"), null=True)
    n = models.SmallIntegerField(default=1)
    turn = models.PositiveSmallIntegerField(default=1)
    recorded_at = models.DateTimeField(_("recorded"), db_default=Now())

    objects = HoldingQuerySet.as_manager()

    class Meta:
        verbose_name = _("holding")
        verbose_name_plural = _("holdings")
        constraints = [
            tenant_match("holding_tenant"),
            vendor_match("achievement", "standing.Achievement", "holding_vendor_of_achievement"),
            models.UniqueConstraint(fields=["achievement", "enrollment", "turn", "n"], name="holding_once"),
            models.CheckConstraint(condition=Q(n__in=[1, -1]), name="holding_counts_one"),
            models.CheckConstraint(condition=Q(ends=None) | Q(ends__gte=F("day")), name="holding_ends_later"),
        ]
        indexes = [
            models.Index(
                fields=["vendor", "enrollment", "day"],
                include=["ends", "n", "recorded_at", "achievement"],
                name="holding_of_enrollment",
            ),
            models.Index(fields=["partner", "-day", "-id"], name="holding_of_partner"),
        ]

    def __str__(self) -> str:
        return f"{self.achievement_id} {self.day}"
