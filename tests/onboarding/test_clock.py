"""The clock of journeys: waits, reminders, escalation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from activity import relay
from activity.models import Event, Notification
from onboarding.enums import JourneyState, StepState
from onboarding.journeys import under_way
from onboarding.models import JourneyStep
from onboarding.services import end_step, tick
from tests.onboarding.journeys import started, states, step, step_of

START = datetime(2027, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as now:
        yield now


def happened(kind: str) -> int:
    return Event.objects.filter(kind=kind).count()


def test_a_wait_ends_after_its_days_and_not_before(cast, clock):
    journey = started(cast, step("pause", "wait", settings={"days": 3}), step("go", after=["pause"], side="vendor"))
    clock.shift(timedelta(days=2, hours=23))
    assert tick() == 0
    assert states(journey) == {"pause": StepState.RUNNING, "go": StepState.WAITING}
    clock.shift(timedelta(hours=2))
    assert tick() == 1
    assert states(journey) == {"pause": StepState.DONE, "go": StepState.OPEN}
    assert tick() == 0


def test_reminders_come_on_their_days_escalation_once_and_nothing_after_the_end(cast, clock):
    journey = started(cast, step("one", side="partner", due={"days": 7}, remind=[3, 6], escalate=10))
    assert step_of(journey, "one").due_at == START + timedelta(days=7)
    seen = []
    for _day in range(14):
        clock.shift(timedelta(days=1))
        tick()
        seen.append((happened("step.reminded"), happened("step.escalated")))
    assert seen == [(0, 0)] * 2 + [(1, 0)] * 3 + [(2, 0)] * 4 + [(2, 1)] * 5
    while relay.drain():
        pass
    told = Notification.objects.filter(kind="step.reminder")
    assert {line.person for line in told} == {cast.people["brightpath_administrator"]}
    stuck = {line.person for line in Notification.objects.filter(kind="step.stuck")}
    assert stuck == {cast.people["northwind_manager"], cast.people["northwind_approver"]}


def test_several_missed_reminders_are_one(cast, clock):
    started(cast, step("one", side="partner", remind=[1, 2, 3]))
    clock.shift(timedelta(days=9))
    assert (tick(), tick()) == (1, 0)
    assert happened("step.reminded") == 1


def test_an_ended_step_has_no_clock(cast, clock):
    journey = started(cast, step("one", side="vendor", remind=[1], escalate=2), step("two", side="vendor"))
    end_step(actor=cast.actor("northwind_manager"), step=step_of(journey, "one"), given={})
    clock.shift(timedelta(days=30))
    assert tick() == 0
    assert journey.state == JourneyState.RUNNING


def test_a_journey_whose_clock_fails_does_not_hold_up_the_others(cast, clock):
    broken = started(cast, step("pause", "wait", settings={"days": 1}))
    well = started(cast, step("pause", "wait", settings={"days": 1}), name="brightpath_halden")
    JourneyStep.objects.filter(journey=broken).update(opened_at=None, kind="wait")
    broken.version.definition["stages"][0]["steps"][0]["settings"] = {"days": "soon"}

    under_way.definition_of.cache_clear()
    broken.version.save()
    JourneyStep.objects.filter(journey=broken).update(opened_at=START)
    clock.shift(timedelta(days=2))
    assert tick() == 2
    assert states(well) == {"pause": StepState.DONE}
    assert states(broken) == {"pause": StepState.RUNNING}
    assert step_of(broken, "pause").look_at > START + timedelta(days=2)
