"""What people do with what they were told, and what an operator does with what failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activity import relay
from activity.models import Notification
from activity.nudge import nudge_workers
from prm.kernel.errors import Conflict, Forbidden

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


@transaction.atomic
def retry_delivery(*, actor: Actor, delivery_id: int) -> None:
    """Put a delivery that gave up back into the queue, and ring the workers' bell on commit.

    Raises:
        Forbidden: the actor doesn't run this installation. Conflict: it isn't among those that gave up any more.
    """
    if not actor.is_operator:
        raise Forbidden("not_allowed", _("Only who runs this installation retries deliveries."))
    if not relay.revive(delivery_id):
        raise Conflict("not_dead", _("It is not among those that gave up any more: it was retried already."))
    transaction.on_commit(nudge_workers)
