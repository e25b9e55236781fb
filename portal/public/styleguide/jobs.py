"""Sample jobs in every state, as cards that ask nobody how they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from jobs.enums import JobState
from jobs.models import Job
from portal.public.jobs import JobCard, card_of


def sample_jobs() -> list[JobCard]:
    """Return a card per state."""
    now = timezone.now()
    ago = now - timedelta(seconds=62)
    running = {"started_at": ago, "heartbeat_at": now, "worked_seconds": 60.0, "total": 1_000}
    states = [
        Job(title="Customers from the CRM", state=JobState.QUEUED, created_at=now),
        Job(title="Customers from the CRM", state=JobState.RUNNING, done=640, created_at=ago, **running),
        Job(title="Deals as a table", state=JobState.DONE, done=1_000, ended_at=now, created_at=ago, **running),
        Job(
            title="Customers of 2019",
            state=JobState.FAILED,
            done=310,
            error="Line 311 is not text in UTF-8. Save the file as UTF-8 and start again.",
            ended_at=now,
            created_at=ago,
            **running,
        ),
        Job(title="Deals as a table", state=JobState.CANCELLED, done=420, ended_at=now, created_at=ago, **running),
    ]
    return [replace(card_of(job), poll=0, stuck=False) for job in states]
