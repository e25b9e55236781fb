"""Celery shells."""

from __future__ import annotations

from celery import shared_task

from accounts.crm import services


@shared_task(name="accounts.fetch_due")
def fetch_due() -> int:
    """Start the fetches that are due."""
    return services.fetch_due()
