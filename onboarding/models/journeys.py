"""Journeys: templates in versions, and what is under way for whom."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onboarding.enums import JourneyState, Side, StepState
from onboarding.models.tenancy import OfEnrollment, enrollment_match
from onboarding.models.versions import Version, version_rules
from onboarding.querysets import OfRecordQuerySet
from partners.enums import PartnerType
from partners.models import Program, Vendor
from prm.kernel.constraints import CompositeForeignKey, vendor_match
from prm.kernel.scoping import Scope, ScopedModel


def stored_name(file: StepFile, name: str) -> str:
    """Return where a file is kept: a random name, so that nothing of the given one reaches the file system."""
    return f"steps/{file.key}"


class JourneyTemplate(ScopedModel):
    """The way in for a program's partners of one type, or of all types that have none of their own."""

    scope = Scope(vendor="vendor_id")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="journey_templates")
    partner_type = models.CharField(_("partner type"), max_length=12, choices=PartnerType, blank=True)
    name = models.CharField(_("name"), max_length=120)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("journey template")
        verbose_name_plural = _("journey templates")
        constraints = [
            vendor_match("program", "partners.Program", "journey_template_vendor_of_program"),
            models.UniqueConstraint(fields=["id", "vendor"], name="journey_template_with_vendor"),
            models.UniqueConstraint(fields=["program", "partner_type"], name="journey_template_once"),
        ]

    def __str__(self) -> str:
        return self.name


class JourneyVersion(Version):
    """A version of a journey: its stages and steps as `onboarding.journeys` reads them."""

    template = models.ForeignKey(
        JourneyTemplate, on_delete=models.PROTECT, related_name="versions", db_constraint=False
    )
    definition = models.JSONField(_("definition"), default=dict)

    class Meta:
        verbose_name = _("journey version")
        verbose_name_plural = _("journey versions")
        constraints = [
            *version_rules("journey_version", "template"),
            vendor_match("template", "onboarding.JourneyTemplate", "journey_version_vendor"),
            models.UniqueConstraint(fields=["id", "vendor"], name="journey_version_with_vendor"),
        ]

    def __str__(self) -> str:
        return f"{self.template} · {self.number}"


class StepSecret(ScopedModel):
    """What a template's webhook step signs its calls with, and its receiver its answers; kept sealed."""

    scope = Scope(vendor="vendor_id")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False)
    template = models.ForeignKey(JourneyTemplate, on_delete=models.CASCADE, related_name="secrets", db_constraint=False)
    slug = models.SlugField(max_length=60)
    sealed = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("secret of a webhook step")
        verbose_name_plural = _("secrets of webhook steps")
        constraints = [
            vendor_match("template", "onboarding.JourneyTemplate", "step_secret_vendor"),
            models.UniqueConstraint(fields=["template", "slug"], name="step_secret_once"),
        ]

    def __str__(self) -> str:
        return self.slug


class Journey(OfEnrollment):
    """A version under way for an enrollment.

    facts: what conditions and merge fields read, as known at the start. secrets: nothing secret stands here.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.ForeignKey(JourneyVersion, on_delete=models.PROTECT, related_name="journeys", db_constraint=False)
    state = models.CharField(_("state"), max_length=10, choices=JourneyState, default=JourneyState.RUNNING)
    facts = models.JSONField(default=dict)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = OfRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("journey")
        verbose_name_plural = _("journeys")
        constraints = [
            enrollment_match("journey_tenant"),
            vendor_match("version", "onboarding.JourneyVersion", "journey_vendor_of_version"),
            models.UniqueConstraint(fields=["id", "vendor", "partner", "enrollment"], name="journey_with_tenant"),
            models.UniqueConstraint(
                fields=["enrollment"], condition=Q(state=JourneyState.RUNNING), name="journey_one_running"
            ),
            models.CheckConstraint(
                condition=Q(state=JourneyState.RUNNING, ended_at=None)
                | ~Q(state=JourneyState.RUNNING) & Q(ended_at__isnull=False),
                name="journey_ended_has_time",
            ),
        ]
        indexes = [models.Index(fields=["vendor", "state", "-id"], name="journey_of_vendor")]

    def __str__(self) -> str:
        return f"{self.enrollment}"


class JourneyStep(OfEnrollment):
    """A step of a journey.

    slug names it in the version's definition. after: slugs of the steps that it waits for. key: under which an outside
    call is made, the same at each attempt. event: what put its work into the queue; its delivery has attempts and
    error. due_at: set when it opens. look_at: when a tick has to look at it next: to open it, remind, escalate.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="steps", db_constraint=False)
    slug = models.SlugField(max_length=60)
    position = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=60)
    name = models.CharField(_("step"), max_length=120)
    kind = models.CharField(max_length=30)
    side = models.CharField(max_length=8, choices=Side)
    state = models.CharField(_("state"), max_length=8, choices=StepState, default=StepState.WAITING)
    after = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    due_at = models.DateTimeField(_("due"), null=True)
    look_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    why = models.TextField(blank=True)
    error = models.TextField(blank=True)
    result = models.JSONField(default=dict)
    event_id = models.BigIntegerField(null=True)
    revision = models.PositiveIntegerField(default=0, editable=False)

    objects = OfRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [
            models.UniqueConstraint(fields=["journey", "slug"], name="journey_step_once"),
            models.UniqueConstraint(fields=["id", "vendor", "partner", "enrollment"], name="journey_step_with_tenant"),
            CompositeForeignKey(
                fields=("journey", "vendor", "partner", "enrollment"),
                to="onboarding.Journey",
                to_fields=("id", "vendor", "partner", "enrollment"),
                name="journey_step_tenant",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[StepState.DONE, StepState.SKIPPED], ended_at__isnull=False)
                | ~Q(state__in=[StepState.DONE, StepState.SKIPPED]) & Q(ended_at=None),
                name="journey_step_ended_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=StepState.SKIPPED) | ~Q(why=""), name="journey_step_skip_has_why"
            ),
            models.CheckConstraint(
                condition=~Q(state=StepState.FAILED) | ~Q(error=""), name="journey_step_fail_has_error"
            ),
        ]
        indexes = [
            models.Index(fields=["look_at"], condition=Q(look_at__isnull=False), name="journey_step_look"),
            models.Index(
                fields=["vendor", "due_at", "id"],
                condition=Q(state__in=["open", "failed"], side="vendor") | Q(state="failed"),
                name="journey_step_desk",
            ),
            models.Index(
                fields=["enrollment", "due_at", "id"],
                condition=Q(state="open", side="partner"),
                name="journey_step_portal",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StepFile(OfEnrollment):
    """A document on a step. Served as a download only."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    step = models.ForeignKey(JourneyStep, on_delete=models.CASCADE, related_name="files", db_constraint=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=150)
    size = models.PositiveIntegerField(_("size, bytes"))
    media_type = models.CharField(max_length=100)
    content = models.FileField(upload_to=stored_name, max_length=80)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            CompositeForeignKey(
                fields=("step", "vendor", "partner", "enrollment"),
                to="onboarding.JourneyStep",
                to_fields=("id", "vendor", "partner", "enrollment"),
                name="step_file_tenant",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the download's address."""
        return reverse("step-file", args=[self.key])
