"""Rings the workers' bell after a commit. A lost ring costs seconds: the beat looks at the queue anyway."""

from __future__ import annotations

import time

import structlog
from celery import current_app
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

QUIET_SECONDS = 5.0
_quiet_until = [0.0]


def nudge_workers() -> None:
    """Ask a worker to look at the queue now; never wait for it, never fail.

    While the broker is down this process stays quiet for five seconds at a time, so that requests aren't slowed.
    """
    if time.monotonic() < _quiet_until[0]:
        return
    try:
        current_app.send_task("activity.relay", retry=False, ignore_result=True, expires=10)
    except (OperationalError, RedisError, OSError) as error:
        _quiet_until[0] = time.monotonic() + QUIET_SECONDS
        log.warning("nudge_failed", error=str(error)[:200])
