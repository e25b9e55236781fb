"""The desk's overview of tiers: what is counted, whose, and at what cost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from partners.enums import EnrollmentStatus
from partners.models import Enrollment
from standing.models import TierSpan
from tests.ladders import award_as, brightpath, put_into_force, tier_of

TIERS = reverse("desk:tiers")


def span(enrollment, tier, days, until=None):
    tenant = {"enrollment": enrollment, "vendor_id": enrollment.vendor_id, "partner_id": enrollment.partner_id}
    now = timezone.now()
    ended = None if until is None else now - timedelta(days=until)
    return TierSpan.objects.create(**tenant, tier=tier, since=now - timedelta(days=days), until=ended)


@pytest.fixture
def moved(cast):
    """Brightpath climbs to Gold, Kappel begins as Registered; Brightpath is Halden's too."""
    scheme = put_into_force(cast.northwind)
    TierSpan.objects.all().delete()
    span(brightpath(cast), tier_of(scheme, 2), 400, until=1)
    award_as(scheme, brightpath(cast), 3)
    award_as(scheme, cast.enrollments["kappel_northwind"], 1)
    theirs = put_into_force(cast.halden)
    award_as(theirs, cast.enrollments["brightpath_halden"], 2)
    return cast


@pytest.mark.parametrize("persona", ["northwind_executive", "northwind_manager"])
def test_ladders_moves_and_first_tiers_of_this_vendor_are_counted(moved, browse, persona):
    page = browse(persona).get(TIERS)
    (ladder,) = page.context["ladders"]
    assert [(step.name, step.partners, step.share) for step in ladder.steps] == [("Gold", 1, 50), ("Registered", 1, 50)]
    assert page.context["counts"] == {"up": 1, "down": 0, "first": 1}
    told = {(move.partner, move.was, move.now) for move in page.context["moves"]}
    assert told == {(moved.brightpath.name, "Silver", "Gold"), (moved.kappel.name, "", "Registered")}


def test_a_fall_counts_as_one_and_one_of_long_ago_doesnt(moved, browse):
    scheme_of_northwind = put_into_force(moved.northwind, number=2, valid_from=timezone.localdate())
    TierSpan.objects.all().delete()
    span(brightpath(moved), tier_of(scheme_of_northwind, 3), 300, until=200)
    span(brightpath(moved), tier_of(scheme_of_northwind, 2), 200, until=10)
    span(brightpath(moved), tier_of(scheme_of_northwind, 1), 10)
    assert browse("northwind_manager").get(TIERS).context["counts"] == {"up": 0, "down": 1, "first": 0}


def test_who_retired_is_on_no_ladder(moved, browse):
    Enrollment.objects.filter(pk=brightpath(moved).pk).update(status=EnrollmentStatus.RETIRED)
    (ladder,) = browse("northwind_manager").get(TIERS).context["ladders"]
    assert [step.name for step in ladder.steps] == ["Registered"]


def test_without_tiers_it_says_what_to_do(cast, browse):
    page = browse("halden_manager").get(TIERS)
    assert page.context["ladders"] == []
    assert b"Publish a tier scheme" in page.content


def test_it_takes_few_queries(moved, browse):
    client = browse("northwind_manager")
    client.get(TIERS)
    with CaptureQueriesContext(connection) as sent:
        client.get(TIERS)
    assert len(sent) <= 12
