"""Every state × transition × persona of an application; a refusal leaves no trace; two at once; rules and their why."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import Http404
from django.utils import timezone

from activity.models import Event, Mail, Notification
from activity.relay import drain
from onboarding.enums import ApplicationState
from onboarding.models import Application, ApplicationMessage
from onboarding.services import applications, applications_clock, applications_public
from onboarding.workflow import APPLICATION
from partners.enums import EnrollmentStatus
from partners.models import Enrollment, Invitation, Partner, PartnerDomain, Seat
from prm.kernel.actors import system
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.workflow import move
from tests.cast import make_cast
from tests.onboarding import recruits
from tests.onboarding.applying import apply, open_form, stamp, token_in

PERSONAS = (
    "brightpath_administrator",
    "northwind_manager",
    "northwind_approver",
    "northwind_finance",
    "northwind_executive",
    "halden_manager",
    "operator",
    "nobody",
    "system",
    "other_system",
)
SEES = {"northwind_manager", "northwind_approver", "northwind_finance", "northwind_executive", "system"}
DECIDES = frozenset({"northwind_manager", "northwind_approver", "system"})
MAY = {
    **dict.fromkeys(("approve", "decline", "ask", "waitlist"), DECIDES),
    **dict.fromkeys(("send", "confirm", "end", "answer", "withdraw"), frozenset({"system"})),
}
"""Written out here, not read from the code: who may do what is a promise of its own."""
UNDECIDED = {"submitted", "asked", "waitlisted"}
FROM = {
    "send": {"draft", "unconfirmed"},
    "confirm": {"draft", "unconfirmed"},
    "end": {"draft", "unconfirmed"},
    "approve": UNDECIDED,
    "decline": UNDECIDED,
    "withdraw": UNDECIDED,
    "ask": {"submitted", "waitlisted"},
    "waitlist": {"submitted", "asked"},
    "answer": {"asked"},
}
FACTS = {"reason": "other", "message": "Well.", "ended_as": "join"}


@pytest.fixture
def form(cast):
    """Northwind's open form."""
    return open_form(cast.northwind)


def in_state(cast: Any, row: Application, state: str) -> None:
    """Put a row into a state, with what the database wants of it."""
    now, enrollment = timezone.now(), cast.enrollments["brightpath_northwind"]
    decided = {"decided_at": now, "decided_by": cast.people["northwind_manager"], "decline_reason": "other"}
    Application.objects.filter(pk=row.pk).update(
        state=state, submitted_at=now, due_at=now, partner=cast.brightpath, enrollment=enrollment, **decided
    )


def actor_of(cast: Any, persona: str) -> Any:
    """Return the actor of a persona, or of a task."""
    if persona == "system":
        return system(cast.northwind.vendor.pk)
    return system(cast.halden.vendor.pk) if persona == "other_system" else cast.actor(persona)


def traces() -> tuple[int, ...]:
    """What a refusal must not add to."""
    counted = (Event, Mail, Notification, Partner, Enrollment, Invitation, ApplicationMessage)
    return tuple(model.objects.count() for model in counted)


@pytest.mark.parametrize("state", ApplicationState.values)
def test_who_may_do_what_from_where(cast, form, state):
    row = apply(form)
    in_state(cast, row, state)
    before = traces()
    for persona in PERSONAS:
        actor = actor_of(cast, persona)
        for transition in APPLICATION.transitions:
            may, fits = persona in MAY[transition.name], state in FROM[transition.name]
            wanted = (None if fits else Conflict) if may else Forbidden
            if persona not in SEES:
                wanted = Http404
            with transaction.atomic():
                if wanted is None:
                    assert (
                        move(APPLICATION, transition.name, row=row, actor=actor, facts=FACTS).state == transition.target
                    )
                    transaction.set_rollback(True)
                else:
                    with pytest.raises(wanted):
                        move(APPLICATION, transition.name, row=row, actor=actor, facts=FACTS)
    assert traces() == before
    assert {each.name for each in APPLICATION.transitions} == set(FROM) == set(MAY)


def test_a_question_stops_the_clock_and_the_answer_starts_it(cast, form, client):
    row, approver = apply(form), cast.actor("northwind_approver")
    token = token_in()
    applications.ask_applicant(actor=approver, application=row, message="Where do you install?")
    drain()
    mail = Mail.objects.filter(template="application_question").get()
    assert (mail.to, "Where do you install?" in mail.text) == (row.email, True)
    row.refresh_from_db()
    assert (row.state, row.clock_left is not None) == (ApplicationState.ASKED, True)
    page = f"/application/{token}/"
    assert "Where do you install?" in client.get(page).content.decode()
    before = traces()
    assert client.post(f"{page}answer/", {"text": "  "}).status_code == 422
    assert client.post(f"{page}answer/", {"text": "x" * 4001}).status_code == 422
    assert traces() == before
    assert client.post(f"{page}answer/", {"text": "In Bavaria."})["Location"] == page
    drain()
    row.refresh_from_db()
    assert (row.state, row.clock_left, row.asked_at) == (ApplicationState.SUBMITTED, None, None)
    assert row.due_at > timezone.now() + timedelta(days=2)
    assert Mail.objects.filter(template="application_answered").exists()
    late = client.post(f"{page}answer/", {"text": "And Tyrol."})
    assert late.status_code == 409
    assert "And Tyrol." not in str(list(ApplicationMessage.objects.values_list("text", flat=True)))


def test_a_note_is_the_vendors_alone(cast, form, client):
    row = apply(form)
    applications.note_on_application(actor=cast.actor("northwind_manager"), application=row, text="Met in Parma.")
    assert "Parma" not in client.get(f"/application/{token_in()}/").content.decode()
    before = traces()
    with pytest.raises(Forbidden):
        applications.note_on_application(actor=cast.actor("northwind_finance"), application=row, text="No.")
    with pytest.raises(RuleViolation):
        applications.note_on_application(actor=cast.actor("northwind_manager"), application=row, text=" ")
    assert traces() == before


@pytest.mark.parametrize(
    ("reason", "message", "field"),
    [("", "Sorry.", "reason"), ("nonsense", "Sorry.", "reason"), ("other", " ", "message")],
)
def test_declining_takes_a_reason_and_words(cast, form, reason, message, field):
    row, before = apply(form), traces()
    with pytest.raises(RuleViolation) as refused:
        applications.decline_application(
            actor=cast.actor("northwind_approver"), application=row, reason=reason, message=message
        )
    assert refused.value.field == field
    assert traces() == before
    row.refresh_from_db()
    assert row.state == ApplicationState.SUBMITTED


def test_declined_the_applicant_reads_why(cast, form, client):
    row = apply(form)
    approver = cast.actor("northwind_approver")
    applications.decline_application(actor=approver, application=row, reason="capacity", message="Next year.")
    drain()
    text = Mail.objects.filter(template="application_declined", to=row.email).get().text
    page = client.get(f"/application/{token_in()}/").content.decode()
    for shown in (text, page):
        assert "No capacity at the moment" in shown
        assert "Next year." in shown


def test_every_hand_over_is_told(cast, form):
    row = apply(form)
    drain()
    assert Mail.objects.filter(template="application_received", to=row.email).count() == 1
    told = {persona for persona, person in cast.people.items() if Notification.objects.filter(person=person).exists()}
    assert told == {"northwind_manager", "northwind_approver"}
    applications.waitlist_application(actor=cast.actor("northwind_manager"), application=row, message="In spring.")
    drain()
    assert "In spring." in Mail.objects.filter(template="application_waitlisted").get().text
    applications_public.withdraw_application(token=token_in())
    drain()
    assert Notification.objects.filter(kind="application.withdrawn").count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_approvers_at_once_one_decides_and_the_other_is_told():
    cast = make_cast()
    row = apply(open_form(cast.northwind))
    actors = [cast.actor("northwind_approver"), cast.actor("northwind_manager")]
    barrier, outcomes, told = threading.Barrier(2), [], []

    def decide(actor: Any) -> None:
        barrier.wait()
        try:
            applications.approve_application(actor=actor, application=row)
            outcomes.append("decided")
        except Conflict as late:
            others = {each.person_id for each in actors} - {actor.person_id}
            told.append(late.fresh.decided_by_id in others)
            outcomes.append(str(late.message))
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=[actor]) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(outcomes) == "decided"
    assert " was faster: it is now “Approved”" in min(outcomes)
    assert min(outcomes).startswith("Northwind ")
    assert told == [True]
    assert Partner.objects.filter(name="Castellan Automation").count() == 1
    assert Invitation.objects.count() == 1
    assert Event.objects.filter(kind="application.approved").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_confirmations_of_a_company_at_once_one_reaches_the_vendor():
    form = open_form(make_cast().northwind)
    tokens = []
    for name in ("ines", "otto"):
        values = {"email": f"{name}@castellan.example", "name": "Castellan", "country": "DE"}
        filled = applications_public.Filled(columns=values, consented=True)
        applications_public.submit_application(form=form, filled=filled)
        tokens.append(token_in())
    barrier = threading.Barrier(2)

    def confirm(token: str) -> None:
        barrier.wait()
        try:
            applications_public.confirm_application(token=token)
        finally:
            connection.close()

    threads = [threading.Thread(target=confirm, args=[token]) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(Application.objects.values_list("state", flat=True)) == ["submitted", "withdrawn"]


def test_a_good_fit_is_approved_by_rule_only_where_it_is_switched_on(cast):
    recruits.publish(cast)
    form = open_form(cast.northwind, auto_score=80, auto_countries=["DE"])
    assert apply(form).state == ApplicationState.SUBMITTED
    type(form).objects.update(auto_approve=True)
    row = apply(form)
    assert (row.state, row.score, row.decided_by) == (ApplicationState.APPROVED, 100, None)
    assert row.decided_why == "Approved by rule: a fit of 100, where 80 is enough, in Germany."
    drain()
    assert Mail.objects.filter(template="application_approved", to=row.email).count() == 1
    assert not Mail.objects.filter(template="application_received", to=row.email).exists()
    assert row.decided_why in Mail.objects.filter(template="application_by_rule").first().text
    assert Invitation.objects.get(email=row.email).invited_by == cast.people["northwind_manager"]


@pytest.mark.parametrize(
    "changes",
    [
        {"country": "FR"},
        {"type": "reseller"},
        {"website": "https://something-else.example/"},
    ],
)
def test_whatever_speaks_against_it_waits_for_a_person(cast, changes):
    recruits.publish(cast)
    form = open_form(cast.northwind, auto_approve=True, auto_score=80, auto_countries=["DE"])
    assert apply(form, **changes).state == ApplicationState.SUBMITTED


def test_without_a_profile_nothing_is_approved_by_rule(cast):
    row = apply(open_form(cast.northwind, auto_approve=True, auto_score=1))
    assert (row.state, row.score) == (ApplicationState.SUBMITTED, None)


def test_a_prospect_is_known_by_its_domain(cast, form):
    known = recruits.prospect(cast, website="https://castellan.example/")
    row = apply(form, email="ines@castellan.example", website="https://castellan.example/")
    known.refresh_from_db()
    assert (row.prospect, known.state) == (known, "applied")


def test_the_vendors_own_record_without_people_is_taken_and_others_arent(cast, form):
    listed = Partner.objects.create(name="Listed", slug="listed", country="DE")
    Enrollment.objects.create(vendor=cast.northwind.vendor, program=cast.northwind.program, partner=listed,
                              status=EnrollmentStatus.APPLICANT)  # fmt: skip
    PartnerDomain.objects.create(partner=listed, domain="listed.example")
    foreign = Partner.objects.create(name="Foreign", slug="foreign", country="DE")
    Enrollment.objects.create(vendor=cast.halden.vendor, program=cast.halden.program, partner=foreign)
    PartnerDomain.objects.create(partner=foreign, domain="foreign.example")
    approver = cast.actor("northwind_approver")
    rows = [apply(form, email=f"ines@{name}.example") for name in ("listed", "foreign")]
    done = [applications.approve_application(actor=approver, application=row) for row in rows]
    assert done[0].partner == listed
    assert Enrollment.objects.get(partner=listed).status == EnrollmentStatus.ACTIVE
    assert PartnerDomain.objects.get(partner=listed).is_verified
    assert done[1].partner not in {foreign, listed}
    assert not PartnerDomain.objects.get(partner=foreign).is_verified


def test_a_retired_partners_administrator_comes_back_with_its_record(cast, form, browse):
    admin = browse("isle_administrator")
    admin.post(
        "/apply/northwind/partners/partner/", {"consent": "on", "website": "https://isle.example/", "started": stamp()}
    )
    row = Application.objects.get()
    applications.approve_application(actor=cast.actor("northwind_approver"), application=row)
    enrollment = cast.enrollments["isle_northwind"]
    enrollment.refresh_from_db()
    assert enrollment.status == EnrollmentStatus.ACTIVE
    assert not Invitation.objects.exists()
    assert Seat.objects.filter(partner=cast.isle).count() == 4


def test_questions_are_reminded_once_and_what_nobody_proved_is_deleted(cast, form):
    row = apply(form)
    applications.ask_applicant(actor=cast.actor("northwind_approver"), application=row, message="Where?")
    assert applications_clock.remind_applicants() == 0
    Application.objects.filter(pk=row.pk).update(asked_at=timezone.now() - timedelta(days=5))
    assert (applications_clock.remind_applicants(), applications_clock.remind_applicants()) == (1, 0)
    drain()
    assert "Where?" in Mail.objects.filter(template="application_reminder", to=row.email).get().text
    values = {"email": "ines@other.example", "name": "Other", "country": "DE"}
    filled = applications_public.Filled(columns=values, consented=True)
    unproven = applications_public.submit_application(form=form, filled=filled)
    assert applications_clock.clear_unproven() == 0
    Application.objects.update(updated_at=timezone.now() - timedelta(days=31))
    assert applications_clock.clear_unproven() == 1
    assert not Application.objects.filter(pk=unproven.pk).exists()
    assert Application.objects.filter(pk=row.pk).exists()
