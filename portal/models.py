"""What the pages themselves keep: saved views of lists, and how often a person searched."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models import Seat
from portal.querysets import SavedViewQuerySet
from prm.kernel.scoping import ScopedModel, Unscoped


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
