"""What happened, who reacts to it, and who is told.

`vendor_id` and `partner_id` are plain columns here: `activity` stands below `partners`. They are copied from the
subject by the recorder, in the subject's own transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activity.enums import DeliveryState, MailState
from activity.querysets import DeliveryQuerySet, EventQuerySet, MailQuerySet, NotificationQuerySet
from activity.registry import EVENTS
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
        return str(words).format_map(_Facts(self.data))


class _Facts(dict):
    def __missing__(self, key: str) -> str:
        return "…"


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


class Notification(ScopedModel):
    """A line behind a person's bell, for one of the person's seats."""

    scope = Scope(person="person_id")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    seat_id = models.BigIntegerField()
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)
    facts = models.JSONField(default=dict)
    path = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [models.UniqueConstraint(fields=["event", "person", "kind"], name="notification_once")]
        indexes = [
            models.Index(fields=["person", "-id"], name="notification_person"),
            models.Index(fields=["person", "seat_id"], condition=Q(read_at=None), name="notification_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.person_id}"


class Mail(ScopedModel):
    """A mail to one person: rendered in the person's language, claimed by a worker, sent outside the transaction."""

    scope = Scope(person="person_id")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="mails")
    event = models.ForeignKey(Event, null=True, on_delete=models.PROTECT, related_name="+")
    template = models.CharField(max_length=80)
    to = models.EmailField()
    subject = models.CharField(max_length=250)
    text = models.TextField()
    html = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=MailState, default=MailState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        constraints = [
            models.UniqueConstraint(fields=["event", "person", "template"], name="mail_once"),
            models.CheckConstraint(
                condition=~Q(state=MailState.SENT) | Q(sent_at__isnull=False), name="mail_sent_has_time"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state__in=["queued", "sending"]), name="mail_due"),
            models.Index(fields=["person", "-id"], name="mail_person"),
        ]

    def __str__(self) -> str:
        return f"{self.template} to {self.to}"


class IdempotencyRecord(ScopedModel):
    """The answer that an API request with an `Idempotency-Key` got, so that a replay gets it again."""

    scope = Unscoped("machinery: looked up by seat and key, inside the API's base class only")

    seat_id = models.BigIntegerField()
    key = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seat_id", "key"], name="idempotency_once")]

    def __str__(self) -> str:
        return f"{self.key} of seat {self.seat_id}"


class ApiUse(ScopedModel):
    """How many API requests a seat made in the minute of its latest one."""

    scope = Unscoped("machinery: written by the API's throttle only")

    seat_id = models.BigIntegerField(primary_key=True)
    minute = models.BigIntegerField()
    requests = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.requests} of seat {self.seat_id}"
