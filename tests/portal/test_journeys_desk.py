"""Onboarding on the desk: journeys, tasks, a step's deeds, moving and ending a journey."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from onboarding.models import Journey, JourneyStep
from tests.onboarding.journeys import journey_of, published, started, states, step, step_of

STEPS = (step("call", side="vendor", due={"days": 3}), step("papers", side="partner"), step("last", after=["call"]))


@pytest.fixture
def journey(cast):
    """A journey of Brightpath with Northwind."""
    return started(cast, *STEPS)


def page_of(client, name, journey, *further, **query):
    """Return a page's text."""
    return client.get(reverse(name, args=[journey.key, *further]), query).content.decode()


def deed(client, journey, slug, **data):
    """Do something with a step."""
    return client.post(reverse("desk:journey-step", args=[journey.key, slug]), data)


def test_the_list_says_what_is_waited_for_and_whose_turn_it_is(browse, journey):
    text = browse("northwind_manager").get(reverse("desk:onboarding")).content.decode()

    assert "Brightpath" in text
    assert "0 / 3" in text
    assert "Call" in text


def test_filters_find_failed_and_overdue_journeys_and_leave_out_the_others(cast, browse, journey):
    other = started(cast, *STEPS, name="kappel_northwind")
    JourneyStep.objects.filter(journey=other, slug="call").update(state="failed", error="It broke")
    JourneyStep.objects.filter(journey=journey, slug="call").update(due_at=timezone.now() - timedelta(days=1))
    client = browse("northwind_manager")

    failed = client.get(reverse("desk:onboarding"), {"turn": "failed"}).content.decode()
    late = client.get(reverse("desk:onboarding"), {"turn": "late"}).content.decode()

    assert str(other.key) in failed
    assert str(journey.key) not in failed
    assert str(journey.key) in late


def test_the_export_has_a_row_per_journey_with_its_error(browse, journey):
    JourneyStep.objects.filter(journey=journey, slug="call").update(state="failed", error="It broke")

    answer = browse("northwind_manager").get(reverse("desk:onboarding"), {"export": "csv"})
    text = b"".join(answer.streaming_content).decode()

    assert "It broke" in text
    assert "Brightpath" in text


def test_tasks_are_the_vendors_open_steps_and_whatever_failed(browse, journey):
    JourneyStep.objects.filter(journey=journey, slug="papers").update(state="failed", error="Too large")

    text = browse("northwind_approver").get(reverse("desk:onboarding-tasks")).content.decode()

    assert reverse("desk:journey-step", args=[journey.key, "call"]) in text
    assert "Too large" in text
    assert reverse("desk:journey-step", args=[journey.key, "last"]) not in text


def test_my_tasks_are_those_given_to_me_or_of_my_partners(cast, browse, journey):
    JourneyStep.objects.filter(journey=journey, slug="call").update(owner=cast.people["northwind_approver"])
    url = reverse("desk:onboarding-tasks")

    mine = browse("northwind_approver").get(url, {"whose": "mine"}).content.decode()
    theirs = browse("northwind_manager").get(url, {"whose": "mine"}).content.decode()

    assert "Call" in mine
    assert reverse("desk:journey-step", args=[journey.key, "call"]) not in theirs


def test_a_vendors_step_is_done_and_what_waited_for_it_opens(browse, journey):
    answer = deed(browse("northwind_approver"), journey, "call", do="end", note="Went well")

    assert answer.status_code == 302
    assert (states(journey)["call"], states(journey)["last"]) == ("done", "open")
    assert "Went well" in page_of(browse("northwind_manager"), "desk:journey-step", journey, "call")


def test_skipping_wants_a_reason(browse, journey):
    client = browse("northwind_manager")

    refused = deed(client, journey, "papers", do="skip", **{"skip-reason": ""})
    done = deed(client, journey, "papers", do="skip", **{"skip-reason": "Known already"})

    assert refused.status_code == 422
    assert done.status_code == 302
    assert step_of(journey, "papers").why == "Known already"


def test_a_step_is_given_to_somebody_of_its_side_and_nobody_else(cast, browse, journey):
    client, approver = browse("northwind_manager"), cast.people["northwind_approver"]

    given = deed(client, journey, "call", do="reassign", **{"owner-owner": str(approver.pk)})
    foreign = deed(client, journey, "call", do="reassign", **{"owner-owner": str(cast.people["halden_manager"].pk)})

    assert given.status_code == 302
    assert foreign.status_code == 422
    assert step_of(journey, "call").owner == approver


def test_an_executive_reads_and_does_nothing(browse, journey):
    client = browse("northwind_executive")

    assert client.get(reverse("desk:journey-step", args=[journey.key, "call"])).status_code == 200
    assert deed(client, journey, "call", do="end", note="").status_code == 403
    assert states(journey)["call"] == "open"


def test_ending_a_journey_wants_a_reason_and_shows_to_both(browse, journey):
    client, url = browse("northwind_manager"), reverse("desk:journey-cancel", args=[journey.key])

    refused = client.post(url, {"reason": " "})
    client.post(url, {"reason": "Bought by another"})

    journey.refresh_from_db()
    assert refused.status_code == 422
    assert journey.state == "cancelled"
    assert "was ended" in page_of(browse("brightpath_sales"), "portal:journey", journey)


def test_moving_to_a_newer_version_says_first_what_changes(cast, browse, journey):
    published(cast, journey_of(STEPS[0], step("new", after=["call"])))
    client, url = browse("northwind_manager"), reverse("desk:journey-migrate", args=[journey.key])

    text = client.get(url).content.decode()
    client.post(url)

    assert "New; waits for its turn." in text
    assert "Falls away." in text
    assert set(states(journey)) == {"call", "new"}


def test_several_are_moved_from_the_console_and_only_those_that_are_ticked(cast, browse, journey):
    other = started(cast, *STEPS, name="kappel_northwind")
    newest = published(cast, journey_of(*STEPS, step("new")))
    client, url = browse("northwind_manager"), reverse("console:journey-migration", args=[newest.pk])

    nothing = client.post(url, {})
    client.post(url, {"journey": str(other.key)})

    assert nothing.status_code == 422
    assert Journey.objects.get(pk=other.pk).version == newest
    assert Journey.objects.get(pk=journey.pk).version != newest


def test_the_partners_page_shows_its_journey(cast, browse, journey):
    text = browse("northwind_manager").get(cast.brightpath.get_absolute_url()).content.decode()

    assert reverse("desk:journey", args=[journey.key]) in text


def test_another_vendor_sees_none_of_it(browse, journey):
    client = browse("halden_manager")

    assert client.get(reverse("desk:journey", args=[journey.key])).status_code == 404
    assert deed(client, journey, "call", do="end", note="").status_code == 404
    assert "Brightpath" not in client.get(reverse("desk:onboarding"), {"state": "all"}).content.decode()


def test_the_lists_take_as_many_queries_for_one_as_for_several(cast, browse, journey):
    client = browse("northwind_manager")

    def cost(name):
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse(name)).status_code == 200
        return len(caught)

    alone = [cost("desk:onboarding"), cost("desk:onboarding-tasks")]
    started(cast, *STEPS, name="kappel_northwind")
    both = [cost("desk:onboarding"), cost("desk:onboarding-tasks")]

    assert alone == both
    assert max(both) <= 12
