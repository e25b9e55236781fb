"""Applications and the form that asks for them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onboarding.enums import ApplicationState, DeclineReason, Ended
from onboarding.models.fit import Described, IdealProfile, Prospect
from onboarding.querysets import ApplicationMessageQuerySet, ApplicationQuerySet
from partners.models import Enrollment, Partner, Program, Vendor
from prm.kernel.constraints import vendor_match
from prm.kernel.scoping import Scope, ScopedModel

WITH_VENDOR = (ApplicationState.SUBMITTED, ApplicationState.ASKED, ApplicationState.WAITLISTED)
"""Proven and undecided: at most one of a company's per program."""
DECIDED = (ApplicationState.APPROVED, ApplicationState.DECLINED)


class ApplicationForm(ScopedModel):
    """What a program asks on its public form, and what it does with the answers.

    fields: what is shown, in order, each with `field` (a name of `Described`, or "own:…"), required, help, and for own
    fields kind, label and choices; read by `onboarding.form_fields`. auto_approve: off unless switched on.
    """

    scope = Scope(vendor="vendor_id")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False)
    program = models.OneToOneField(Program, on_delete=models.PROTECT, related_name="application_form")
    is_open = models.BooleanField(_("takes applications"), default=False)
    intro = models.TextField(_("introduction"), max_length=4000, blank=True)
    fields = models.JSONField(_("fields"), default=list)
    consent = models.TextField(_("consent"), max_length=1000, blank=True)
    decision_days = models.PositiveSmallIntegerField(
        _("days until a decision"), default=3, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    auto_approve = models.BooleanField(_("approve a good fit by rule"), default=False)
    auto_score = models.PositiveSmallIntegerField(
        _("from a fit of"), default=80, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    auto_countries = ArrayField(
        models.CharField(max_length=2), verbose_name=_("in countries"), default=list, blank=True
    )
    blocked_domains = ArrayField(
        models.CharField(max_length=253), verbose_name=_("blocked domains"), default=list, blank=True, size=500
    )
    revision = models.PositiveIntegerField(default=0, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("application form")
        verbose_name_plural = _("application forms")
        constraints = [vendor_match("program", "partners.Program", "application_form_vendor_of_program")]

    def __str__(self) -> str:
        return str(self.program)


class Application(Described, ScopedModel):
    """An organisation asks to be a partner. Seen by the vendor, and through a secret link by who applied.

    key: the link's token follows from it, and changes with the address. digest: of that token; only mails have the
    token. answers: to own fields, by slug. partner: the existing partner whose administrator applied, else who was made
    at approval. decided_why: the rule's sentence where a rule decided; decided_by is null then. ended_as: why it never
    reached the vendor. doubts: what speaks against deciding it by rule. clock_left: working hours that were left when
    the vendor asked.
    """

    scope = Scope(vendor="vendor_id")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(_("reference"), max_length=16, unique=True, editable=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="applications")
    state = models.CharField(_("state"), max_length=12, choices=ApplicationState, default=ApplicationState.DRAFT)
    email = models.EmailField(_("e-mail"), blank=True)
    contact_name = models.CharField(_("your name"), max_length=120, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    legal_name = models.CharField(_("legal name"), max_length=200, blank=True)
    description = models.TextField(_("about the company"), max_length=2000, blank=True)
    colleagues = models.JSONField(_("colleagues"), default=list)
    answers = models.JSONField(_("answers"), default=dict)
    typed = models.JSONField(default=dict, editable=False)
    language = models.CharField(max_length=10, blank=True, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    consent = models.TextField(editable=False, blank=True)
    consented_at = models.DateTimeField(null=True, editable=False)
    prospect = models.ForeignKey(Prospect, null=True, editable=False, on_delete=models.SET_NULL, related_name="+")
    partner = models.ForeignKey(Partner, null=True, editable=False, on_delete=models.PROTECT, related_name="+")
    enrollment = models.ForeignKey(Enrollment, null=True, editable=False, on_delete=models.PROTECT, related_name="+")
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    score = models.PositiveSmallIntegerField(_("fit"), null=True, editable=False)
    reasons = models.JSONField(default=list, editable=False)
    profile = models.ForeignKey(IdealProfile, null=True, editable=False, on_delete=models.PROTECT, related_name="+")
    doubts = models.JSONField(default=list, editable=False)
    ended_as = models.CharField(max_length=13, choices=Ended, blank=True, default="", db_default="", editable=False)
    submitted_at = models.DateTimeField(_("submitted"), null=True, editable=False)
    due_at = models.DateTimeField(_("decision due"), null=True, editable=False)
    escalated_at = models.DateTimeField(null=True, editable=False)
    asked_at = models.DateTimeField(_("asked"), null=True, editable=False)
    reminded_at = models.DateTimeField(null=True, editable=False)
    clock_left = models.FloatField(null=True, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    decided_why = models.TextField(editable=False, blank=True)
    decline_reason = models.CharField(max_length=12, choices=DeclineReason, blank=True, editable=False)
    decision_text = models.TextField(_("message"), max_length=2000, blank=True, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        constraints = [
            vendor_match("program", "partners.Program", "application_vendor_of_program"),
            models.UniqueConstraint(fields=["id", "vendor"], name="application_with_vendor"),
            models.UniqueConstraint(
                fields=["program", "domain"],
                condition=Q(state__in=WITH_VENDOR) & ~Q(domain=""),
                name="application_one_undecided",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[ApplicationState.DRAFT, ApplicationState.UNCONFIRMED, ApplicationState.WITHDRAWN]
                )
                | Q(submitted_at__isnull=False, due_at__isnull=False),
                name="application_submitted_has_clock",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=DECIDED)
                | Q(decided_at__isnull=False) & (Q(decided_by__isnull=False) | ~Q(decided_why="")),
                name="application_decided_has_decider",
            ),
            models.CheckConstraint(
                condition=~Q(state=ApplicationState.APPROVED) | Q(partner__isnull=False, enrollment__isnull=False),
                name="application_approved_has_partner",
            ),
            models.CheckConstraint(
                condition=~Q(state=ApplicationState.DECLINED) | ~Q(decline_reason=""),
                name="application_declined_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["vendor", "state", "due_at", "id"], name="application_queue"),
            models.Index(fields=["due_at"], condition=Q(state="submitted", escalated_at=None), name="application_due"),
            models.Index(fields=["updated_at"], condition=Q(submitted_at=None), name="application_unproven"),
            models.Index(fields=["asked_at"], condition=Q(state="asked", reminded_at=None), name="application_asked"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.name}"

    def get_absolute_url(self) -> str:
        """Return the desk's page."""
        return reverse("desk:application-detail", args=[self.reference])


class ApplicationMessage(ScopedModel):
    """A question of the vendor or an answer of the applicant; `is_internal` is for the vendor's people alone."""

    scope = Scope(vendor="vendor_id")

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="messages", db_constraint=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("message"), max_length=4000)
    fields = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    is_internal = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ApplicationMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            vendor_match("application", "onboarding.Application", "application_message_vendor"),
            models.CheckConstraint(
                condition=Q(is_internal=False) | Q(person__isnull=False), name="application_note_has_person"
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]
