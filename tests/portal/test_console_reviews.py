"""Reviews decided in the console; tiers and points given by hand, from the console and the desk."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from activity.models import Event
from standing.models import Calculation, PointEntry, Standing, Tier, TierOverride, TierReview
from standing.services import keep_program
from tests.standing.conftest import scheme_of, win  # noqa: F401  (fixtures)


@pytest.fixture
def manager(browse):
    return browse("northwind_manager")


@pytest.fixture
def ladder(cast, scheme_of) -> dict[str, Tier]:  # noqa: F811
    """Return Northwind's tiers; every enrollment is computed."""
    Standing.objects.all().delete()
    scheme_of()
    keep_program(cast.northwind.program)
    return {tier.name: tier for tier in Tier.objects.filter(program=cast.northwind.program, rank__isnull=False)}


def proposed(cast: Any, enrollment: str, tier: Tier) -> TierReview:
    """Return a review of an enrollment that holds a tier without reaching it."""
    row = cast.enrollments[enrollment]
    today = timezone.localdate()
    Standing.objects.update_or_create(
        enrollment=row, defaults={"vendor": row.vendor, "partner": row.partner, "tier": tier, "earned": tier}
    )
    return TierReview.objects.create(
        enrollment=row, vendor=row.vendor, partner=row.partner, state="proposed",
        due_on=today - timedelta(days=31), grace_until=today - timedelta(days=1), from_tier=tier,
    )  # fmt: skip


def tier_of(cast: Any, enrollment: str) -> str:
    return Standing.objects.get(enrollment=cast.enrollments[enrollment]).tier.name


def test_a_review_says_what_is_missing_and_is_kept_with_a_reason(cast, ladder, manager):
    review = proposed(cast, "brightpath_northwind", ladder["Silver"])
    listed = manager.get(reverse("console:reviews")).content.decode()
    assert "Points, last 12 months: 100 more" in listed
    assert "Tier reviews to decide" in manager.get(reverse("console:home")).content.decode()
    url = reverse("console:review", args=[review.pk])
    assert "Missing for Silver" in manager.get(url).content.decode()
    assert manager.post(url, {"reason": " "}).status_code == 422
    assert manager.post(url, {"reason": "A large deal is signed next week."}).status_code == 302
    review.refresh_from_db()
    assert (review.state, review.reason) == ("kept", "A large deal is signed next week.")
    assert tier_of(cast, "brightpath_northwind") == "Silver"
    late = manager.post(url, {"reason": "Twice"})
    assert late.status_code == 409
    review.refresh_from_db()
    assert review.reason == "A large deal is signed next week."


def test_a_tier_is_lowered_to_what_the_figures_bring_unless_it_has_caught_up(cast, ladder, manager):
    review = proposed(cast, "brightpath_northwind", ladder["Gold"])
    lower = reverse("console:review-lower", args=[review.pk])
    Calculation.objects.update(rank=3, tier=ladder["Gold"])
    caught_up = manager.post(lower)
    assert caught_up.status_code == 409
    assert "caught up" in caught_up.content.decode()
    assert tier_of(cast, "brightpath_northwind") == "Gold"
    Calculation.objects.update(rank=1, tier=ladder["Registered"])
    assert manager.post(lower).status_code == 302
    assert tier_of(cast, "brightpath_northwind") == "Registered"


def test_several_are_decided_with_one_reason_and_what_was_not_is_named(cast, ladder, manager):
    first = proposed(cast, "brightpath_northwind", ladder["Silver"])
    second = proposed(cast, "kappel_northwind", ladder["Gold"])
    url = reverse("console:reviews-decide")
    chosen = {"deed": "keep", "selected": [first.pk, second.pk]}
    asked = manager.post(url, chosen)
    assert "Let 2 tiers stay" in asked.content.decode()
    assert manager.post(url, chosen | {"sure": "1", "reason": ""}).status_code == 422
    TierReview.objects.filter(pk=second.pk).update(state="recovered")
    partly = manager.post(url, chosen | {"sure": "1", "reason": "Moving houses"})
    assert partly.status_code == 409
    assert "Kappel" in partly.content.decode()
    first.refresh_from_db()
    assert (first.state, first.reason) == ("kept", "Moving houses")


def test_a_tier_by_hand_is_given_listed_and_ended(cast, ladder, manager):
    enrollment = cast.enrollments["brightpath_northwind"]
    url = reverse("console:give-tier", args=[enrollment.pk])
    page = manager.get(url).content.decode()
    assert page.index(">Gold</option>") < page.index(">Registered</option>")
    until = timezone.localdate() + timedelta(days=90)
    wrong = {"tier": ladder["Gold"].pk, "ends_on": timezone.localdate().isoformat(), "reason": "Lighthouse"}
    refused = manager.post(url, wrong)
    assert refused.status_code == 422
    assert "Lighthouse" in refused.content.decode()
    assert not TierOverride.objects.exists()
    given = manager.post(url, wrong | {"ends_on": until.isoformat(), "next": "/desk/partners/"})
    assert given.url == "/desk/partners/"
    assert tier_of(cast, "brightpath_northwind") == "Gold"
    assert manager.post(url, wrong | {"ends_on": until.isoformat()}).status_code == 409
    assert "Lighthouse" in manager.get(reverse("console:overrides")).content.decode()
    end = reverse("console:override-end", args=[TierOverride.objects.get().pk])
    assert manager.post(end, {"next": "https://elsewhere.example/"}).url == reverse("console:overrides")
    assert tier_of(cast, "brightpath_northwind") == "Registered"
    assert manager.post(end).status_code == 409


def test_points_by_hand_need_a_reason_and_count_at_once(cast, ladder, manager):
    enrollment = cast.enrollments["brightpath_northwind"]
    url = reverse("console:give-points", args=[enrollment.pk])
    refused = manager.post(url, {"points": "0", "reason": "Nothing"})
    assert refused.status_code == 422
    assert manager.post(url, {"points": "150", "reason": ""}).status_code == 422
    assert not PointEntry.objects.exists()
    assert manager.post(url, {"points": "150", "reason": "Speaker at our fair"}).status_code == 302
    assert tier_of(cast, "brightpath_northwind") == "Silver"
    manager.post(url, {"points": "−20,5", "reason": "Booked too much"})
    assert [entry.points for entry in PointEntry.objects.order_by("pk")] == [150, Decimal("-20.5")]
    points = manager.get(reverse("desk:partner-points", args=["brightpath"])).content.decode()
    assert "Speaker at our fair" in points


def test_the_desk_tells_where_a_partner_stands(cast, ladder, manager):
    proposed(cast, "brightpath_northwind", ladder["Silver"])
    page = manager.get(reverse("desk:partner-detail", args=["brightpath"])).content.decode()
    assert "By its figures" in page
    assert "Points, last 12 months: 100 more" in page
    assert reverse("console:give-tier", args=[cast.enrollments["brightpath_northwind"].pk]) in page
    assert "Halden" not in page


def test_who_only_approves_deals_decides_no_tiers(cast, ladder, browse):
    review = proposed(cast, "brightpath_northwind", ladder["Silver"])
    approver, before = browse("northwind_approver"), Event.objects.count()
    assert approver.get(reverse("console:reviews")).status_code == 403
    assert approver.post(reverse("console:review-lower", args=[review.pk])).status_code == 403
    enrollment = cast.enrollments["brightpath_northwind"]
    for name in ("give-tier", "give-points"):
        assert approver.post(reverse(f"console:{name}", args=[enrollment.pk]), {}).status_code == 403
    assert "console" not in approver.get(reverse("desk:partner-detail", args=["brightpath"])).content.decode()
    assert Event.objects.count() == before
    assert tier_of(cast, "brightpath_northwind") == "Silver"


def test_the_list_of_standings_has_facets_and_an_export(cast, ladder, manager):
    proposed(cast, "brightpath_northwind", ladder["Silver"])
    url = reverse("admin:standing_standing_changelist")
    page = manager.get(url).content.decode()
    assert "By its figures" in page
    found = manager.get(f"{url}?enrollment__reviews__state__exact=proposed").content.decode()
    assert "Brightpath" in found
    assert "Kappel" not in found
    assert "Silver" in manager.get(f"{url}?export=csv").getvalue().decode()
