"""Long work of the last weeks: imports and exports that are done, failed, cancelled, with what came out of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile

from imports.enums import ImportState
from imports.models import Import
from jobs.enums import JobState
from jobs.models import Job, JobFile, Refusal
from jobs.rights import RIGHTS, rights_of
from prm.kernel.actors import Actor, Kind, Role
from prm.kernel.spreadsheets import FORMATS, MARK, csv_line

if TYPE_CHECKING:
    from partners.models import Seat
    from portal.demo.world import World

MANAGER = ("manager@northwind.example", "northwind")
HEADER = ["Company", "Country", "Website", "City", "Account owner"]
REFUSED = (
    (
        214,
        ["Hafenkontor Nord", "Germny", "hafenkontor.example", "Hamburg", "P. Rao"],
        "“Germny” is no country we know.",
    ),
    (871, ["", "FR", "", "Lyon", "P. Rao"], "There is no name."),
    (1466, ["ORBIT LOGISTICS", "DE", "", "Leipzig", ""], "The same customer as in line 90."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A job that ended. days: before now; seconds: how long it was worked on."""

    kind: str
    title: str
    days: float
    state: JobState
    done: int
    total: int
    seconds: float
    figures: dict[str, int] = field(default_factory=dict)
    error: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)


IMPORTED = Past(
    kind="accounts.import",
    title="Import of northwind-customers-2026.csv",
    days=26,
    state=JobState.DONE,
    done=1840,
    total=1840,
    seconds=1.5,
    figures={"created": 351, "updated": 12, "unchanged": 1474, "refused": 3},
    arguments={"header": HEADER},
)
CANCELLED = Past(
    kind="accounts.import",
    title="Import of trade-fair-contacts.xlsx",
    days=9,
    state=JobState.CANCELLED,
    done=4000,
    total=21_300,
    seconds=3.9,
    figures={"created": 0, "updated": 0, "unchanged": 4000, "refused": 0},
)
EXPORTS = (
    Past(
        kind="export",
        title="Export of deals as XLSX",
        days=4,
        state=JobState.FAILED,
        done=2000,
        total=6120,
        seconds=2.1,
        error="Something went wrong on our side, not yours. Who runs this installation can see what. Try again.",
        arguments={"path": "/desk/deals/", "query": "", "format": "xlsx", "session": {}, "name": "deals"},
    ),
    Past(
        kind="export",
        title="Export of deals as CSV",
        days=3.9,
        state=JobState.DONE,
        done=6120,
        total=6120,
        seconds=4.2,
        figures={"rows": 6120},
        arguments={"path": "/desk/deals/", "query": "", "format": "csv", "session": {}, "name": "deals"},
    ),
)


def write_jobs(world: World) -> None:
    """Write the jobs, their results and refused rows, and the imports that they belong to."""
    seat = world.seat(*MANAGER)
    job = write_past(world, seat, IMPORTED)
    Refusal.objects.bulk_create(
        Refusal(job=job, line=line, name=", ".join(cells), reason=reason, cells=cells)
        for line, cells, reason in REFUSED
    )
    Job.objects.filter(pk=job.pk).update(refused=len(REFUSED))
    _import(seat, job, "northwind-customers-2026.csv", ImportState.DONE)
    _import(seat, write_past(world, seat, CANCELLED), "trade-fair-contacts.xlsx", ImportState.CANCELLED)
    for past in EXPORTS:
        export = write_past(world, seat, past)
        if past.state == JobState.DONE:
            _keep_file(export)


def write_past(world: World, seat: Seat, past: Past) -> Job:
    """Write a job that ended."""
    asked = world.now - timedelta(days=past.days)
    ended = asked + timedelta(seconds=past.seconds + 1)
    return Job.objects.create(
        vendor_id=seat.vendor_id,
        reads=[seat.vendor_id],
        person=seat.person,
        seat_id=seat.pk,
        kind=past.kind,
        title=past.title,
        arguments={**past.arguments, RIGHTS: rights_of(Actor(kind=Kind.VENDOR, role=Role(seat.role)))},
        state=past.state,
        run=1,
        done=past.done,
        total=past.total,
        worked_seconds=past.seconds,
        figures=past.figures,
        error=past.error,
        created_at=asked,
        started_at=asked + timedelta(seconds=1),
        cancel_asked_at=ended if past.state == JobState.CANCELLED else None,
        ended_at=ended,
    )


def _import(seat: Seat, job: Job, name: str, state: ImportState) -> None:
    figures = {key: job.figures[key] for key in ("created", "updated", "unchanged", "refused")}
    Import.objects.create(
        kind="accounts",
        vendor_id=job.vendor_id or 0,
        person=seat.person,
        file_name=name,
        job=job,
        state=state,
        rows=job.done,
        started_at=job.created_at,
        ended_at=job.ended_at,
        **figures,
    )


def _keep_file(job: Job) -> None:
    lines = [["Reference", "Customer", "Value"], ["NW-4K7Q-2M9P", "Castellan Foods GmbH", "184000.00"]]
    content = MARK + "".join(csv_line(line) for line in lines)
    file = JobFile(job=job, name=f"deals-{job.created_at:%Y-%m-%d}.csv", size=len(content.encode()))
    file.media_type = FORMATS["csv"]
    file.content.save(file.name, ContentFile(content.encode()), save=False)
    file.save()
