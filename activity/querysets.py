"""Named filters of events, deliveries, notifications and mails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Lower
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

    def mark_sent(self, pk: int, provider_id: str = "") -> None:
        """Record that the mail server took it, and what a mail service calls it."""
        self.filter(pk=pk).update(state=MailState.SENT, sent_at=timezone.now(), error="", provider_id=provider_id[:200])

    def release(self, ids: list[int]) -> int:
        """Give back claimed mails that were not tried, for the next sender. Returns how many."""
        back = {"state": MailState.QUEUED, "due_at": timezone.now(), "attempts": F("attempts") - 1}
        return self.filter(pk__in=ids, state=MailState.SENDING).update(**back)

    def withhold(self, pk: int, reason: str) -> None:
        """Record that it will not be sent, and why."""
        self.filter(pk=pk).update(state=MailState.WITHHELD, withheld=reason, error="")


class SuppressionQuerySet(ScopedQuerySet):
    """Addresses that get no mails."""

    def standing(self) -> Self:
        """Return those that hold."""
        return self.filter(lifted_at=None)

    def of_person(self, column: str = "email") -> Exists:
        """Return the condition that an address of the outer row is among them; `column` is its name there."""
        return Exists(self.standing().filter(address=Lower(OuterRef(column))))


class DigestLineQuerySet(ScopedQuerySet):
    """Lines of digests."""

    def waiting(self) -> Self:
        """Return those that were neither told nor withheld."""
        return self.filter(settled_at=None)

    def due(self, now: datetime) -> Self:
        """Return those that should be told now, oldest first."""
        return self.waiting().filter(due_at__lte=now).order_by("due_at", "id")
