"""Celery shells."""

from __future__ import annotations

from celery import shared_task

from partners import services


@shared_task(name="partners.end_overdue_viewings")
def end_overdue_viewings() -> int:
    """End views as partner whose time is over."""
    return services.end_overdue_viewings()
