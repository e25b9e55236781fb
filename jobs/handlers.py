"""Who is told when a job ends: the person who started it, at the seat it was started from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from activity.notices import Recipient, notify
from activity.registry import handler
from jobs import emails
from jobs.models import Job

if TYPE_CHECKING:
    from activity.models import Event
    from activity.notices import NoticeKind


@handler("jobs.tell_done", "job.done")
def tell_done(event: Event) -> None:
    """Say that it is ready."""
    _tell(event, emails.DONE)


@handler("jobs.tell_failed", "job.failed")
def tell_failed(event: Event) -> None:
    """Say that it failed."""
    _tell(event, emails.FAILED)


def _tell(event: Event, kind: NoticeKind) -> None:
    job = Job.objects.get(pk=event.subject_id)
    if job.seat_id is None or (job.definition and not job.definition.tells):
        return
    to = Recipient(person_id=job.person_id, seat_id=job.seat_id)
    notify(event=event, kind=kind, recipients=[to], facts={"title": job.title}, path=job.get_absolute_url())
