"""Celery shells."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down

from jobs import cleaning, queue, work


@shared_task(name="jobs.work")
def work_off() -> int:
    """Work on jobs for a while."""
    return queue.work_off()


@shared_task(name="jobs.clear_old")
def clear_old() -> int:
    """Remove old results."""
    return cleaning.clear_old()


@worker_shutting_down.connect
def stop(**_: Any) -> None:
    """Let jobs go at their next checkpoint: the worker was asked to end."""
    work.stopping.set()
