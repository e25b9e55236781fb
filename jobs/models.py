"""Long work as rows: what is asked for, how far it is, what came out.

`vendor_id` and `partner_id` are plain columns here: `jobs` stands below `partners`.
"""

from __future__ import annotations

import secrets
import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs.enums import ENDED, JobState
from jobs.querysets import JobQuerySet
from jobs.registry import KINDS
from prm.kernel.scoping import Scope, ScopedModel, Unscoped

if TYPE_CHECKING:
    from jobs.registry import JobKind


def folder_of(key: uuid.UUID) -> str:
    """Return the folder of a job's files in the storage."""
    return f"jobs/{key}"


def input_name(job: Job, name: str) -> str:
    """Return where the file that a job works on is kept: under a name that nobody chose."""
    return f"{folder_of(job.key)}/{secrets.token_hex(8)}-input"


class Job(ScopedModel):
    """A piece of long work. Postgres is the queue of record; `run` is the fencing token of whoever works on it."""

    scope = Scope(vendor="vendor_id")  # narrowed by its queryset: own ones, and those of kinds that the role may see

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    vendor_id = models.BigIntegerField(null=True)
    partner_id = models.BigIntegerField(null=True)
    reads = ArrayField(models.BigIntegerField(), default=list, help_text="vendors whose rows its result may hold")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    seat_id = models.BigIntegerField(null=True)
    kind = models.CharField(_("kind"), max_length=60)
    title = models.CharField(_("what"), max_length=200)
    arguments = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    input = models.FileField(upload_to=input_name, max_length=200, blank=True)
    lock = models.CharField(max_length=80, blank=True)

    state = models.CharField(_("state"), max_length=10, choices=JobState, default=JobState.QUEUED)
    due_at = models.DateTimeField(default=timezone.now)
    run = models.PositiveIntegerField(default=0)
    strikes = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    checkpoint = models.JSONField(null=True, encoder=DjangoJSONEncoder)

    done = models.PositiveBigIntegerField(_("done"), default=0)
    total = models.PositiveBigIntegerField(_("in all"), null=True)
    note = models.CharField(max_length=200, blank=True)
    worked_seconds = models.FloatField(default=0)
    refused = models.PositiveBigIntegerField(_("refused"), default=0)
    figures = models.JSONField(default=dict)
    error = models.TextField(_("why it failed"), blank=True)
    trace = models.TextField(blank=True)

    created_at = models.DateTimeField(_("asked for"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True)
    heartbeat_at = models.DateTimeField(null=True)
    cancel_asked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    files_cleared_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.CheckConstraint(
                condition=Q(vendor_id__isnull=True) | Q(partner_id__isnull=True), name="job_of_one_organisation"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDED, ended_at__isnull=False) | (~Q(state__in=ENDED) & Q(ended_at__isnull=True)),
                name="job_ended_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state=JobState.RUNNING, lease_until__isnull=False, started_at__isnull=False)
                | (~Q(state=JobState.RUNNING) & Q(lease_until__isnull=True)),
                name="job_running_has_lease",
            ),
            models.CheckConstraint(condition=~Q(state=JobState.FAILED) | ~Q(error=""), name="job_failed_has_reason"),
            models.CheckConstraint(
                condition=~Q(state=JobState.CANCELLED) | Q(cancel_asked_at__isnull=False),
                name="job_cancelled_was_asked",
            ),
            models.CheckConstraint(condition=Q(total=None) | Q(done__lte=F("total")), name="job_done_within_total"),
            # Of jobs that exclude each other one has begun and not ended.
            models.UniqueConstraint(
                fields=["lock"],
                condition=Q(started_at__isnull=False, ended_at__isnull=True) & ~Q(lock=""),
                name="job_lock_held_once",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(ended_at=None), name="job_open"),
            models.Index(fields=["person", "seat_id", "-id"], name="job_person"),
            models.Index(fields=["vendor_id", "kind", "-id"], name="job_vendor"),
            models.Index(fields=["partner_id", "kind", "-id"], name="job_partner"),
            models.Index(fields=["ended_at"], condition=Q(files_cleared_at=None), name="job_files_kept"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the job's own page."""
        return reverse("job", args=[self.key])

    @property
    def definition(self) -> JobKind | None:
        """Its kind, or None where the code that knew it is gone."""
        return KINDS.get(self.kind)

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.ended_at is None

    @property
    def is_running(self) -> bool:
        """Whether someone works on it, or will go on with it."""
        return self.is_open and self.started_at is not None


def stored_name(file: JobFile, name: str) -> str:
    """Return where a result is kept: under a name that nobody chose."""
    return f"{folder_of(file.job.key)}/{secrets.token_hex(8)}"


class JobFile(ScopedModel):
    """A file that came out of a job."""

    scope = Unscoped("reached through its job only")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=150)
    content = models.FileField(upload_to=stored_name, max_length=200)
    size = models.PositiveBigIntegerField(default=0)
    media_type = models.CharField(max_length=100, default="application/octet-stream")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "name"], name="job_file_once")]

    def __str__(self) -> str:
        return self.name


class Refusal(ScopedModel):
    """A row that a job could not take, and why. `cells` is the row as it came, so that it can be corrected."""

    scope = Unscoped("reached through its job only")

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="refusals", db_index=False)
    line = models.PositiveBigIntegerField()
    name = models.CharField(max_length=300)
    reason = models.CharField(max_length=500)
    cells = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["job", "line", "id"], name="job_refusal")]

    def __str__(self) -> str:
        return f"{self.line}: {self.reason}"
