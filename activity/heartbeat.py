"""When a worker last looked at the queue, so that an operator sees that one is there.

Kept in the cache, which is in Postgres: a lost value is back within seconds.
"""

from __future__ import annotations

import time
from datetime import datetime

from django.core.cache import cache
from django.utils import timezone

KEY = "activity.worker-seen"
EVERY_SECONDS = 5.0
_next_beat = [0.0]


def beat() -> None:
    """Note the time; each process does so every five seconds at most."""
    if time.monotonic() < _next_beat[0]:
        return
    _next_beat[0] = time.monotonic() + EVERY_SECONDS
    cache.set(KEY, timezone.now(), timeout=None)


def last_beat() -> datetime | None:
    """Return when a worker last looked at the queue, or None where that isn't known."""
    seen: datetime | None = cache.get(KEY)
    return seen
