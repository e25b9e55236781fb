"""Running journeys on another version of their template."""

from __future__ import annotations

import pytest

from onboarding.enums import JourneyState, StepState
from onboarding.models import JourneyStep
from onboarding.services import end_step, migrate_journey
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from tests.onboarding.journeys import journey_of, published, started, states, step, step_of


def test_kept_steps_keep_their_state_new_ones_wait_or_open_removed_ones_go(cast):
    journey = started(
        cast,
        step("register", side="vendor"),
        step("kept", side="partner", after=["register"]),
        step("gone", side="partner", after=["register"]),
        step("last", side="vendor", after=["kept", "gone"]),
    )
    manager = cast.actor("northwind_manager")
    end_step(actor=manager, step=step_of(journey, "register"), given={"note": "HRB 1234"})
    version = published(
        cast,
        journey_of(
            step("kept", side="partner", name="Renamed"),
            step("new", side="vendor"),
            step("later", side="vendor", after=["new"]),
            step("last", side="vendor", after=["kept", "later"]),
        ),
    )
    kept = step_of(journey, "kept").pk
    moved = migrate_journey(actor=manager, journey=journey, to_version=version)
    now = states(moved)
    old = next(slug for slug in now if slug.endswith("-register"))
    assert now == {
        "kept": StepState.OPEN,
        "new": StepState.OPEN,
        "later": StepState.WAITING,
        "last": StepState.WAITING,
        old: StepState.DONE,
    }
    assert (step_of(journey, "kept").pk, step_of(journey, "kept").name) == (kept, "Renamed")
    assert step_of(journey, old).result == {"note": "HRB 1234"}
    assert step_of(journey, "last").after == ["kept", "later"]


def test_a_step_of_another_kind_is_another_step(cast):
    journey = started(cast, step("one", side="vendor"), step("two", side="vendor", after=["one"]))
    manager = cast.actor("northwind_manager")
    end_step(actor=manager, step=step_of(journey, "one"), given={})
    version = published(cast, journey_of(step("one", "approval"), step("two", side="vendor", after=["one"])))
    migrate_journey(actor=manager, journey=journey, to_version=version)
    now = states(journey)
    assert (now["one"], now["two"]) == (StepState.OPEN, StepState.OPEN)
    assert JourneyStep.objects.filter(journey=journey, state=StepState.DONE).count() == 1


def test_a_journey_whose_last_open_steps_go_is_finished(cast):
    journey = started(cast, step("one", side="vendor"), step("two", side="vendor"))
    manager = cast.actor("northwind_manager")
    end_step(actor=manager, step=step_of(journey, "one"), given={})
    version = published(cast, journey_of(step("one", side="vendor")))
    assert migrate_journey(actor=manager, journey=journey, to_version=version).state == JourneyState.FINISHED
    with pytest.raises(Conflict):
        migrate_journey(actor=manager, journey=journey, to_version=version)


def test_only_the_vendor_and_only_to_a_version_of_the_same_template(cast):
    journey = started(cast, step("one", side="vendor"))
    other = published(cast, journey_of(step("one")), partner_type="msp")
    with pytest.raises(RuleViolation):
        migrate_journey(actor=cast.actor("northwind_manager"), journey=journey, to_version=other)
    with pytest.raises(Forbidden):
        migrate_journey(actor=cast.actor("northwind_executive"), journey=journey, to_version=journey.version)
    assert states(journey) == {"one": StepState.OPEN}
