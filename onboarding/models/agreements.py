"""Agreements: their texts in versions, what was put to whom, and who signed."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onboarding.enums import AgreementState, Occasion, SignatureWay
from onboarding.models.tenancy import OfEnrollment, enrollment_match
from onboarding.models.versions import Version, version_rules
from onboarding.querysets import AgreementQuerySet
from partners.enums import PartnerType, Region
from partners.models import Program, Vendor
from partners.models.organisations import several
from prm.kernel.constraints import CompositeForeignKey, vendor_match
from prm.kernel.scoping import Scope, ScopedModel


def stored_name(agreement: Agreement, name: str) -> str:
    """Return where a sealed document is kept: a name that nobody chose or guesses."""
    return f"agreements/{uuid.uuid4()}.pdf"


class AgreementTemplate(ScopedModel):
    """An agreement of a program, for some or all types of partner and regions, in one language.

    slug: which agreement it is; templates of one slug are the same agreement for others, or in another language.
    gate: the portal's pages of the program are closed to a partner until it is signed.
    """

    scope = Scope(vendor="vendor_id")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="agreement_templates")
    slug = models.SlugField(_("slug"), max_length=60)
    name = models.CharField(_("name"), max_length=120)
    types = several(_("types of partner"), PartnerType)
    regions = several(_("regions"), Region)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    countersign = models.BooleanField(_("is countersigned"), default=False)
    gate = models.BooleanField(_("opens the portal"), default=False)
    months = models.PositiveSmallIntegerField(
        _("months in force"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(120)]
    )
    renews = models.BooleanField(_("is put to the partner again before it ends"), default=True)
    is_active = models.BooleanField(_("in use"), default=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("agreement template")
        verbose_name_plural = _("agreement templates")
        constraints = [
            vendor_match("program", "partners.Program", "agreement_template_vendor_of_program"),
            models.UniqueConstraint(fields=["id", "vendor"], name="agreement_template_with_vendor"),
            models.UniqueConstraint(
                fields=["program", "slug", "language", "types", "regions"], name="agreement_template_slug_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AgreementVersion(Version):
    """A version of an agreement's text. gate_from: from when the portal asks for it: 30 days after it was announced."""

    template = models.ForeignKey(
        AgreementTemplate, on_delete=models.PROTECT, related_name="versions", db_constraint=False
    )
    body = models.TextField(_("text"), max_length=200_000, blank=True)
    changes = models.TextField(_("what changed"), max_length=2000, blank=True)
    gate_from = models.DateField(_("asked for from"), null=True, blank=True)

    class Meta:
        verbose_name = _("agreement version")
        verbose_name_plural = _("agreement versions")
        constraints = [
            *version_rules("agreement_version", "template"),
            vendor_match("template", "onboarding.AgreementTemplate", "agreement_version_vendor"),
            models.UniqueConstraint(fields=["id", "vendor"], name="agreement_version_with_vendor"),
        ]

    def __str__(self) -> str:
        return f"{self.template} · {self.number}"


class Agreement(OfEnrollment):
    """A version as put to an enrollment. text and values never change: they are what is signed.

    document_hash: SHA-256 of the document as shown for signing; sealed_hash: of the sealed PDF with its evidence.
    document: the document as PDF, before anyone signed. gate_from: the day from which the partner's portal is closed
    until it is signed; None: it never is. look_on: the day on which a task has to look at it next: to remind, to put it
    again, to end it. why: why it was taken back or ended.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(_("reference"), max_length=16, unique=True, editable=False)
    template = models.ForeignKey(
        AgreementTemplate, on_delete=models.PROTECT, related_name="agreements", db_constraint=False
    )
    version = models.ForeignKey(
        AgreementVersion, on_delete=models.PROTECT, related_name="agreements", db_constraint=False
    )
    state = models.CharField(_("state"), max_length=10, choices=AgreementState, default=AgreementState.SENT)
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"))
    values = models.JSONField(default=dict)
    occasion = models.CharField(max_length=8, choices=Occasion, default=Occasion.FIRST)
    document = models.FileField(upload_to=stored_name, max_length=80, blank=True)
    document_hash = models.CharField(max_length=64)
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(_("signed"), null=True)
    completed_at = models.DateTimeField(_("in force since"), null=True)
    valid_until = models.DateField(_("until"), null=True)
    sealed = models.FileField(upload_to=stored_name, max_length=80, blank=True)
    sealed_hash = models.CharField(max_length=64, blank=True, db_index=True)
    gate_from = models.DateField(null=True)
    look_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=500, blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [
            enrollment_match("agreement_tenant"),
            vendor_match("template", "onboarding.AgreementTemplate", "agreement_vendor_of_template"),
            vendor_match("version", "onboarding.AgreementVersion", "agreement_vendor_of_version"),
            models.UniqueConstraint(fields=["id", "vendor", "partner", "enrollment"], name="agreement_with_tenant"),
            models.UniqueConstraint(
                fields=["enrollment", "template"],
                condition=Q(state__in=[AgreementState.SENT, AgreementState.SIGNED]),
                name="agreement_one_open",
            ),
            models.UniqueConstraint(
                fields=["enrollment", "template"],
                condition=Q(state=AgreementState.IN_FORCE),
                name="agreement_one_in_force",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[AgreementState.SIGNED, AgreementState.IN_FORCE]) | Q(signed_at__isnull=False),
                name="agreement_signed_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=AgreementState.IN_FORCE) | Q(completed_at__isnull=False),
                name="agreement_in_force_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["vendor", "state", "-id"], name="agreement_of_vendor"),
            models.Index(fields=["look_on", "id"], condition=Q(look_on__isnull=False), name="agreement_look"),
            models.Index(
                fields=["enrollment", "gate_from"],
                include=["key"],
                condition=Q(state=AgreementState.SENT, gate_from__isnull=False),
                name="agreement_gate",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        """Return the partner's page about it."""
        return reverse("portal:agreement", args=[self.key])

    def get_desk_url(self) -> str:
        """Return the vendor's page about it."""
        return reverse("desk:agreement", args=[self.key])


class Signature(OfEnrollment):
    """Who signed an agreement, for which side, with what was shown and agreed to. Only ever added to (trigger)."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatures", db_constraint=False)
    is_vendor = models.BooleanField(_("for the vendor"))
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    position = models.CharField(_("position"), max_length=120)
    way = models.CharField(max_length=6, choices=SignatureWay, default=SignatureWay.TYPED)
    drawing = models.JSONField(default=list)
    authority = models.TextField()
    consent = models.TextField()
    email = models.EmailField()
    address = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=200, blank=True)
    document_hash = models.CharField(max_length=64)
    signed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        constraints = [
            models.UniqueConstraint(fields=["agreement", "is_vendor"], name="signature_one_per_side"),
            CompositeForeignKey(
                fields=("agreement", "vendor", "partner", "enrollment"),
                to="onboarding.Agreement",
                to_fields=("id", "vendor", "partner", "enrollment"),
                name="signature_tenant",
            ),
        ]

    def __str__(self) -> str:
        return self.name
