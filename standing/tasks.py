"""Celery shells."""

from __future__ import annotations

from celery import shared_task

from standing import services


@shared_task(name="standing.keep")
def keep() -> int:
    """Bring the standings of every program up to date."""
    return services.keep_programs()
