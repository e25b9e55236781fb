"""Northwind's next scheme: a draft that was tried on history twice, first as it was thought of, then softened."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from jobs.enums import JobState
from jobs.models import Job
from jobs.rights import RIGHTS, rights_of
from jobs.work import Work
from portal.demo.schemes import definition_of
from prm.kernel.actors import Actor, Kind, Role, system
from standing.backtest import history, running
from standing.models import BackTest, Scheme

if TYPE_CHECKING:
    from datetime import datetime

    from portal.demo.world import Side, World

MANAGER = ("manager@northwind.example", "northwind")
MONTHS = 24
TRIED_BEFORE = (timedelta(days=6), timedelta(days=1, hours=3))


def draft_of(side: Side, now: datetime) -> dict[str, Any]:
    """Return what is thought of: more for Silver, Gold by either track at less, Platinum without the win rate."""
    found = copy.deepcopy(definition_of(side.plan, now))
    silver, gold, platinum = found["tiers"][1:]
    silver["needs"]["all"][0]["at_least"] = 550
    points, people, *_certificates, tracks = gold["needs"]["all"]
    points["at_least"], people["at_least"] = 850, 3
    tracks["any"][0]["all"][0]["at_least"] = 600_000
    platinum["needs"]["all"].pop()
    platinum["brings"] += [{"kind": "margin", "value": 2}]
    found["review"] |= {"months": 6}
    return found


def softened(definition: dict[str, Any]) -> dict[str, Any]:
    """Return the draft after its first trial: Silver as it was, and a point less of discount for Gold."""
    found = copy.deepcopy(definition)
    silver, gold, _platinum = found["tiers"][1:]
    silver["needs"]["all"][0]["at_least"] = 400
    gold["brings"][0]["value"] -= 1
    return found


def write_trials(world: World) -> None:
    """Write the draft and its two trials."""
    side = world.sides["northwind"]
    first = draft_of(side, world.now)
    scheme = Scheme.objects.create(
        vendor=side.vendor,
        program=side.program,
        number=2,
        name=f"{side.program.name} {world.now.year + 1}",
        definition=first,
        created_at=world.now - timedelta(days=8),
    )
    for number, (definition, before) in enumerate(zip((first, softened(first)), TRIED_BEFORE, strict=True)):
        scheme.definition, scheme.revision = definition, number
        _try(world, scheme, world.now - before)
    scheme.save()


def _try(world: World, scheme: Scheme, at: datetime) -> None:
    seat = world.seat(*MANAGER)
    job = Job.objects.create(
        vendor_id=scheme.vendor_id,
        reads=[scheme.vendor_id],
        person=seat.person,
        seat_id=seat.pk,
        kind="standing.backtest",
        title=f"Trying {scheme} on history",
        state=JobState.RUNNING,
        run=1,
        created_at=at,
        started_at=at,
        lease_until=world.now + timedelta(hours=1),
    )
    trial = BackTest.objects.create(
        vendor_id=scheme.vendor_id,
        program_id=scheme.program_id,
        scheme=scheme,
        name=str(scheme),
        revision=scheme.revision,
        definition=scheme.definition,
        months=MONTHS,
        on=scheme.vendor.today(at),
        job=job,
        started_by=seat.person,
        created_at=at,
    )
    work = Work(job, system(scheme.vendor_id))
    running.run(work, trial)
    work.flush()
    history.clear(trial.pk)
    ended = at + timedelta(seconds=4)
    BackTest.objects.filter(pk=trial.pk).update(finished_at=ended)
    rights = rights_of(Actor(kind=Kind.VENDOR, role=Role(seat.role)))
    Job.objects.filter(pk=job.pk).update(
        state=JobState.DONE, lease_until=None, ended_at=ended, arguments={"trial": trial.pk, RIGHTS: rights}
    )
