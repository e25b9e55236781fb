"""How a job does, as shown: share, rate, time left, and its figures with their words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs.enums import JobState
from jobs.models import Job

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from jobs.models import JobFile
    from prm.kernel.actors import Actor

LOOKS: dict[str, tuple[str, str]] = {
    JobState.QUEUED: ("", "clock"),
    JobState.RUNNING: ("info", "clock"),
    JobState.DONE: ("good", "ok"),
    JobState.FAILED: ("bad", "warn"),
    JobState.CANCELLED: ("", "x"),
}
"""State to the tone and icon of its badge."""

LATE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a job is. rate: per second, None while unknown. left: seconds, None while unknown."""

    done: int
    total: int | None
    rate: float | None
    left: float | None

    @property
    def percent(self) -> int | None:
        """The whole percents that are done, None while nobody knows how much there is."""
        return None if not self.total else min(100, self.done * 100 // self.total)


def progress_of(job: Job) -> Progress:
    """Return how far a job is. The rate is that of the time in which a worker had it. No query."""
    rate = job.done / job.worked_seconds if job.done and job.worked_seconds > 0.2 else None
    missing = max(job.total - job.done, 0) if job.total is not None else None
    left = math.ceil(missing / rate) if rate and missing is not None and job.is_open else None
    return Progress(done=job.done, total=job.total, rate=rate, left=left)


def figures_of(job: Job) -> list[tuple[str | Promise, int]]:
    """Return what came out, with words, in the order of the kind. No query."""
    names = job.definition.figures if job.definition else {}
    return [(label, job.figures[name]) for name, label in names.items() if name in job.figures]


def is_stuck(job: Job, now: datetime | None = None) -> bool:
    """Whether it has been due for over a minute, and no worker took it."""
    return job.state == JobState.QUEUED and job.due_at < (now or timezone.now()) - LATE


def state_words(job: Job) -> str | Promise:
    """Return the state as said to people: one that is being cancelled, or goes on in its next slice, says so."""
    if job.is_open and job.cancel_asked_at:
        return _("Being cancelled")
    if job.is_running:
        return JobState.RUNNING.label
    return JobState(job.state).label


def look_of(job: Job) -> tuple[str, str]:
    """Return the tone and icon of the state's badge."""
    return LOOKS[JobState.RUNNING if job.is_running else job.state]


def files_of(job: Job) -> list[JobFile]:
    """Return a job's results, oldest first. One query."""
    return list(job.files.order_by("pk"))


def running_count(actor: Actor, most: int = 99) -> int:
    """Return how many of the person's own jobs at this seat have not ended. One query, on an index."""
    if actor.person_id is None:
        return 0
    mine = Job.objects.visible_to(actor).open().filter(person_id=actor.person_id)
    return mine[:most].count()
