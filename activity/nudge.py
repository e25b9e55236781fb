"""Rings the workers' bell after a commit. A lost ring costs seconds: the beat looks at the queue anyway."""

from __future__ import annotations

import os
import threading
import time

import structlog
from django.conf import settings

from prm.kernel.lazily import lazily

# Celery with its transports takes 6 MB; a process that only shows pages never rings.
tasks = lazily(settings.TASK_APP)
log = structlog.get_logger(__name__)

QUIET_SECONDS = 5.0
RELAY = "activity.relay"
_wanted = threading.Event()
_tasks: set[str] = set()
_starting = threading.Lock()
_ringers: list[threading.Thread] = []


def nudge_workers(task: str = RELAY) -> None:
    """Ask a worker to look at its queue now; never wait for it, never fail. `task` is the one that looks.

    A thread of this process does the asking, so that a request costs the same whether the broker answers, is down,
    or hangs. Commits in quick succession share a ring.
    """
    _tasks.add(task)
    _wanted.set()
    if not _ringers:
        with _starting:
            if not _ringers:
                _ringers.append(threading.Thread(target=_ring_on_demand, name="nudge", daemon=True))
                _ringers[0].start()


def _ring_on_demand() -> None:
    while _wanted.wait():
        _wanted.clear()
        while _tasks:
            if not ring(_tasks.pop()):
                time.sleep(QUIET_SECONDS)


def ring(task: str = RELAY) -> bool:
    """Send the task that looks at a queue. False when the broker didn't take it."""
    try:
        tasks.app.send_task(task, retry=False, ignore_result=True, expires=10)
    except Exception as error:  # noqa: BLE001  (kombu, redis and the socket each have their own; none may end the thread)
        log.warning("nudge_failed", error=str(error)[:200])
        return False
    return True


def _forget_thread() -> None:
    """After a fork the thread is the parent's; the child starts its own when it needs one."""
    global _starting  # noqa: PLW0603  (the parent's may be held for ever)
    _starting = threading.Lock()
    _ringers.clear()
    _wanted.clear()


os.register_at_fork(after_in_child=_forget_thread)
