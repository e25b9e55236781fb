"""Imports as rows: the list, what it would do, what it did; its rows while they wait, and what to undo it from."""

from __future__ import annotations

import secrets
import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imports.enums import ImportState, Outcome
from imports.registry import KINDS
from jobs.models import Job
from partners.models import Vendor
from prm.kernel.scoping import Scope, ScopedModel, Unscoped

if TYPE_CHECKING:
    from imports.kinds import ImportKind


def import_name(run: Import, name: str) -> str:
    """Return where an uploaded list is kept: under a name that nobody chose."""
    return f"imports/{secrets.token_hex(16)}"


class Import(ScopedModel):
    """One import of a list: its file and columns, what it would do, its jobs, its figures."""

    scope = Scope(vendor="vendor_id")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=40)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("who")
    )
    file_name = models.CharField(_("file"), max_length=200)
    content = models.FileField(upload_to=import_name, max_length=200, blank=True)
    layout = models.JSONField(default=dict, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=ImportState, default=ImportState.RUNNING)
    expected = models.JSONField(_("expected"), default=dict)
    check_job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    undo_job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    rows = models.PositiveIntegerField(_("rows"), default=0)
    created = models.PositiveIntegerField(_("new"), default=0)
    updated = models.PositiveIntegerField(_("updated"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    refused = models.PositiveIntegerField(_("refused"), default=0)
    errors = models.JSONField(_("refused rows"), default=list)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True)
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "kind"], condition=Q(state=ImportState.RUNNING), name="import_runs_once"
            ),
        ]
        indexes = [models.Index(fields=["vendor", "-started_at", "-id"], name="import_of_vendor")]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        """Return the import's page in the console."""
        return reverse("console:import", args=[self.key])

    @property
    def definition(self) -> ImportKind:
        """Its kind."""
        return KINDS[self.kind]


class StagedRow(ScopedModel):
    """A row of a list as it was read, before it is written anywhere. `reason` says why it won't be.

    data: what its kind made of the cells. key: what a list may hold once. effect: what it does, or would do.
    object_id: the record that it is about.
    """

    scope = Unscoped("reached through its import only")

    pk = models.CompositePrimaryKey("run_id", "line")
    run = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="staged", db_index=False)
    line = models.PositiveIntegerField()
    name = models.CharField(max_length=300)
    key = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    cells = models.JSONField(default=list)
    reason = models.CharField(max_length=500, blank=True)
    twin = models.PositiveIntegerField(null=True)
    effect = models.CharField(max_length=10, choices=Outcome, default=Outcome.NEW)
    object_id = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.line}: {self.name}"

    def refuse(self, reason: object) -> None:
        """Say why it can't be taken."""
        self.reason, self.effect = str(reason)[:500], Outcome.REFUSED

    def finds(self, object_id: int, *, changes: bool) -> None:
        """Say that its record is there already, and whether the row would change it."""
        self.object_id, self.effect = object_id, Outcome.CHANGED if changes else Outcome.UNCHANGED

    def makes(self) -> None:
        """Say that it would make a record."""
        self.object_id, self.effect = None, Outcome.NEW

    @property
    def is_new(self) -> bool:
        """Whether it makes a record."""
        return self.effect == Outcome.NEW

    @property
    def is_change(self) -> bool:
        """Whether it changes a record that is there."""
        return self.effect == Outcome.CHANGED


class RowChange(ScopedModel):
    """What an import did to one record: the whole row before and after it. Without `before` the import made it.

    extra: what else was done on its account, for the kind that undoes it. From these rows an import is undone.
    """

    scope = Unscoped("reached through its import only")

    run = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="changes", db_index=False)
    model = models.CharField(max_length=80)
    object_id = models.BigIntegerField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    extra = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "model", "object_id"], name="row_change_once")]
        indexes = [
            models.Index(fields=["run", "-id"], name="row_change_undone"),
            models.Index(fields=["run"], condition=Q(after__isnull=True), name="row_change_open"),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id} by import {self.run_id}"
