"""The queue: takes jobs from Postgres, works on them in slices, and ends them. The one module that moves a job's state.

A worker claims the longest-waiting job with SKIP LOCKED, under a lease that its progress renews and a fencing token
that its every write names. A dead worker's job is claimed again when the lease is over, and goes on from its last
checkpoint; a stalled worker that wakes up finds its token void.
"""

from __future__ import annotations

import time
import traceback
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from activity.nudge import nudge_workers
from jobs.actors import holder_of
from jobs.cleaning import clear_parts
from jobs.enums import JobState
from jobs.events import JOB_CANCELLED, JOB_DONE, JOB_FAILED
from jobs.models import Job
from jobs.rights import note_rights
from jobs.work import LEASE, SLICE_SECONDS, Cancelled, LeaseLost, LetGo, Work, held, stopping
from prm.kernel.actors import Actor, Kind, Via, system
from prm.kernel.errors import RuleViolation
from prm.kernel.recording import EventKind, record

if TYPE_CHECKING:
    from jobs.registry import JobKind

log = structlog.get_logger(__name__)

MOST_STRIKES = 5
RING = "jobs.work"
ENDINGS: dict[str, EventKind] = {
    JobState.DONE: JOB_DONE,
    JobState.FAILED: JOB_FAILED,
    JobState.CANCELLED: JOB_CANCELLED,
}


def work_off(seconds: float = SLICE_SECONDS) -> int:
    """Work on jobs until none is due or `seconds` are over, at least on one; returns how many slices ran.

    Rings for the next round where more is due.
    """
    until, slices = time.monotonic() + seconds, 0
    while not stopping.is_set() and run_next():
        slices += 1
        if time.monotonic() >= until:
            if Job.objects.claimable().exists():
                nudge_workers(RING)
            break
    return slices


def run_next() -> bool:
    """Work on the longest-waiting job, for a slice. False when there is none to take."""
    job = claim()
    if job is None:
        return False
    _work_on(job)
    return True


def claim() -> Job | None:
    """Take the longest-waiting job that no other worker holds; None when there is none."""
    try:
        with transaction.atomic():
            job = Job.objects.claimable().select_for_update(skip_locked=True, of=("self",)).first()
            if job is None:
                return None
            deserted = job.state == JobState.RUNNING
            Job.objects.filter(pk=job.pk).update(
                state=JobState.RUNNING,
                run=F("run") + 1,
                strikes=F("strikes") + int(deserted),
                started_at=Coalesce("started_at", Now()),
                heartbeat_at=Now(),
                lease_until=Now() + LEASE,
                **({} if job.checkpoint is not None else _from_scratch(job)),
            )
            job.refresh_from_db()
    except IntegrityError:
        return None  # another worker just began one that excludes this one
    return job


def _from_scratch(job: Job) -> dict[str, Any]:
    """What a job without a checkpoint starts from: nothing of an earlier try counts."""
    job.refusals.all().delete()
    job.files.all().delete()
    return {"done": 0, "total": None, "refused": 0, "figures": {}}


def _work_on(job: Job) -> None:
    kind, actor = job.definition, actor_of(job)
    language, zone = job.person.language, job.person.time_zone
    with translation.override(language), timezone.override(zone):
        refusal = _refusal(job, kind, actor)
        if refusal or kind is None or actor is None:
            end(job, JobState.FAILED, error=refusal)
            return
        work = Work(job, actor)
        try:
            _run(work, kind)
        except (OperationalError, InterfaceError) as error:
            # The database is away, or wants it tried again: nothing can be said now; the lease will be over.
            log.warning("job_interrupted", job_id=job.pk, kind=job.kind, error=str(error)[:200])


def _run(work: Work, kind: JobKind) -> None:
    job = work.job
    try:
        note_rights(job, work.actor, afresh=job.checkpoint is None)
        kind.run(work)
        end(job, JobState.DONE, work=work)
    except LetGo as pause:
        let_go(job, pause)
    except Cancelled:
        end(job, JobState.CANCELLED, work=work)
    except LeaseLost:
        log.warning("job_lease_lost", job_id=job.pk, kind=job.kind, run=job.run)
    except RuleViolation as refusal:
        end(job, JobState.FAILED, work=work, error=str(refusal.message))
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001  (whatever fails is kept with the job, and shown as failed)
        log.warning("job_failed", job_id=job.pk, kind=job.kind, error=type(error).__name__)
        words = _("Something went wrong on our side, not yours. Who runs this installation can see what. Try again.")
        end(job, JobState.FAILED, error=words, trace="".join(traceback.format_exception(error))[-8000:])


def actor_of(job: Job) -> Actor | None:
    """Return who the job works for, with the rights that it has now; None where the seat or the person has ended."""
    if job.seat_id is not None:
        holder = holder_of(job.person_id, job.seat_id)
        return holder.actor if holder else None
    if not job.person.is_active:
        return None
    kind = Kind.OPERATOR if job.person.is_operator else Kind.PERSON
    return Actor(kind=kind, person_id=job.person_id, via=Via.TASK)


def _refusal(job: Job, kind: JobKind | None, actor: Actor | None) -> str:
    """Return why the job may not run, judged now; "" where it may."""
    if kind is None:
        return _("This kind of job is no longer known here.")
    if actor is None or (actor.vendor_id, actor.partner_id) != (job.vendor_id, job.partner_id):
        return _("The seat that it was started from has ended.")
    if kind.permission is not None and not actor.may(kind.permission):
        return _("The role of whoever started it doesn't allow it any more.")
    if job.strikes >= MOST_STRIKES:
        return _("It stopped %(count)d workers one after the other, and isn't tried again by itself.") % {
            "count": job.strikes
        }
    return ""


def let_go(job: Job, pause: LetGo) -> None:
    """Put a job back into the queue, behind those that wait; another worker goes on from its checkpoint."""
    changes: dict[str, Any] = {"note": pause.note[:200]} if pause.note else {}
    held(job).update(
        state=JobState.QUEUED, lease_until=None, due_at=Now() + timedelta(seconds=pause.seconds), **changes
    )


def end(job: Job, state: JobState, *, work: Work | None = None, error: str = "", trace: str = "") -> None:
    """End a job that this worker holds; records its event. Does nothing when another worker has it by now."""
    with transaction.atomic():
        if work is not None:
            try:
                with transaction.atomic():
                    work.flush()
            except LeaseLost:
                return
        if not _ended(held(job), state, error=error, trace=trace):
            return
        _follow_up(job)
    if state != JobState.FAILED or job.checkpoint is None:
        clear_parts(job)  # else its checkpoint names some, from which it goes on when it is tried again


def cancel_waiting(job: Job) -> bool:
    """End a waiting job as cancelled, within the caller's transaction. False when it isn't waiting (any more)."""
    waiting = Job.objects.filter(pk=job.pk, state=JobState.QUEUED)
    waiting.update(cancel_asked_at=Now())
    if not _ended(waiting, JobState.CANCELLED):
        return False
    _follow_up(job)
    transaction.on_commit(lambda: clear_parts(job))
    return True


def revive(job: Job) -> bool:
    """Put a failed job back into the queue, from its last checkpoint. False when it isn't failed (any more)."""
    failed = Job.objects.filter(pk=job.pk, state=JobState.FAILED, files_cleared_at=None)
    return bool(
        failed.update(
            state=JobState.QUEUED, ended_at=None, error="", trace="", strikes=0, due_at=Now(), cancel_asked_at=None
        )
    )


def _ended(found: Any, state: JobState, *, error: str = "", trace: str = "") -> bool:
    return bool(found.update(state=state, lease_until=None, ended_at=Now(), error=error, trace=trace))


def _follow_up(job: Job) -> None:
    job.refresh_from_db()
    if job.definition is not None and job.definition.ended is not None:
        job.definition.ended(job)
    record(ENDINGS[job.state], actor=system(job.vendor_id), subject=job, data={"title": job.title, "kind": job.kind})
