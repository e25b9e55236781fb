"""Removes what jobs leave: files on the way when nothing goes on from them, results after 30 days."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from jobs.models import Job, JobFile, Refusal, folder_of

if TYPE_CHECKING:
    from datetime import datetime

log = structlog.get_logger(__name__)

KEEP_FILES = timedelta(days=30)
BATCH = 200


def clear_parts(job: Job) -> None:
    """Remove a job's files from the storage that no row names: what was kept on the way, and what a kill left."""
    wanted = {job.input.name, *JobFile.objects.filter(job=job).values_list("content", flat=True)}
    _clear_folder(job, wanted)


def clear_old(now: datetime | None = None) -> int:
    """Remove files and refused rows of jobs that ended over 30 days ago; the jobs stay. Returns how many jobs."""
    before = (now or timezone.now()) - KEEP_FILES
    jobs = list(Job.objects.filter(ended_at__lt=before, files_cleared_at=None).order_by("ended_at")[:BATCH])
    for job in jobs:
        with transaction.atomic():
            JobFile.objects.filter(job=job).delete()
            Refusal.objects.filter(job=job).delete()
            Job.objects.filter(pk=job.pk).update(files_cleared_at=timezone.now(), input="")
        _clear_folder(job, set())
    return len(jobs)


def _clear_folder(job: Job, wanted: set[str]) -> None:
    folder = folder_of(job.key)
    try:
        names = default_storage.listdir(folder)[1]
    except FileNotFoundError:
        return
    for name in names:
        path = f"{folder}/{name}"
        if path not in wanted:
            default_storage.delete(path)
