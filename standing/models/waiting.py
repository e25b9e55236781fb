"""The work list: facts from outside that can't be booked yet."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models import Vendor
from prm.kernel.scoping import Scope, ScopedModel
from standing.enums import Problem, WaitingState


class WaitingFact(ScopedModel):
    """A row that found no partner, customer, product or rate: it waits as it came until somebody helps or ignores it.

    kind: of `standing.intake.KINDS`. content: the row in plain values. chosen: what a person answered, by problem.
    """

    scope = Scope(vendor="vendor_id")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(_("what"), max_length=20)
    source = models.CharField(_("source"), max_length=40)
    external_id = models.CharField(_("number there"), max_length=120)
    named = models.CharField(_("partner as named"), max_length=200, blank=True)
    content = models.JSONField(default=dict)
    chosen = models.JSONField(default=dict)
    problems = ArrayField(models.CharField(max_length=20, choices=Problem), verbose_name=_("why it waits"))
    state = models.CharField(_("state"), max_length=7, choices=WaitingState, default=WaitingState.OPEN)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    run = models.UUIDField(null=True, editable=False)
    created_at = models.DateTimeField(_("since"), default=timezone.now)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("waiting row")
        verbose_name_plural = _("waiting rows")
        constraints = [
            models.UniqueConstraint(fields=["vendor", "kind", "source", "external_id"], name="waiting_once"),
            models.CheckConstraint(
                condition=~Q(state=WaitingState.IGNORED) | ~Q(reason=""), name="waiting_ignored_has_reason"
            ),
        ]
        indexes = [
            models.Index(
                "vendor", Lower("named"), condition=Q(chosen__has_key="enrollment"), name="waiting_answered_partner"
            ),
            models.Index(fields=["vendor", "id"], condition=Q(state=WaitingState.OPEN), name="waiting_open"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"
