"""A cut-over that Halden rehearsed, ran and ended twelve days ago: lists, findings, the report's rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dealreg.models import Deal
from imports.enums import ImportState, Outcome
from imports.models import Import, StagedRow
from jobs.enums import JobState
from partners.models import Enrollment, Seat
from portal.cutover.services import RUN
from portal.demo.jobs import Past, write_past
from portal.models import Cutover

if TYPE_CHECKING:
    from jobs.models import Job
    from portal.demo.world import World

DAYS = 12
NOBODY = "“P-%d” is none of your partners, nor is it in the list of partners."
TAKEN = "Another registration protects this customer and product family until its end."
FILES = {"partners": "partners.csv", "cutover-people": "people.csv", "cutover-deals": "open-registrations.xlsx"}
Row = tuple[str, str, str]
"""What a row is about, its outcome, and why it was refused."""


def write_cutover(world: World) -> None:
    """Write it, with rows about partners, people and registrations that the demo has anyway."""
    seat = world.seat("manager@halden.example", "halden")
    lists = {
        "partners": [*_partners(seat), ("Keller Automation", Outcome.REFUSED, "Country: “Germnay” is no country.")],
        "cutover-people": [*_people(seat), ("old.colleague", Outcome.REFUSED, "“old.colleague” is no mail address.")],
        "cutover-deals": [*_deals(seat), *_refused_deals()],
    }
    counts = {kind: Counter(outcome for _name, outcome, _reason in rows) for kind, rows in lists.items()}
    total = sum(map(len, lists.values()))
    figures = {str(outcome): sum(each[outcome] for each in counts.values()) for outcome in Outcome}
    begun = world.now - timedelta(days=DAYS, hours=3)
    cutover = Cutover.objects.create(
        vendor=world.sides["halden"].vendor,
        started_by=seat.person,
        started_at=begun,
        rehearsed_at=begun + timedelta(hours=1),
        rehearsal={kind: _rehearsed(rows, counts[kind]) for kind, rows in lists.items()},
    )
    past = Past(
        kind=RUN,
        title="Cut-over",
        days=DAYS,
        state=JobState.DONE,
        done=total,
        total=total,
        seconds=9,
        figures=figures,
        arguments={"cutover": cutover.pk},
    )
    cutover.job = job = write_past(world, seat, past)
    cutover.ended_at = begun + timedelta(hours=6)
    cutover.save(update_fields=["job", "ended_at"])
    for kind, rows in lists.items():
        run = _run(cutover, job, kind, counts[kind])
        StagedRow.objects.bulk_create(
            StagedRow(run=run, line=line, name=name, cells=[name], effect=outcome, reason=reason)
            for line, (name, outcome, reason) in enumerate(rows, start=2)
        )


def _rehearsed(rows: list[Row], counts: Counter[str]) -> dict[str, Any]:
    reasons = Counter(reason for _name, _outcome, reason in rows if reason).most_common()
    return {"counts": {**{str(each): counts[each] for each in Outcome}, "rows": len(rows)}, "reasons": reasons}


def _run(cutover: Cutover, job: Job, kind: str, counts: Counter[str]) -> Import:
    run = Import.objects.create(
        kind=kind,
        vendor_id=cutover.vendor_id,
        person=cutover.started_by,
        file_name=FILES[kind],
        job=job,
        state=ImportState.DONE,
        rows=counts.total(),
        created=counts[Outcome.NEW],
        updated=counts[Outcome.CHANGED],
        unchanged=counts[Outcome.UNCHANGED],
        refused=counts[Outcome.REFUSED],
        started_at=job.started_at or cutover.started_at,
        ended_at=job.ended_at,
    )
    cutover.lists.create(vendor_id=cutover.vendor_id, kind=kind, run=run)
    return run


def _partners(seat: Seat) -> Iterator[Row]:
    enrolled = Enrollment.objects.filter(vendor=seat.vendor).order_by("pk")
    for number, name in enumerate(enrolled.values_list("partner__name", flat=True)[:40]):
        yield name, Outcome.CHANGED if number % 9 == 4 else Outcome.NEW, ""


def _people(seat: Seat) -> Iterator[Row]:
    ours = Enrollment.objects.filter(vendor=seat.vendor).values("partner")
    seats = Seat.objects.filter(partner__in=ours).order_by("pk")
    for email in seats.values_list("person__email", flat=True)[:30]:
        yield email, Outcome.NEW, ""


def _deals(seat: Seat) -> Iterator[Row]:
    deals = Deal.objects.filter(vendor=seat.vendor).open().order_by("pk")
    for name in deals.values_list("customer_name", flat=True)[:25]:
        yield name, Outcome.NEW, ""


def _refused_deals() -> Iterator[Row]:
    yield "Hafenlogistik Nord", Outcome.REFUSED, TAKEN
    yield "Bergmann Kliniken", Outcome.REFUSED, TAKEN
    yield "Ostsee Werft", Outcome.REFUSED, NOBODY % 2207
