"""Removes what imports leave: lists that were never imported after a week, files and before-images after 30 days."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from imports.enums import ImportState
from imports.models import Import

KEEP_UNSTARTED = timedelta(days=7)
KEEP_CHANGES = timedelta(days=30)
BATCH = 50


def clear_imports(now: datetime | None = None) -> int:
    """Remove what is no longer needed; ended imports keep their row and figures. Returns how many were cleared."""
    now = now or timezone.now()
    unstarted = Import.objects.filter(
        state__in=[ImportState.UPLOADED, ImportState.CHECKED], started_at__lt=now - KEEP_UNSTARTED
    )
    ended = Import.objects.filter(ended_at__lt=now - KEEP_CHANGES, cleared_at=None)
    found = [*unstarted.order_by("pk")[:BATCH], *ended.order_by("pk")[:BATCH]]
    for run in found:
        _clear(run)
    return len(found)


@transaction.atomic
def _clear(run: Import) -> None:
    run.staged.all().delete()
    run.changes.all().delete()
    storage, name = run.content.storage, run.content.name
    if run.ended_at is None:
        run.delete()
    else:
        Import.objects.filter(pk=run.pk).update(cleared_at=timezone.now(), content="")
    if name:
        transaction.on_commit(lambda: storage.delete(name))
