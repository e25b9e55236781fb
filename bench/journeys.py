"""10,000 running journeys: a tick that finds nothing due, one that finds much, and the partner's page of its journey."""

from __future__ import annotations

import statistics
import time
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from bench.cost import Caller, Request, compare
from bench.pages import session_of
from onboarding.enums import StepState
from onboarding.journeys import parse
from onboarding.models import Journey, JourneyStep, JourneyTemplate, JourneyVersion
from onboarding.services import tick
from onboarding.services.journeys import new_step, placed
from partners.enums import EnrollmentStatus
from partners.models import Enrollment, Partner, Seat
from prm.kernel.actors import Role
from tests.cast import Side, make_person, make_side

JOURNEYS, DUE, ROUNDS = 10_000, 3_000, 5
MOST_IDLE_SECONDS, LEAST_PER_SECOND = 2.0, 100
MOST_FLOORS, MOST_QUERIES = 2.0, 12
DEFINITION: dict[str, Any] = {
    "stages": [
        {
            "slug": "start",
            "name": "Start",
            "steps": [
                {"slug": "pause", "kind": "wait", "name": "Pause", "settings": {"days": 7}},
                {"slug": "bank", "kind": "task", "name": "Bank details", "side": "partner", "due": {"days": 7},
                 "remind": [3, 6], "escalate": 10, "after": []},
            ],
        },
        {
            "slug": "go",
            "name": "Go",
            "steps": [
                {"slug": f"task-{n}", "kind": "task", "name": f"Task {n}", "side": side, "remind": [5]}
                for n, side in enumerate(("partner", "vendor", "partner", "vendor", "partner", "vendor"))
            ],
        },
    ]
}  # fmt: skip


def measure_journeys() -> tuple[Any, bool]:
    """Measure the ticks and the page; returns the figures, and whether all held."""
    side = make_side("Journey Robotics", "journey-robotics", "JR")
    _fill(side)
    idle = [_timed(tick) for _ in range(ROUNDS)]
    assert all(done == 0 for _seconds, done in idle)
    late = timezone.now() - timedelta(days=30)
    waits = JourneyStep.objects.filter(slug="pause").order_by("pk").values("pk")[:DUE]
    JourneyStep.objects.filter(pk__in=waits).update(look_at=late, opened_at=late)
    waits_seconds, waits_done = _timed(lambda: tick(seconds=120))
    reminders = JourneyStep.objects.filter(slug="bank").order_by("pk").values("pk")[:DUE]
    JourneyStep.objects.filter(pk__in=reminders).update(look_at=late, opened_at=late)
    told_seconds, told = _timed(lambda: tick(seconds=120))
    assert (waits_done, told) == (DUE, DUE)
    figures = {
        "journeys": JOURNEYS,
        "steps": JourneyStep.objects.count(),
        "idle_seconds": round(statistics.median(seconds for seconds, _done in idle), 4),
        "waits_per_second": round(DUE / waits_seconds),
        "reminders_per_second": round(DUE / told_seconds),
    }
    slowest = min(figures["waits_per_second"], figures["reminders_per_second"])
    held = figures["idle_seconds"] <= MOST_IDLE_SECONDS and slowest >= LEAST_PER_SECOND
    print(f"  {'ok  ' if held else 'MISS'} {figures}", flush=True)
    page = _page(side)
    fits = page["times_floor"] <= MOST_FLOORS and page["queries"] <= MOST_QUERIES
    print(f"  {'ok  ' if fits else 'MISS'} journey page: {page}", flush=True)
    return figures | {"page": page}, held and fits


def _fill(side: Side) -> None:
    tenant = {"vendor": side.vendor}
    template = JourneyTemplate.objects.create(**tenant, program=side.program, name="Bench")
    version = JourneyVersion.objects.create(
        **tenant, template=template, number=1, state="published", published_at=timezone.now(), definition=DEFINITION
    )
    partners = Partner.objects.bulk_create(
        [Partner(name=f"Journey {n}", slug=f"journey-{n}", country="DE") for n in range(JOURNEYS)], batch_size=1000
    )
    enrollments = Enrollment.objects.bulk_create(
        [
            Enrollment(**tenant, program=side.program, partner=each, status=EnrollmentStatus.ONBOARDING)
            for each in partners
        ],
        batch_size=1000,
    )
    journeys = Journey.objects.bulk_create(
        [
            Journey(**tenant, partner_id=each.partner_id, enrollment=each, version=version, facts={"country": "DE"})
            for each in enrollments
        ],
        batch_size=1000,
    )
    JourneyStep.objects.bulk_create(_steps(journeys), batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _steps(journeys: list[Journey]) -> list[JourneyStep]:
    """Return the rows of journeys that began an hour ago: two steps run, the others wait."""
    opened, rows = timezone.now() - timedelta(hours=1), placed(parse(DEFINITION))
    found = []
    for journey in journeys:
        for at, stage, given in rows:
            row = new_step(journey, stage, given, at)
            if given.slug in {"pause", "bank"}:
                row.state = StepState.RUNNING if given.slug == "pause" else StepState.OPEN
                row.opened_at, row.look_at = opened, opened + timedelta(days=7 if given.slug == "pause" else 3)
            found.append(row)
    return found


def _page(side: Side) -> dict[str, Any]:
    enrollment = Enrollment.objects.filter(program=side.program).order_by("pk")[4321]
    person = make_person("administrator@journey.example", "Jo Administrator")
    Seat.objects.create(person=person, partner_id=enrollment.partner_id, role=Role.ADMINISTRATOR)
    journey = Journey.objects.get(enrollment=enrollment)
    cookie, caller = session_of(person), Caller()
    page = Request("GET", f"/portal/onboarding/{journey.key}/", cookie)
    floor = Request("GET", "/portal/floor/", cookie)
    caller.call(page)
    queries = len(caller.queries(page))
    compared = compare(caller, lambda: floor, lambda: page, 20)
    return {"times_floor": round(compared.ratio, 2), "queries": queries, "ms": round(compared.page.total_ms, 1)}


def _timed(work: Any) -> tuple[float, Any]:
    begun = time.perf_counter()
    done = work()
    return time.perf_counter() - begun, done
