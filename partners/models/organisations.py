"""Vendors, their programs, partners and enrollments."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from partners.enums import (
    LIVE,
    EnrollmentStatus,
    Headcount,
    Industry,
    Kinship,
    PartnerType,
    Region,
    Service,
    SpokenLanguage,
)
from partners.querysets import EnrollmentQuerySet, PartnerQuerySet
from people.models import validate_zone
from prm.kernel.clocks import today_in
from prm.kernel.constraints import vendor_match
from prm.kernel.scoping import Scope, ScopedModel

LOGO_FOLDER = "logos"
NONE: list[str] = []


def logo_name(owner: Vendor | Partner, name: str) -> str:
    """Return where a logo is kept: under a name that nobody chose or guesses, and that is never used again."""
    return f"{LOGO_FOLDER}/{uuid.uuid4()}.{name.rpartition('.')[2]}"


def logo_url(name: str) -> str:
    """Return the path at which a logo is served, "" for none."""
    return f"/{name}" if name else ""


class Vendor(ScopedModel):
    """A company that runs partner programs."""

    scope = Scope(vendor="id", shared=True, operator=True)

    name = models.CharField(_("name"), max_length=120, unique=True)
    slug = models.SlugField(_("slug"), unique=True)
    code = models.CharField(
        _("code"),
        max_length=4,
        unique=True,
        validators=[RegexValidator(r"^[A-Z]{2,4}$", _("Two to four capital letters."))],
        help_text=_("Starts every reference, as in NW-4K7Q-2M9P."),
    )
    brand_hue = models.PositiveSmallIntegerField(_("brand hue"), default=222, validators=[MaxValueValidator(359)])
    brand_chroma = models.DecimalField(
        _("brand chroma"),
        max_digits=4,
        decimal_places=3,
        default="0.095",
        validators=[MinValueValidator(0), MaxValueValidator(Decimal("0.16"))],
    )
    logo = models.FileField(_("logo"), upload_to=logo_name, max_length=80, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, default="Europe/Berlin", validators=[validate_zone])
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    support_email = models.EmailField(_("support address"), blank=True)
    company_sign_in_required = models.BooleanField(
        _("staff must use company sign-in"),
        default=False,
        editable=False,
        help_text=_("Then its seats can be acted from after company sign-in only."),
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("vendor")
        verbose_name_plural = _("vendors")

    def __str__(self) -> str:
        return self.name

    @property
    def logo_url(self) -> str:
        """The path at which its logo is served, "" where it has none."""
        return logo_url(self.logo.name or "")

    def today(self, now: datetime | None = None) -> date:
        """Return the day where the vendor is, now or at a moment: its figures and deadlines go by it."""
        return today_in(self.time_zone, now)


class Program(ScopedModel):
    """A vendor's partner program."""

    scope = Scope(vendor="vendor_id", shared=True)

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="programs")
    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("slug"))
    summary = models.TextField(_("summary"), blank=True)
    is_open = models.BooleanField(_("takes registrations"), default=True)

    class Meta:
        verbose_name = _("program")
        verbose_name_plural = _("programs")
        constraints = [
            models.UniqueConstraint(fields=["vendor", "slug"], name="program_slug_once"),
            models.UniqueConstraint(fields=["id", "vendor"], name="program_with_vendor"),
        ]

    def __str__(self) -> str:
        return self.name


def several(label: Any, choices: type[models.TextChoices]) -> ArrayField:
    """Return a column for any number of the choices."""
    kind = models.CharField(max_length=20, choices=choices)
    return ArrayField(kind, verbose_name=label, blank=True, default=list, db_default=NONE, size=len(choices))


class Partner(ScopedModel):
    """An organisation that sells, refers, builds on or services vendors' products.

    Its profile is its own: edited by its administrators, the same for every vendor that it works with. Which fields a
    kind of partner is asked for: `partners.profiles`. kinship: how it belongs to its parent. merged_into: the record
    that stands for it since a merge; it is in nobody's sight any more, and keeps what couldn't move.
    """

    scope = Scope(partner="id")

    name = models.CharField(_("name"), max_length=160)
    legal_name = models.CharField(_("legal name"), max_length=200, blank=True)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    type = models.CharField(_("type"), max_length=12, choices=PartnerType, default=PartnerType.RESELLER)
    country = CountryField(_("country"))
    city = models.CharField(_("city"), max_length=100, blank=True)
    website = models.CharField(_("website"), max_length=200, blank=True)
    description = models.TextField(_("description"), max_length=2000, blank=True, default="", db_default="")
    regions = several(_("regions served"), Region)
    languages = several(_("languages"), SpokenLanguage)
    industries = several(_("industries"), Industry)
    services = several(_("services"), Service)
    product_lines = ArrayField(
        models.CharField(max_length=60), verbose_name=_("products"), blank=True, default=list, db_default=NONE, size=30
    )
    headcount = models.CharField(_("people"), max_length=10, choices=Headcount, blank=True, default="", db_default="")
    specialisms = models.TextField(_("specialisms"), max_length=1000, blank=True, default="", db_default="")
    customers = models.TextField(_("customers and references"), max_length=2000, blank=True, default="", db_default="")
    logo = models.FileField(_("logo"), upload_to=logo_name, max_length=80, blank=True, default="", db_default="")
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        db_index=False,
        verbose_name=_("belongs to"),
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    kinship = models.CharField(_("as"), max_length=10, choices=Kinship, blank=True, default="", db_default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    revision = models.PositiveIntegerField(default=0, editable=False)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(parent=None, kinship="") | models.Q(parent__isnull=False) & ~models.Q(kinship=""),
                name="partner_parent_with_kinship",
            ),
            models.CheckConstraint(
                condition=models.Q(parent=None) | ~models.Q(parent=models.F("id")), name="partner_not_its_own_parent"
            ),
        ]
        indexes = [
            models.Index(fields=["parent"], condition=models.Q(parent__isnull=False), name="partner_children"),
            # Lists of partners are in the order of names: the first page needn't sort them all.
            models.Index(fields=["name", "id"], condition=models.Q(merged_into__isnull=True), name="partner_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def logo_url(self) -> str:
        """The path at which its logo is served, "" where it has none."""
        return logo_url(self.logo.name or "")

    def get_absolute_url(self) -> str:
        """Return the desk's page about the partner."""
        return reverse("desk:partner-detail", args=[self.slug])


class Enrollment(ScopedModel):
    """A partner in a program. Every tenant row below refers to one and repeats its vendor and partner."""

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="id")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="enrollments")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="enrollments")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="enrollments")
    status = models.CharField(_("status"), max_length=12, choices=EnrollmentStatus, default=EnrollmentStatus.ACTIVE)
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("partner manager"),
    )
    enrolled_at = models.DateTimeField(_("since"), default=timezone.now)
    external_id = models.CharField(
        _("your number for it"),
        max_length=80,
        blank=True,
        db_default="",
        default="",
        help_text=_("What your ERP or CRM calls this partner; sales lines and certificates name it."),
    )

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrollment")
        verbose_name_plural = _("enrollments")
        constraints = [
            models.UniqueConstraint(fields=["program", "partner"], name="enrollment_once"),
            models.UniqueConstraint(fields=["id", "vendor", "partner"], name="enrollment_with_tenant"),
            models.UniqueConstraint(
                fields=["vendor", "external_id"],
                condition=~models.Q(external_id=""),
                name="enrollment_external_id_once",
            ),
            vendor_match("program", "partners.Program", "enrollment_vendor_of_program"),
        ]
        indexes = [models.Index(fields=["partner", "vendor"], name="enrollment_partner")]

    def __str__(self) -> str:
        return f"{self.partner} · {self.program}"

    @property
    def is_live(self) -> bool:
        """Whether it gives access."""
        return self.status in LIVE
