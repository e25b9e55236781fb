"""Ideal partner profiles, weights fitted to what partners sold, and prospects."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from jobs.models import Job
from onboarding.enums import ProspectState
from onboarding.fit import ProfileDefinition, parse
from onboarding.models.versions import Version, version_rules
from onboarding.querysets import VersionQuerySet
from partners.enums import Headcount, Industry, PartnerType, Region, Service, SpokenLanguage
from partners.models import Program, Vendor
from partners.models.organisations import several
from prm.kernel.constraints import vendor_match
from prm.kernel.scoping import Scope, ScopedModel


class Described(models.Model):
    """What is known of an organisation before it is a partner; the fields are those of a partner's profile."""

    name = models.CharField(_("name"), max_length=160)
    type = models.CharField(_("type"), max_length=12, choices=PartnerType, blank=True)
    country = CountryField(_("country"), blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    website = models.CharField(_("website"), max_length=200, blank=True)
    domain = models.CharField(_("domain"), max_length=253, blank=True, editable=False)
    headcount = models.CharField(_("people"), max_length=10, choices=Headcount, blank=True)
    regions = several(_("regions served"), Region)
    languages = several(_("languages"), SpokenLanguage)
    industries = several(_("industries"), Industry)
    services = several(_("services"), Service)
    product_lines = ArrayField(
        models.CharField(max_length=60), verbose_name=_("products"), blank=True, default=list, size=30
    )
    certifications = ArrayField(
        models.CharField(max_length=80), verbose_name=_("certifications"), blank=True, default=list, size=30
    )
    customers = models.TextField(_("customers and references"), max_length=2000, blank=True)

    class Meta:
        abstract = True


class IdealProfile(Version):
    """A version of what a program looks for in partners: weighted criteria, read by `onboarding.fit`."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="ideal_profiles")
    definition = models.JSONField(_("criteria"), default=dict)

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("ideal partner profile")
        verbose_name_plural = _("ideal partner profiles")
        constraints = [
            *version_rules("ideal_profile", "program"),
            models.UniqueConstraint(fields=["id", "vendor"], name="ideal_profile_with_vendor"),
            vendor_match("program", "partners.Program", "ideal_profile_vendor_of_program"),
        ]

    def __str__(self) -> str:
        return f"{self.program} · {self.number}"

    @cached_property
    def shape(self) -> ProfileDefinition:
        """The definition, read.

        Raises:
            ProfileRefused: a draft that isn't one yet.
        """
        return parse(self.definition)


class WeightFit(ScopedModel):
    """Weights as what enrolled partners sold suggests them, beside how well they explain it. Never applied by itself.

    sample: partners looked at. explained: cross-validated share of the variance (R²), null where there is too little
    data. weights: by criterion's slug, in hundredths.
    """

    scope = Scope(vendor="vendor_id")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False)
    profile = models.ForeignKey(IdealProfile, on_delete=models.CASCADE, related_name="fits", db_constraint=False)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    sample = models.PositiveIntegerField(_("partners"), default=0)
    explained = models.DecimalField(_("explained"), max_digits=6, decimal_places=4, null=True)
    penalty = models.DecimalField(_("penalty"), max_digits=12, decimal_places=4, null=True)
    weights = models.JSONField(_("weights"), default=dict)
    months = models.PositiveSmallIntegerField(_("months looked at"), default=24)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("fit of weights")
        verbose_name_plural = _("fits of weights")
        constraints = [vendor_match("profile", "onboarding.IdealProfile", "weight_fit_vendor_of_profile")]

    def __str__(self) -> str:
        return f"{self.profile} · {self.created_at:%Y-%m-%d}"


class Prospect(Described, ScopedModel):
    """An organisation that a vendor would like to have as a partner. The vendor's eyes only."""

    scope = Scope(vendor="vendor_id")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="prospects")
    state = models.CharField(_("state"), max_length=10, choices=ProspectState, default=ProspectState.FOUND)
    contact_name = models.CharField(_("contact"), max_length=120, blank=True)
    contact_email = models.EmailField(_("contact’s e-mail"), blank=True)
    source = models.CharField(_("source"), max_length=80, blank=True)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    score = models.PositiveSmallIntegerField(_("fit"), null=True, editable=False)
    reasons = models.JSONField(default=list, editable=False)
    profile = models.ForeignKey(IdealProfile, null=True, editable=False, on_delete=models.SET_NULL, related_name="+")
    state_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    invited_at = models.DateTimeField(null=True, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("prospect")
        verbose_name_plural = _("prospects")
        constraints = [
            vendor_match("program", "partners.Program", "prospect_vendor_of_program"),
            models.UniqueConstraint(
                fields=["program", "domain"], condition=~Q(domain=""), name="prospect_once_per_domain"
            ),
            models.UniqueConstraint(fields=["id", "vendor"], name="prospect_with_vendor"),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__lte=100) & Q(profile__isnull=False), name="prospect_score_of_profile"
            ),
        ]
        indexes = [models.Index(fields=["vendor", "state", "-score", "id"], name="prospect_ranked")]

    def __str__(self) -> str:
        return self.name
