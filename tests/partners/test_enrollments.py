"""An enrollment's life and its partner manager."""

from __future__ import annotations

import pytest
from django.http import Http404

from activity.changes import snapshot
from activity.models import Event
from partners.enums import LIVE, EnrollmentStatus
from partners.models import Enrollment, Seat
from partners.services.enrollments import assign_manager, move_enrollment
from partners.workflow import ENROLLMENT
from prm.kernel.actors import system
from prm.kernel.errors import Conflict, Forbidden, RuleViolation, Stale
from tests.cast import make_person

STATES = list(EnrollmentStatus)


def kappel(cast, status=EnrollmentStatus.ACTIVE) -> Enrollment:
    Enrollment.objects.filter(pk=cast.enrollments["kappel_northwind"].pk).update(status=status)
    return Enrollment.objects.get(pk=cast.enrollments["kappel_northwind"].pk)


BY_PEOPLE = [step.name for step in ENROLLMENT.transitions if step.permission.roles]
BY_RULE = [step.name for step in ENROLLMENT.transitions if not step.permission.roles]


@pytest.mark.parametrize("step", BY_RULE)
@pytest.mark.parametrize("status", STATES)
def test_what_happens_by_rule_is_nobodys_to_do(cast, status, step):
    enrollment = kappel(cast, status)
    take = {"enrollment": enrollment, "transition": step, "reason": "By rule"}
    for persona in ("northwind_manager", "northwind_approver"):
        with pytest.raises(Forbidden):
            move_enrollment(actor=cast.actor(persona), **take)
    with pytest.raises(Http404):
        move_enrollment(actor=system(cast.halden.vendor.pk), **take)
    assert Event.objects.count() == 0
    if status not in ENROLLMENT[step].sources:
        with pytest.raises(Conflict):
            move_enrollment(actor=system(cast.northwind.vendor.pk), **take)
        assert Event.objects.count() == 0
        return
    moved = move_enrollment(actor=system(cast.northwind.vendor.pk), **take)
    assert moved.status == ENROLLMENT[step].target
    assert Event.objects.get().kind == ENROLLMENT[step].event.name


@pytest.mark.parametrize("step", BY_PEOPLE)
@pytest.mark.parametrize("status", STATES)
def test_each_step_from_each_state(cast, status, step):
    enrollment, transition = kappel(cast, status), ENROLLMENT[step]
    take = {"enrollment": enrollment, "transition": step, "reason": "As agreed"}
    for persona in ("northwind_approver", "northwind_executive"):
        with pytest.raises(Forbidden):
            move_enrollment(actor=cast.actor(persona), **take)
    for persona in ("halden_manager", "operator"):
        with pytest.raises(Http404):
            move_enrollment(actor=cast.actor(persona), **take)
    assert Event.objects.count() == 0
    if status not in transition.sources:
        with pytest.raises(Conflict):
            move_enrollment(actor=cast.actor("northwind_manager"), **take)
        assert Event.objects.count() == 0
        return
    assert move_enrollment(actor=cast.actor("northwind_manager"), **take).status == transition.target
    event = Event.objects.get()
    assert (event.kind, event.before, event.after) == (
        transition.event.name,
        {"status": status},
        {"status": transition.target},
    )
    assert event.data["reason"] == "As agreed"
    assert "As agreed" in event.sentence


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 501])
def test_a_step_needs_a_reason_of_some_length(cast, reason):
    enrollment = kappel(cast)
    with pytest.raises(RuleViolation) as refused:
        move_enrollment(
            actor=cast.actor("northwind_manager"), enrollment=enrollment, transition="suspend", reason=reason
        )
    assert refused.value.field == "reason"
    enrollment.refresh_from_db()
    assert enrollment.status == EnrollmentStatus.ACTIVE
    assert Event.objects.count() == 0


def test_suspending_ends_access_with_the_next_request(cast):
    assert cast.actor("kappel_sales").enrollment_ids
    move_enrollment(
        actor=cast.actor("northwind_manager"), enrollment=kappel(cast), transition="suspend", reason="Unpaid"
    )
    assert not cast.actor("kappel_sales").enrollment_ids
    assert EnrollmentStatus.SUSPENDED not in LIVE


def test_every_state_can_be_left_and_reached():
    assert {state for step in ENROLLMENT.transitions for state in step.sources} == set(STATES)
    reached = {step.target for step in ENROLLMENT.transitions} | ENROLLMENT.initial
    assert reached == set(STATES)


def test_the_manager_is_one_of_the_vendors_active_people(cast):
    actor, enrollment = cast.actor("northwind_manager"), kappel(cast)
    gone = make_person("gone@northwind.example", "Gone Long")
    Seat.objects.create(person=gone, vendor=cast.northwind.vendor, role="manager", is_active=False)
    for outsider in (cast.people["halden_manager"], cast.people["kappel_sales"], gone):
        with pytest.raises(RuleViolation) as refused:
            assign_manager(actor=actor, enrollment=enrollment, manager=outsider)
        assert refused.value.code == "not_staff"
    assert Event.objects.count() == 0
    saved = assign_manager(actor=actor, enrollment=enrollment, manager=cast.people["northwind_approver"])
    assert saved.manager == cast.people["northwind_approver"]
    event = Event.objects.get()
    assert event.data["names"] == {"before": {"manager": ""}, "after": {"manager": "Northwind Approver"}}
    assign_manager(actor=actor, enrollment=saved, manager=cast.people["northwind_approver"])
    assert Event.objects.count() == 1


def test_only_who_may_assigns_in_sight(cast):
    enrollment, manager = kappel(cast), cast.people["northwind_manager"]
    with pytest.raises(Forbidden):
        assign_manager(actor=cast.actor("northwind_finance"), enrollment=enrollment, manager=manager)
    with pytest.raises(Http404):
        assign_manager(actor=cast.actor("halden_manager"), enrollment=enrollment, manager=cast.people["halden_manager"])
    enrollment.refresh_from_db()
    assert enrollment.manager is None
    assert Event.objects.count() == 0


def test_a_stale_page_assigns_nobody(cast):
    enrollment = kappel(cast)
    seen = snapshot(enrollment, ["manager"])
    Enrollment.objects.filter(pk=enrollment.pk).update(manager=cast.people["northwind_finance"])
    with pytest.raises(Stale):
        assign_manager(
            actor=cast.actor("northwind_manager"),
            enrollment=enrollment,
            manager=cast.people["northwind_manager"],
            seen=seen,
        )
    enrollment.refresh_from_db()
    assert enrollment.manager == cast.people["northwind_finance"]
