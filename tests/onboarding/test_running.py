"""Journeys under way: what opens when, who may end what, and what workers do."""

from __future__ import annotations

import dataclasses

import pytest
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from activity import relay
from activity.enums import DeliveryState
from activity.models import Delivery, Event, Mail, Notification
from onboarding import step_kinds
from onboarding.enums import JourneyState, StepState
from onboarding.models import Journey, JourneyStep
from onboarding.services.journeys import cancel_journey, start_journey
from onboarding.services.steps import end_step, reassign_step, refuse_step, retry_step, skip_step
from partners.enums import EnrollmentStatus
from partners.models import Invitation
from partners.services.enrollments import move_enrollment
from prm.kernel.actors import system
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from tests.onboarding.journeys import journey_of, onboarding, published, started, states, step, step_of


def drained() -> None:
    """Run every due delivery, as often as something became due."""
    while relay.drain():
        pass


def test_start_opens_what_waits_for_nothing_and_the_end_makes_the_enrollment_active(cast):
    journey = started(cast, step("one", side="vendor"), step("two", side="partner", after=["one"]))
    assert states(journey) == {"one": StepState.OPEN, "two": StepState.WAITING}
    end_step(actor=cast.actor("northwind_manager"), step=step_of(journey, "one"), given={"note": "Done it"})
    assert states(journey) == {"one": StepState.DONE, "two": StepState.OPEN}
    end_step(actor=cast.actor("brightpath_administrator"), step=step_of(journey, "two"), given={})
    journey.refresh_from_db()
    assert journey.state == JourneyState.FINISHED
    journey.enrollment.refresh_from_db()
    assert journey.enrollment.status == EnrollmentStatus.ACTIVE
    assert step_of(journey, "one").result == {"note": "Done it"}
    kinds = list(Event.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == [
        "journey.started", "step.opened", "step.done", "step.opened", "step.done", "journey.finished",
        "enrollment.activated",
    ]  # fmt: skip


def test_without_a_published_journey_there_is_none_and_a_type_of_its_own_comes_first(cast):
    enrollment, actor = onboarding(cast), system(cast.northwind.vendor.pk)
    assert start_journey(actor=actor, enrollment=enrollment, facts={}) is None
    published(cast, journey_of(step("all")))
    published(cast, journey_of(step("resellers")), partner_type="reseller")
    journey = start_journey(actor=actor, enrollment=enrollment, facts={})
    assert list(states(journey)) == ["resellers"]
    with pytest.raises(Conflict):
        start_journey(actor=actor, enrollment=enrollment, facts={})
    assert Journey.objects.count() == 1


def test_a_condition_that_is_not_met_skips_with_its_why_and_opens_what_follows(cast):
    when = {"all": [{"fact": "country", "is": ["US"]}]}
    journey = started(cast, step("tax", side="partner", when=when), step("go", side="partner", after=["tax"]))
    assert states(journey) == {"tax": StepState.SKIPPED, "go": StepState.OPEN}
    assert "country" in step_of(journey, "tax").why


@pytest.mark.parametrize(
    ("side", "persona", "refusal"),
    [
        ("vendor", "brightpath_administrator", Forbidden),
        ("partner", "northwind_manager", Forbidden),
        ("vendor", "northwind_executive", Forbidden),
        ("partner", "kappel_administrator", Http404),
        ("vendor", "halden_manager", Http404),
    ],
)
def test_only_the_side_whose_turn_it_is_ends_a_step(cast, side, persona, refusal):
    journey = started(cast, step("one", side=side))
    events = Event.objects.count()
    with pytest.raises(refusal):
        end_step(actor=cast.actor(persona), step=step_of(journey, "one"), given={})
    assert states(journey) == {"one": StepState.OPEN}
    assert Event.objects.count() == events


@pytest.mark.parametrize(
    ("side", "owner", "others", "ending"),
    [
        ("partner", "technical", "brightpath_sales", "brightpath_technical"),
        ("partner", "technical", "brightpath_sales", "brightpath_administrator"),
        ("vendor", "manager", "northwind_approver", "northwind_manager"),
    ],
)
def test_a_step_for_a_role_is_ended_by_it_or_by_who_runs_the_side(cast, browse, side, owner, others, ending):
    journey = started(cast, step("one", side=side, owner=owner))
    events = Event.objects.count()
    with pytest.raises(Forbidden, match="is for the role"):
        end_step(actor=cast.actor(others), step=step_of(journey, "one"), given={})
    area = "portal" if side == "partner" else "desk"
    address = reverse(f"{area}:journey-step", args=[journey.key, "one"])
    assert "This step is for the role" in browse(others).get(address).content.decode()
    assert browse(others).post(address, {"do": "end"}).status_code == 403
    assert (states(journey), Event.objects.count()) == ({"one": StepState.OPEN}, events)
    end_step(actor=cast.actor(ending), step=step_of(journey, "one"), given={})
    assert states(journey) == {"one": StepState.DONE}


def test_a_step_for_a_role_may_be_given_to_somebody_else(cast):
    journey = started(cast, step("one", side="partner", owner="technical"))
    sales = cast.people["brightpath_sales"]
    reassign_step(actor=cast.actor("northwind_manager"), step=step_of(journey, "one"), owner=sales)
    end_step(actor=cast.actor("brightpath_sales"), step=step_of(journey, "one"), given={})
    assert states(journey) == {"one": StepState.DONE}


def test_whoever_comes_second_is_told(cast):
    journey = started(cast, step("one", side="vendor"), step("two", side="vendor"))
    seen, manager = step_of(journey, "one"), cast.actor("northwind_manager")
    end_step(actor=manager, step=seen, given={}, revision=seen.revision)
    with pytest.raises(Conflict):
        end_step(actor=cast.actor("northwind_approver"), step=seen, given={})
    with pytest.raises(Conflict):
        skip_step(actor=manager, step=seen, reason="No need")


def test_skipping_takes_a_reason_and_the_vendor(cast):
    journey = started(cast, step("one", side="partner"), step("two", side="partner", after=["one"]))
    with pytest.raises(Forbidden):
        skip_step(actor=cast.actor("brightpath_administrator"), step=step_of(journey, "one"), reason="Why not")
    with pytest.raises(RuleViolation) as refused:
        skip_step(actor=cast.actor("northwind_manager"), step=step_of(journey, "one"), reason="  ")
    assert refused.value.field == "reason"
    with pytest.raises(Conflict):
        skip_step(actor=cast.actor("northwind_manager"), step=step_of(journey, "two"), reason="Too early")
    skip_step(actor=cast.actor("northwind_manager"), step=step_of(journey, "one"), reason="Known for years")
    assert states(journey) == {"one": StepState.SKIPPED, "two": StepState.OPEN}
    assert step_of(journey, "one").why == "Known for years"


def test_a_refused_approval_stands_still_with_its_reason_until_it_is_tried_again(cast):
    journey = started(cast, step("look", "approval"))
    manager = cast.actor("northwind_manager")
    refuse_step(actor=manager, step=step_of(journey, "look"), reason="The register is missing")
    assert step_of(journey, "look").error == "The register is missing"
    assert states(journey) == {"look": StepState.FAILED}
    retry_step(actor=manager, step=step_of(journey, "look"))
    end_step(actor=manager, step=step_of(journey, "look"), given={})
    assert states(journey) == {"look": StepState.DONE}


def test_a_step_is_given_to_one_person_of_its_side(cast):
    journey = started(cast, step("one", side="partner"))
    manager = cast.actor("northwind_manager")
    with pytest.raises(RuleViolation):
        reassign_step(actor=manager, step=step_of(journey, "one"), owner=cast.people["kappel_sales"])
    reassign_step(actor=manager, step=step_of(journey, "one"), owner=cast.people["brightpath_sales"])
    assert step_of(journey, "one").owner == cast.people["brightpath_sales"]


def test_automated_steps_do_their_work_and_tell_what_they_did(cast):
    journey = started(
        cast,
        step("space", "workspace"),
        step("manager", "assign_manager", after=["space"], settings={"rule": "fewest"}),
        step("team", "invite_team", after=["space"]),
        step("mail", "mail", after=["manager"], settings={
            "to": "applicant", "subject": "Welcome, {partner}", "text": "{manager} looks after you in {program}."}),
        contact_email="new@brightpath.example", contact_name="Nina New", colleagues=["sam@brightpath.example"],
        city="Kiel", description="We build robots.",
    )  # fmt: skip
    assert states(journey)["space"] == StepState.RUNNING
    drained()
    assert set(states(journey).values()) == {StepState.DONE}
    journey.refresh_from_db()
    assert journey.state == JourneyState.FINISHED
    enrollment = onboarding(cast)
    assert enrollment.partner.description == "We build robots."
    assert enrollment.manager == cast.people["northwind_manager"]
    mail = Mail.objects.get(template="journey_mail")
    assert (mail.to, mail.subject) == ("new@brightpath.example", "Welcome, Brightpath")
    assert "Northwind Manager looks after you" in mail.text


def test_the_team_is_invited_once_where_nobody_works_yet_and_not_where_others_do(cast):
    journey = started(cast, step("team", "invite_team"), contact_email="stranger@else.example")
    drained()
    assert step_of(journey, "team").result == {"invited": []}
    assert not Invitation.objects.exists()
    cast.brightpath.seats.all().delete()
    onboarding(cast)
    again = start_journey(
        actor=system(cast.northwind.vendor.pk),
        enrollment=onboarding(cast),
        facts={"contact_email": "new@brightpath.example", "colleagues": ["sam@brightpath.example"]},
    )
    drained()
    assert step_of(again, "team").result == {"invited": ["new@brightpath.example", "sam@brightpath.example"]}
    assert Invitation.objects.count() == 2


def test_a_step_whose_work_is_refused_shows_the_sentence_at_once_and_can_be_tried_again(cast):
    journey = started(cast, step("manager", "assign_manager", settings={"rule": "person", "person": "999999999"}))
    drained()
    failed = step_of(journey, "manager")
    assert failed.state == StepState.FAILED
    assert "isn’t there any more" in failed.error
    assert Notification.objects.filter(kind="step.failed", person=cast.people["northwind_manager"]).exists()
    retry_step(actor=cast.actor("northwind_manager"), step=failed)
    assert states(journey) == {"manager": StepState.RUNNING}
    drained()
    assert states(journey) == {"manager": StepState.FAILED}
    skip_step(actor=cast.actor("northwind_manager"), step=step_of(journey, "manager"), reason="By hand")
    journey.refresh_from_db()
    assert journey.state == JourneyState.FINISHED


def give_up_on(journey, slug) -> Delivery:
    event_id = step_of(journey, slug).event_id
    for _ in range(relay.ATTEMPTS):
        Delivery.objects.filter(event_id=event_id).update(due_at=timezone.now())
        drained()
    return Delivery.objects.get(event_id=event_id)


@pytest.fixture
def broken(monkeypatch):
    """Let the work of a kind fail until it is mended."""
    kind = step_kinds.STEP_KINDS["workspace"]

    def fail(work):
        JourneyStep.objects.filter(pk=work.step.pk).update(why="half done")
        raise ConnectionError("the directory is down")

    monkeypatch.setitem(step_kinds.STEP_KINDS, "workspace", dataclasses.replace(kind, run=fail))
    return lambda: step_kinds.STEP_KINDS.__setitem__("workspace", kind)


@pytest.mark.parametrize("by", ["manager", "operator"])
def test_a_step_that_was_given_up_fails_visibly_and_runs_when_it_is_revived(cast, broken, by):
    journey = started(cast, step("space", "workspace"))
    dead = give_up_on(journey, "space")
    failed = step_of(journey, "space")
    assert (dead.state, failed.state, failed.error) == (DeliveryState.DEAD, StepState.FAILED, "the directory is down")
    assert failed.why == ""
    broken()
    if by == "manager":
        retry_step(actor=cast.actor("northwind_manager"), step=failed)
        assert step_of(journey, "space").state == StepState.RUNNING
    else:
        assert relay.revive(dead.pk) == 1
    drained()
    assert (step_of(journey, "space").state, step_of(journey, "space").error) == (StepState.DONE, "")


def test_first_deal_ends_its_step_also_where_it_came_before(cast):
    kinds = [step("deal", "first_deal", settings={"milestone": "registered"})]
    journey = started(cast, *kinds)
    drained()
    assert states(journey) == {"deal": StepState.OPEN}
    with pytest.raises(RuleViolation):
        end_step(actor=cast.actor("brightpath_administrator"), step=step_of(journey, "deal"), given={})
    cast.register("kappel_sales", "kappel_northwind")
    drained()
    assert states(journey) == {"deal": StepState.OPEN}
    cast.register("brightpath_sales", "brightpath_northwind")
    drained()
    assert states(journey) == {"deal": StepState.DONE}
    early = started(cast, *kinds, name="kappel_northwind")
    drained()
    assert states(early) == {"deal": StepState.DONE}


def test_a_retired_enrollment_ends_its_journey_and_nothing_of_it_goes_on(cast):
    journey = started(cast, step("space", "workspace"), step("one", side="partner"))
    move_enrollment(
        actor=cast.actor("northwind_manager"), enrollment=journey.enrollment, transition="retire", reason="Bankrupt"
    )
    Delivery.objects.filter(handler="onboarding.run_step").update(due_at=timezone.now())
    Delivery.objects.filter(handler="onboarding.end_journey").update(due_at=timezone.now() - timezone.timedelta(1))
    drained()
    journey.refresh_from_db()
    assert journey.state == JourneyState.CANCELLED
    assert states(journey) == {"space": StepState.RUNNING, "one": StepState.OPEN}
    with pytest.raises(Conflict):
        skip_step(actor=cast.actor("northwind_manager"), step=step_of(journey, "one"), reason="Never mind")
    assert cancel_journey(actor=cast.actor("northwind_manager"), journey=journey, reason="x").state == "cancelled"
