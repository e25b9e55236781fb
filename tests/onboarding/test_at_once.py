"""Several at one journey, in real transactions: one ends a step, the others are told; workers do nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connections

from activity import relay
from activity.models import Event
from onboarding.enums import JourneyState, StepState
from onboarding.models import JourneyStep
from onboarding.services import end_step, skip_step, tick
from prm.kernel.errors import Conflict
from tests.onboarding.journeys import started, states, step, step_of

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 4


def at_once(*works: Callable[[], object]) -> list[BaseException]:
    """Let several begin at the same moment, each with a connection of its own; return what they raised."""
    barrier, errors = Barrier(len(works)), []

    def run(work: Callable[[], object]) -> None:
        try:
            barrier.wait(30)
            work()
        except BaseException as error:  # noqa: BLE001  (told to the test)
            errors.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return errors


def happened(kind: str) -> int:
    return Event.objects.filter(kind=kind).count()


def test_of_two_who_end_a_step_at_once_one_does_and_the_other_is_told(cast):
    journey = started(cast, step("one", side="vendor"), step("two", "workspace", after=["one"]))
    row = step_of(journey, "one")
    ends = [
        lambda name=name: end_step(actor=cast.actor(name), step=row, given={"note": name})
        for name in ("northwind_manager", "northwind_approver")
    ]
    (refused,) = at_once(*ends)
    assert isinstance(refused, Conflict)
    assert "Someone was faster" in str(refused)
    assert (happened("step.done"), happened("step.started")) == (1, 1)


def test_of_one_who_ends_and_one_who_skips_one_does(cast):
    journey = started(cast, step("one", side="vendor"), step("two", side="vendor", after=["one"]))
    row = step_of(journey, "one")
    (refused,) = at_once(
        lambda: end_step(actor=cast.actor("northwind_manager"), step=row, given={}),
        lambda: skip_step(actor=cast.actor("northwind_approver"), step=row, reason="No need"),
    )
    assert isinstance(refused, Conflict)
    assert happened("step.done") + happened("step.skipped") == 1
    assert states(journey)["two"] == StepState.OPEN


def test_workers_and_clocks_at_once_do_each_step_once_and_end_the_journey(cast):
    steps = [step(f"w{n}", "workspace") for n in range(4)]
    pause = step("pause", "wait", after=[each["slug"] for each in steps], settings={"days": 1})
    journey = started(cast, *steps, pause)

    def work() -> None:
        while relay.drain():
            pass

    assert at_once(*[work] * AT_ONCE) == []
    work()
    assert happened("step.done") == len(steps)
    JourneyStep.objects.filter(slug="pause").update(opened_at="2026-01-01T00:00Z", look_at="2026-01-02T00:00Z")
    assert at_once(*[tick] * AT_ONCE) == []
    assert happened("step.done") == len(steps) + 1
    assert happened("journey.finished") == 1
    journey.refresh_from_db()
    assert journey.state == JourneyState.FINISHED
