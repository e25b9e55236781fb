"""The kinds of steps: what each is told, takes from people and refuses; and that later areas add theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.utils import timezone

from activity.registry import Effect
from onboarding.enums import Side, StepState
from onboarding.models import StepFile
from onboarding.services import Meeting, add_step_file, end_step, plan_meeting, remove_step_file
from onboarding.step_kinds import STEP_KINDS, Outcome, Setting, StepKind, settings_problems, step_kind
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from tests.onboarding.journeys import started, states, step, step_of

IBAN = {"field": "own:iban", "label": "IBAN", "kind": "text", "required": True, "help": ""}
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def upload(name: str = "register.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_only_kinds_with_an_owner_are_offered():
    assert set(STEP_KINDS) == {
        "form", "upload", "agreement", "meeting", "task", "approval", "first_deal", "wait", "workspace",
        "assign_manager", "invite_team", "mail", "webhook",
    }  # fmt: skip
    outside = {name for name, kind in STEP_KINDS.items() if kind.effect is Effect.OUTSIDE}
    assert outside == {"webhook"}


def test_a_later_areas_kind_is_taken_once_and_only_if_something_ends_it():
    course = StepKind(
        name="course",
        label="Course",
        icon="book",
        sides=frozenset({Side.PARTNER}),
        settings=(Setting(name="course", label="Course", most=60),),
        run=lambda work: Outcome(waits=True, turn=True),
        ends_by="Once it is passed.",
    )
    try:
        assert step_kind(course) is STEP_KINDS["course"]
        assert settings_problems(course, {}) == {"course": "“Course” is missing."}
        with pytest.raises(ValueError, match="declared twice"):
            step_kind(course)
    finally:
        del STEP_KINDS["course"]
    with pytest.raises(ValueError, match="nothing that ends it"):
        step_kind(StepKind(name="endless", label="", icon="", sides=frozenset({Side.PARTNER})))


@pytest.mark.parametrize(
    ("kind", "given", "wrong"),
    [
        ("wait", {"days": 0}, "days"),
        ("wait", {"days": "soon"}, "days"),
        ("wait", {"days": True}, "days"),
        ("mail", {"to": "administrators", "subject": "Hello {nobody}", "text": "x"}, "subject"),
        ("mail", {"to": "everyone", "subject": "Hello", "text": "x"}, "to"),
        ("mail", {"to": "applicant", "subject": "Hello"}, "text"),
        ("webhook", {"address": "http://inside.example/"}, "address"),
        ("webhook", {"address": "https://user:pass@out.example/"}, "address"),
        ("webhook", {"address": "file:///etc/passwd"}, "address"),
        ("form", {"fields": [{"field": "name"}]}, "fields"),
        ("form", {"fields": [IBAN, IBAN]}, "fields"),
        ("form", {"fields": ["x"]}, "fields"),
        ("form", {}, "fields"),
        ("assign_manager", {"rule": "person"}, "person"),
        ("agreement", {}, "template"),
        ("task", {"colour": "red"}, "colour"),
    ],
)
def test_settings_that_are_not_right_say_which_and_why(kind, given, wrong):
    problems = settings_problems(STEP_KINDS[kind], given)
    assert list(problems) == [wrong]
    assert problems[wrong].endswith((".", "…"))


def test_a_form_says_what_is_wrong_and_keeps_what_was_right(cast):
    journey = started(cast, step("bank", "form", side="partner", settings={"fields": [IBAN]}))
    actor, row = cast.actor("brightpath_administrator"), step_of(journey, "bank")
    with pytest.raises(RuleViolation) as refused:
        end_step(actor=actor, step=row, given={"own_iban": ""})
    assert refused.value.field == "own_iban"
    assert states(journey) == {"bank": StepState.OPEN}
    end_step(actor=actor, step=row, given={"own_iban": "DE02120300000000202051"})
    assert step_of(journey, "bank").result == {"answers": {"iban": "DE02120300000000202051"}}


def test_a_document_is_needed_judged_and_removed_by_its_own_side(cast):
    journey = started(cast, step("papers", "upload", side="partner"))
    actor, row = cast.actor("brightpath_administrator"), step_of(journey, "papers")
    with pytest.raises(RuleViolation):
        end_step(actor=actor, step=row, given={})
    with pytest.raises(RuleViolation):
        add_step_file(actor=actor, step=row, upload=upload("register.pdf", b"MZ\x90\x00 not a document"))
    with pytest.raises(Forbidden):
        add_step_file(actor=cast.actor("northwind_manager"), step=row, upload=upload())
    with pytest.raises(Http404):
        add_step_file(actor=cast.actor("kappel_administrator"), step=row, upload=upload())
    assert not StepFile.objects.exists()
    wrong = add_step_file(actor=actor, step=row, upload=upload("wrong.pdf"))
    remove_step_file(actor=actor, file=wrong)
    kept = add_step_file(actor=actor, step=row, upload=upload("../../register.pdf"))
    assert (kept.name, kept.media_type) == ("register.pdf", "application/pdf")
    end_step(actor=actor, step=row, given={"note": "As of today"})
    with pytest.raises(Conflict):
        remove_step_file(actor=actor, file=kept)
    assert StepFile.objects.visible_to(cast.actor("northwind_manager")).get() == kept
    assert not StepFile.objects.visible_to(cast.actor("halden_manager")).exists()


def test_a_meeting_is_planned_by_either_side_and_not_in_the_past(cast):
    journey = started(cast, step("call", "meeting", side="vendor"))
    row, at = step_of(journey, "call"), timezone.now() + timedelta(days=3)
    with pytest.raises(RuleViolation):
        plan_meeting(actor=cast.actor("northwind_manager"), step=row, meeting=Meeting(timezone.now()))
    plan_meeting(actor=cast.actor("northwind_manager"), step=row, meeting=Meeting(at, 45, "Room 3"))
    later = at + timedelta(days=1)
    plan_meeting(actor=cast.actor("brightpath_sales"), step=row, meeting=Meeting(later, 30, "https://meet.example/1"))
    kept = step_of(journey, "call").result["meeting"]
    assert kept == {"at": later.isoformat(), "minutes": 30, "place": "https://meet.example/1"}
