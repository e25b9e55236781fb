"""Celery shells."""

from __future__ import annotations

from celery import shared_task

from imports import housekeeping


@shared_task(name="imports.clear_imports")
def clear_imports() -> int:
    """Remove lists that nobody imported, and what undoing old imports needs."""
    return housekeeping.clear_imports()
