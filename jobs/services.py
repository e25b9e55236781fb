"""Writes to jobs: starting, cancelling, trying again."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models.functions import Now
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from activity.nudge import nudge_workers
from jobs import queue
from jobs.enums import JobState
from jobs.events import JOB_RETRIED, JOB_STARTED
from jobs.models import Job
from jobs.registry import KINDS
from jobs.rights import RIGHTS, rights_of
from prm.kernel.errors import Conflict, Forbidden, TooMany
from prm.kernel.recording import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.files import File

    from prm.kernel.actors import Actor

MOST_OPEN = 20


@transaction.atomic
def start_job(
    *, actor: Actor, kind: str, title: str, arguments: Mapping[str, Any] | None = None, file: File | None = None
) -> Job:
    """Ask for long work; workers begin when the transaction commits. Records `job.started`; returns the job.

    Args:
        kind: a registered kind's name. arguments: plain values for its function. file: what it works on; copied.

    Raises:
        Forbidden: the role doesn't hold the kind's right, or nobody acts. TooMany: 20 of the person's have not ended.
    """
    known = KINDS[kind]
    if actor.person_id is None or (known.permission is not None and not actor.may(known.permission)):
        raise Forbidden("not_allowed", _("Your role doesn't allow this."))
    if Job.objects.open().filter(person_id=actor.person_id)[:MOST_OPEN].count() >= MOST_OPEN:
        raise TooMany("too_many_jobs", _("20 jobs of yours are waiting or running. Wait for one to end."), 60)
    owner = f"v{actor.vendor_id}" if actor.vendor_id else f"p{actor.partner_id}"
    job = Job(
        kind=kind,
        title=" ".join(str(title).split())[:200],
        arguments={**(arguments or {}), RIGHTS: rights_of(actor)},
        vendor_id=actor.vendor_id,
        partner_id=actor.partner_id,
        reads=sorted(actor.vendor_ids),
        person_id=actor.person_id,
        seat_id=actor.seat_id,
        lock=f"{known.exclusive}:{owner}" if known.exclusive else "",
    )
    if file is not None:
        job.input.save(PurePosixPath(file.name or "input").name, file, save=False)
    job.save()
    record(JOB_STARTED, actor=actor, subject=job, data={"title": job.title, "kind": kind})
    ring()
    return job


@transaction.atomic
def cancel_job(*, actor: Actor, job: Job) -> Job:
    """Cancel a job: at once where it waits, else at its next checkpoint. Records `job.cancelled` when it has ended.

    Raises:
        Http404: out of sight. Conflict: it has ended.
    """
    fresh = _locked(job, actor)
    if not fresh.is_open:
        raise Conflict("job_ended", _("It has ended already."), fresh=fresh)
    if not queue.cancel_waiting(fresh):
        Job.objects.filter(pk=fresh.pk, cancel_asked_at=None).update(cancel_asked_at=Now())
    fresh.refresh_from_db()
    return fresh


@transaction.atomic
def retry_job(*, actor: Actor, job: Job) -> Job:
    """Try a failed job again, from where it stopped. Records `job.retried`.

    Raises:
        Http404: out of sight. Forbidden: the right is missing. Conflict: it hasn't failed, or its files are gone.
    """
    fresh = _locked(job, actor)
    kind = fresh.definition
    if kind is not None and kind.permission is not None and not actor.may(kind.permission):
        raise Forbidden("not_allowed", _("Your role doesn't allow this."))
    if not queue.revive(fresh):
        raise Conflict("job_not_failed", _("Only a failed job can be tried again, for 30 days."), fresh=fresh)
    record(JOB_RETRIED, actor=actor, subject=fresh, data={"title": fresh.title, "kind": fresh.kind})
    ring()
    fresh.refresh_from_db()
    return fresh


def ring() -> None:
    """Ask a worker, on commit, to look at the queue of jobs."""
    transaction.on_commit(lambda: nudge_workers(queue.RING))


def _locked(job: Job, actor: Actor) -> Job:
    found: Job | None = Job.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=job.pk).first()
    if found is None:
        raise Http404
    return found


def is_failed(job: Job) -> bool:
    """Whether it can be tried again."""
    return job.state == JobState.FAILED and job.files_cleared_at is None
