"""What happened, and who reacts to it.

`vendor_id` and `partner_id` are plain columns here: `activity` stands below `partners`. They are copied from the
subject by the recorder, in the subject's own transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from activity.enums import DeliveryState
from activity.querysets import DeliveryQuerySet, EventQuerySet
from activity.registry import EVENTS, Facts
from prm.kernel.recording import Audience
from prm.kernel.scoping import Scope, ScopedModel, Unscoped

if TYPE_CHECKING:
    from prm.kernel.recording import EventKind


class Event(ScopedModel):
    """Something that happened: audit trail, timeline and outbox in one. Only ever added to; a trigger sees to it."""

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id")

    kind = models.CharField(_("what"), max_length=60)
    vendor_id = models.BigIntegerField(null=True)
    partner_id = models.BigIntegerField(null=True)
    enrollment_id = models.BigIntegerField(null=True)
    audience = models.CharField(max_length=10, default=Audience.SHARED)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    seat_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=20, blank=True)
    via = models.CharField(max_length=10)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    data = models.JSONField(default=dict)
    occurred_at = models.DateTimeField(_("when"), db_default=Now())

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="event_subject"),
            models.Index(fields=["vendor_id", "id"], name="event_vendor"),
            models.Index(fields=["partner_id", "id"], name="event_partner"),
            # Rows come in the order of time: a few pages tell where a period lies, at next to no cost for each new row.
            BrinIndex(fields=["occurred_at"], name="event_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_type} {self.subject_id}"

    @property
    def definition(self) -> EventKind:
        """The registered kind, with its words."""
        return EVENTS[self.kind]

    @property
    def sentence(self) -> str:
        """What a timeline says after the person's name, or alone when no person acted."""
        kind = self.definition
        words = kind.sentence if self.person_id or not kind.alone else kind.alone
        return str(words).format_map(Facts(self.data))


class Delivery(ScopedModel):
    """One handler's reaction to one event. Postgres is the queue of record."""

    scope = Unscoped("machinery: reached by workers only; the operator's page shows it without tenants' facts")

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="deliveries")
    handler = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    error = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(fields=["event", "handler"], name="delivery_once"),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.DONE, done_at__isnull=False)
                | (~Q(state=DeliveryState.DONE) & Q(done_at__isnull=True)),
                name="delivery_done_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="pending"), name="delivery_due"),
            models.Index(fields=["id"], condition=Q(state="dead"), name="delivery_dead"),
        ]

    def __str__(self) -> str:
        return f"{self.handler} of event {self.event_id}"
