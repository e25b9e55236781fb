"""Celery shells."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from activity import heartbeat, housekeeping, mailing
from activity import relay as relaying
from activity.mailing import digests as digesting


@shared_task(name="activity.relay")
def relay() -> int:
    """Run due deliveries; say that a worker is there."""
    heartbeat.beat()
    done = relaying.drain()
    if done:
        mailing.send_due()
    return done


@shared_task(name="activity.send_mails")
def send_mails() -> int:
    """Send due mails."""
    return mailing.send_due()


@shared_task(name="activity.digests")
def digests() -> int:
    """Write the digests that are due."""
    return digesting.queue_digests(timezone.now())


@shared_task(name="activity.clear_stale")
def clear_stale() -> None:
    """Remove what has served its time."""
    housekeeping.clear_stale()
