"""What the pages themselves keep: saved views of lists, how often a person searched, and cut-overs."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imports.models import Import
from jobs.models import Job
from partners.models import Seat, Vendor
from portal.querysets import SavedViewQuerySet
from prm.kernel.scoping import Scope, ScopedModel, Unscoped


class SavedView(ScopedModel):
    """A filter that a person keeps under a name, for one seat and one list.

    `page` is the list's address by name ("desk:deal-list"), `query` its query string without the leading "?".
    `deleted_at` is set for as long as the deletion can be undone.
    """

    scope = Unscoped("seen by its seat's holder only; see its queryset")

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=40)
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(max_length=500)
    is_start = models.BooleanField(_("start with it"), default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            models.UniqueConstraint(
                "seat", "page", Lower("name"), condition=Q(deleted_at=None), name="saved_view_name_once"
            ),
            models.UniqueConstraint(
                fields=["seat", "page"], condition=Q(is_start=True, deleted_at=None), name="saved_view_one_start"
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(query=""), name="saved_view_says_something"),
        ]

    def __str__(self) -> str:
        return self.name


class SearchUse(ScopedModel):
    """How many searches a person made in the minute of the latest one."""

    scope = Unscoped("machinery: written by the search's own counter only")

    person_id = models.BigIntegerField(primary_key=True)
    minute = models.BigIntegerField()
    searches = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.searches} of person {self.person_id}"


class Cutover(ScopedModel):
    """A vendor's move from another system: lists that are rehearsed together, imported in order, reported, undone.

    From its beginning to its end nobody is told what happens at the vendor (`activity.muting`).
    """

    scope = Scope(vendor="vendor_id")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(_("begun"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    rehearsal = models.JSONField(_("rehearsal"), default=dict)
    rehearsed_at = models.DateTimeField(_("rehearsed"), null=True)

    class Meta:
        verbose_name = _("cut-over")
        verbose_name_plural = _("cut-overs")
        constraints = [
            models.UniqueConstraint(fields=["vendor"], condition=Q(ended_at=None), name="cutover_open_once"),
        ]

    def __str__(self) -> str:
        return f"{self.vendor_id} {self.started_at:%Y-%m-%d}"


class CutoverList(ScopedModel):
    """A list of a cut-over: the latest that was uploaded for a step."""

    scope = Scope(vendor="vendor_id")

    cutover = models.ForeignKey(Cutover, on_delete=models.CASCADE, related_name="lists")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("step"), max_length=40)
    run = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("list of a cut-over")
        verbose_name_plural = _("lists of cut-overs")
        constraints = [models.UniqueConstraint(fields=["cutover", "kind"], name="cutover_list_once")]

    def __str__(self) -> str:
        return self.kind
