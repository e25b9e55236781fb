"""Named filters of events, deliveries, notifications and mails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import F
from django.utils import timezone

from activity.enums import DeliveryState, MailState
from prm.kernel.recording import Audience
from prm.kernel.scoping import ScopedQuerySet

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import Model

    from prm.kernel.actors import Actor


class EventQuerySet(ScopedQuerySet):
    """Events."""

    def visible_to(self, actor: Actor) -> Self:
        """Hide the vendor's own events from partner users."""
        found = super().visible_to(actor)
        return found.filter(audience=Audience.SHARED) if actor.is_partner else found

    def about(self, subject: Model) -> Self:
        """Return the events of one record, newest first."""
        return self.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk).order_by("-id")


class DeliveryQuerySet(ScopedQuerySet):
    """Deliveries."""

    def due(self, now: datetime) -> Self:
        """Return what workers should take now, oldest first."""
        return self.filter(state=DeliveryState.PENDING, due_at__lte=now).order_by("due_at", "id")

    def dead(self) -> Self:
        """Return what gave up."""
        return self.filter(state=DeliveryState.DEAD)


class NotificationQuerySet(ScopedQuerySet):
    """Notifications."""

    def visible_to(self, actor: Actor) -> Self:
        """Return the person's notifications for the seat it acts from."""
        return super().visible_to(actor).filter(seat_id=actor.seat_id)

    def unread(self) -> Self:
        """Return what has not been opened."""
        return self.filter(read_at=None)


class MailQuerySet(ScopedQuerySet):
    """Mails."""

    def due(self, now: datetime) -> Self:
        """Return what should be sent now, including mails whose sender died on the way."""
        return self.filter(state__in=[MailState.QUEUED, MailState.SENDING], due_at__lte=now).order_by("due_at", "id")

    def claim(self, ids: list[int], until: datetime) -> int:
        """Mark mails as being sent; nobody else takes them before `until`. Returns how many."""
        return self.filter(pk__in=ids).update(state=MailState.SENDING, due_at=until, attempts=F("attempts") + 1)

    def mark_sent(self, pk: int) -> None:
        """Record that the mail server took it."""
        self.filter(pk=pk).update(state=MailState.SENT, sent_at=timezone.now(), error="")
