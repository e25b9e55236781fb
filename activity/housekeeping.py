"""Removes what has served its time."""

from datetime import timedelta

from django.core.management import call_command
from django.utils import timezone

from activity.enums import DeliveryState
from activity.models import Delivery, DigestLine, IdempotencyRecord
from people.limits import forget_idle
from people.models import EmailChange

KEEP_ANSWERS = timedelta(days=2)
KEEP_DELIVERIES = timedelta(days=30)
KEEP_LINES = timedelta(days=90)


def clear_stale() -> None:
    """Delete ended sessions, what sign-in left, API answers over two days old, and what was done long ago.

    That is deliveries after 30 days, and lines that a digest told, or that were withheld, after 90.
    """
    now = timezone.now()
    call_command("clearsessions")
    forget_idle()
    EmailChange.objects.filter(expires_at__lt=now).delete()
    IdempotencyRecord.objects.filter(created_at__lt=now - KEEP_ANSWERS).delete()
    Delivery.objects.filter(state=DeliveryState.DONE, done_at__lt=now - KEEP_DELIVERIES).delete()
    DigestLine.objects.filter(settled_at__lt=now - KEEP_LINES).delete()
