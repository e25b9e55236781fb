"""Onboarding in the portal: the list, the journey, its steps, and what stands on home."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from onboarding.models import JourneyStep, StepFile
from onboarding.services import Meeting, plan_meeting
from tests.onboarding.journeys import started, states, step, step_of

QUESTION = {"field": "own:bank", "kind": "text", "label": "Bank", "required": True, "help": ""}
STEPS = (
    step("bank", "form", side="partner", minutes=5, due={"days": 7}, settings={"fields": [QUESTION]}),
    step("papers", "upload", side="partner"),
    step("call", "meeting", side="vendor"),
    step("last", side="partner", owner="technical", after=["bank", "papers", "call"]),
)


@pytest.fixture
def journey(cast):
    """A journey of Brightpath with Northwind."""
    return started(cast, *STEPS)


def step_url(journey, slug, name="portal:journey-step"):
    """Return a step's address."""
    return reverse(name, args=[journey.key, slug])


def test_the_list_leads_to_the_only_journey_and_the_page_says_whose_turn_it_is(browse, journey):
    client = browse("brightpath_administrator")

    page = client.get(reverse("portal:onboarding"), follow=True)

    assert page.redirect_chain[-1][0] == reverse("portal:journey", args=[journey.key])
    text = page.content.decode()
    assert "2 steps are your turn" in text
    assert "after “Bank”, “Papers”, “Call”" in text
    assert "about 5 minutes" in text


def test_a_form_keeps_what_was_typed_where_an_answer_is_missing_and_nothing_changes(browse, journey):
    client = browse("brightpath_sales")

    page = client.post(step_url(journey, "bank"), {"do": "end", "own_bank": " "})

    assert page.status_code == 422
    assert states(journey)["bank"] == "open"


def test_a_form_that_is_filled_in_ends_its_step_and_shows_what_was_given(browse, journey):
    client = browse("brightpath_sales")

    answer = client.post(step_url(journey, "bank"), {"do": "end", "own_bank": "Musterbank"})

    assert answer.status_code == 302
    assert states(journey)["bank"] == "done"
    assert "Musterbank" in client.get(step_url(journey, "bank")).content.decode()


def test_a_document_is_added_served_and_handed_in(browse, journey):
    client = browse("brightpath_sales")
    file = SimpleUploadedFile("register.txt", b"Trade register")

    client.post(step_url(journey, "papers"), {"do": "file", "file-file": file})
    stored = StepFile.objects.get()
    served = b"".join(client.get(stored.get_absolute_url()).streaming_content)
    client.post(step_url(journey, "papers"), {"do": "end", "note": ""})

    assert served == b"Trade register"
    assert states(journey)["papers"] == "done"


def test_handing_in_without_a_document_is_refused(browse, journey):
    page = browse("brightpath_sales").post(step_url(journey, "papers"), {"do": "end", "note": "Later"})

    assert page.status_code == 422
    assert "Later" in page.content.decode()
    assert states(journey)["papers"] == "open"


def test_a_partner_does_not_end_the_vendors_step_but_may_set_the_meetings_time(browse, journey):
    client = browse("brightpath_administrator")
    at = timezone.localtime(timezone.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")

    refused = client.post(step_url(journey, "call"), {"do": "end", "note": ""})
    planned = client.post(
        step_url(journey, "call"), {"do": "plan", "plan-at": at, "plan-minutes": "45", "plan-place": "Hamburg"}
    )

    assert refused.status_code == 403
    assert planned.status_code == 302
    assert step_of(journey, "call").result["meeting"]["place"] == "Hamburg"
    assert states(journey)["call"] == "open"


def test_a_time_in_the_past_is_refused_and_stays_typed(browse, journey):
    page = browse("brightpath_administrator").post(
        step_url(journey, "call"),
        {"do": "plan", "plan-at": "2020-01-01T10:00", "plan-minutes": "45", "plan-place": "Hamburg"},
    )

    assert page.status_code == 422
    assert "2020-01-01T10:00" in page.content.decode()
    assert "meeting" not in step_of(journey, "call").result


def test_the_calendar_file_holds_the_meeting_and_is_missing_before_it_is_planned(cast, browse, journey):
    client = browse("brightpath_administrator")
    url = step_url(journey, "call", "portal:journey-calendar")
    before = client.get(url).status_code
    at = (timezone.now() + timedelta(days=2)).replace(microsecond=0)

    plan_meeting(
        actor=cast.actor("northwind_manager"), step=step_of(journey, "call"), meeting=Meeting(at, 30, "Hamburg")
    )
    (event,) = Calendar.from_ical(client.get(url).content).walk("VEVENT")

    assert before == 404
    assert event["DTSTART"].dt == at
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=30)
    assert str(event["LOCATION"]) == "Hamburg"


def test_what_failed_at_the_vendors_is_told_calmly_without_its_error(browse, journey):
    JourneyStep.objects.filter(journey=journey, slug="call").update(state="failed", error="Traceback 503")

    text = browse("brightpath_administrator").get(reverse("portal:journey", args=[journey.key])).content.decode()

    assert "is looking into it" in text
    assert "Traceback 503" not in text
    assert "Traceback 503" not in browse("brightpath_sales").get(step_url(journey, "call")).content.decode()


def test_home_shows_what_is_the_readers_turn_by_role(browse, journey):
    JourneyStep.objects.filter(journey=journey, slug__in=["bank", "papers", "call"]).update(
        state="done", ended_at=timezone.now()
    )
    JourneyStep.objects.filter(journey=journey, slug="last").update(state="open", opened_at=timezone.now())

    technical = browse("brightpath_technical").get(reverse("portal:home")).content.decode()
    sales = browse("brightpath_sales").get(reverse("portal:home")).content.decode()

    assert step_url(journey, "last") in technical
    assert step_url(journey, "last") not in sales
    assert reverse("portal:journey", args=[journey.key]) in sales


def test_another_partners_journey_is_not_there(cast, browse):
    theirs = started(cast, *STEPS, name="kappel_northwind")
    client = browse("brightpath_administrator")

    assert client.get(reverse("portal:journey", args=[theirs.key])).status_code == 404
    assert client.post(step_url(theirs, "bank"), {"do": "end", "own_bank": "x"}).status_code == 404
    assert states(theirs)["bank"] == "open"


@pytest.mark.parametrize("url", ["page", "step", "home"])
def test_at_most_twelve_queries(browse, journey, url):
    address = {
        "page": reverse("portal:journey", args=[journey.key]),
        "step": step_url(journey, "papers"),
        "home": reverse("portal:home"),
    }[url]
    client = browse("brightpath_administrator")
    client.get(address)

    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200

    assert len(caught) <= 12
