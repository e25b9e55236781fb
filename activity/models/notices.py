"""What a person is told: lines behind the bell, lines that wait for a digest, and how often the person wants what."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activity.enums import Cadence, Withheld
from activity.models.events import Event
from activity.models.mails import Mail
from activity.querysets import DigestLineQuerySet, NotificationQuerySet
from prm.kernel.scoping import Scope, ScopedModel

DAILY_HOUR = 8


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


class DigestLine(ScopedModel):
    """Something that a person will be told in a digest: waits until due, then was told in a mail or withheld."""

    scope = Scope(person="person_id")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seat_id = models.BigIntegerField()
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)
    cadence = models.CharField(max_length=10, choices=Cadence)
    facts = models.JSONField(default=dict)
    path = models.CharField(max_length=300)
    due_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    mail = models.ForeignKey(Mail, null=True, on_delete=models.CASCADE, related_name="lines")
    withheld = models.CharField(max_length=10, choices=Withheld, blank=True)

    objects = DigestLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a digest")
        verbose_name_plural = _("lines of digests")
        constraints = [
            models.UniqueConstraint(fields=["event", "person", "kind"], name="digest_line_once"),
            models.CheckConstraint(
                condition=Q(settled_at=None, mail=None, withheld="")
                | Q(settled_at__isnull=False) & (Q(mail__isnull=False) | ~Q(withheld="")),
                name="digest_line_settled",
            ),
        ]
        indexes = [models.Index(fields=["due_at", "person"], condition=Q(settled_at=None), name="digest_line_due")]

    def __str__(self) -> str:
        return f"{self.kind} for {self.person_id}"


class Preference(ScopedModel):
    """How often a person wants mails of one kind; without a row the kind's default holds."""

    scope = Scope(person="person_id")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    cadence = models.CharField(max_length=10, choices=Cadence)

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="preference_once")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.cadence}"


class DigestHour(ScopedModel):
    """The hour, in the person's own time zone, of the daily digest; DAILY_HOUR without a row."""

    scope = Scope(person="person_id")

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    hour = models.PositiveSmallIntegerField(default=DAILY_HOUR, validators=[MaxValueValidator(23)])

    class Meta:
        verbose_name = _("hour of the digest")
        verbose_name_plural = _("hours of digests")
        constraints = [models.CheckConstraint(condition=Q(hour__lte=23), name="digest_hour_of_a_day")]

    def __str__(self) -> str:
        return f"{self.hour}:00"
