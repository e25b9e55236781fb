"""Celery shells."""

from __future__ import annotations

from celery import shared_task

from partners import services


@shared_task(name="partners.clear_join_requests")
def clear_join_requests() -> int:
    """Delete requests to join that ran out."""
    return services.clear_join_requests()


@shared_task(name="partners.end_overdue_viewings")
def end_overdue_viewings() -> int:
    """End views as partner whose time is over."""
    return services.end_overdue_viewings()
