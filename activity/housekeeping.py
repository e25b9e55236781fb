"""Removes what has served its time."""

from datetime import timedelta

from django.core.management import call_command
from django.utils import timezone

from activity.enums import DeliveryState
from activity.models import Delivery, IdempotencyRecord

KEEP_ANSWERS = timedelta(days=2)
KEEP_DELIVERIES = timedelta(days=30)


def clear_stale() -> None:
    """Delete ended sessions, stored API answers over two days old, and deliveries done over 30 days ago."""
    now = timezone.now()
    call_command("clearsessions")
    IdempotencyRecord.objects.filter(created_at__lt=now - KEEP_ANSWERS).delete()
    Delivery.objects.filter(state=DeliveryState.DONE, done_at__lt=now - KEEP_DELIVERIES).delete()
