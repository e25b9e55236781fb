"""What people do with the lines behind the bell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.utils import timezone

from activity.models import Notification

if TYPE_CHECKING:
    from prm.kernel.actors import Actor


def mark_read(*, actor: Actor, notification: Notification) -> Notification:
    """Record that a notification was opened; the first time counts.

    Raises:
        Http404: not the actor's, or for another of the person's seats.
    """
    now = timezone.now()
    mine = Notification.objects.visible_to(actor).filter(pk=notification.pk)
    if mine.unread().update(read_at=now):
        notification.read_at = now
    elif not mine.exists():
        raise Http404
    return notification


def mark_all_read(*, actor: Actor, upto: int) -> int:
    """Record that the actor's notifications were seen, up to the id `upto`. Returns how many were new.

    What arrived after the page was drawn stays new: nobody has seen it.
    """
    return Notification.objects.visible_to(actor).unread().filter(pk__lte=upto).update(read_at=timezone.now())
