"""Standings over the API: the same figures and reasons as on the pages, the same services, and nobody else's rows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from activity.models import Event
from partners.models import Enrollment
from prm.kernel.opaque import veil
from standing.models import Calculation, PointEntry, Specialisation, Standing, TierOverride, TierReview
from tests.api_client import Api, token_of
from tests.cast import make_partner
from tests.ladders import award_as, brightpath, compute_as, put_into_force, tier_of

TODAY = timezone.localdate()
FIGURES = {"points": 150, "revenue.won": 200_000, "people.certified": 1, "satisfaction": 60, "certificates.held": []}


@pytest.fixture
def scheme(cast):
    scheme = put_into_force(cast.northwind)
    compute_as(scheme, brightpath(cast), FIGURES)
    award_as(scheme, brightpath(cast), 2, why="Points: 150")
    return scheme


@pytest.fixture
def api(cast):
    return lambda persona="northwind_manager", **more: Api(token_of(cast, persona, **more))


def tenant(cast):
    row = brightpath(cast)
    return {"enrollment": row, "vendor_id": row.vendor_id, "partner_id": row.partner_id}


def open_review(cast, scheme):
    return TierReview.objects.create(
        **tenant(cast),
        state="proposed",
        due_on=TODAY - timedelta(days=40),
        grace_until=TODAY - timedelta(days=10),
        from_tier=tier_of(scheme, 2),
        to_tier=tier_of(scheme, 1),
    )


def path_of(row, what):
    return f"{what}/{veil(row.pk, row._meta.model_name)}/"


# -- Reading


def test_enrollment_says_tier_calculated_tier_score_and_next_review(cast, scheme, api):
    (row,) = api("brightpath_sales").get("enrollments/", vendor="northwind").json()["results"]
    assert (row["tier"], row["calculated_tier"], row["score"]) == ("Silver", "Silver", "50.00")
    assert row["next_review"].endswith("-01-31")
    other = api("brightpath_sales").get(f"enrollments/{cast.enrollments['brightpath_halden'].pk}/").json()
    assert (other["calculated_tier"], other["score"], other["next_review"]) == (None, None, None)


def test_standing_explains_itself_and_adds_up(cast, scheme, api):
    for persona in ("brightpath_sales", "northwind_executive"):
        found = api(persona).get(f"standings/{brightpath(cast).pk}/").json()
        assert (found["tier"], found["why"]) == ("Silver", "Points: 150")
        for category in found["categories"]:
            assert sum(Decimal(line["points"]) for line in category["lines"]) == Decimal(category["points"])
        points = [Decimal(each["points"]) * Decimal(each["weight"]) for each in found["categories"]]
        assert sum(points) == Decimal(found["score"]) == 50
        assert [tier["met"] for tier in found["tiers"]] == [True, True, False]
        gold = found["tiers"][2]
        assert "Certified people: 1 more" in gold["missing"]
        tracks = gold["requirements"]["parts"][3]
        assert (tracks["kind"], tracks["name"]) == ("any", "One track")
        assert tracks["parts"][0]["parts"][0]["missing"] == "50000"
        assert tracks["parts"][1]["name"] == "Services track"
        assert gold["requirements"]["parts"][2]["missing_values"] == ["cell-designer"]
        assert found["specialisations"][0]["met"] is False


def test_list_of_standings_is_filtered_by_tier_and_by_who_falls_short(cast, scheme, api):
    assert [row["partner"]["slug"] for row in api().get("standings/", tier="silver").json()["results"]] == [
        "brightpath"
    ]
    assert api().get("standings/", below="true").json()["results"] == []
    Calculation.objects.update(rank=1)
    assert len(api().get("standings/", below="true").json()["results"]) == 1
    assert api("halden_manager").get("standings/").json()["results"] == []
    api("kappel_sales").get(f"standings/{brightpath(cast).pk}/", 404)


def test_lists_cost_the_same_for_one_and_for_thirty(cast, scheme, api, django_assert_num_queries):
    caller = api("northwind_manager")
    caller.get("standings/")
    for path in ("standings/", "enrollments/", "points/"):
        with django_assert_num_queries(3):  # token, use, rows
            caller.get(path)
    add_more(cast, scheme)
    for path in ("standings/", "enrollments/", "points/"):
        with django_assert_num_queries(3):  # token, use, rows
            assert len(caller.get(path).json()["results"]) > 20


def add_more(cast, scheme):
    for number in range(25):
        row = Enrollment.objects.create(
            vendor=cast.northwind.vendor,
            program=cast.northwind.program,
            partner=make_partner(f"P{number}", f"p-{number}"),
        )
        compute_as(scheme, row, FIGURES)
        PointEntry.objects.create(
            enrollment=row,
            vendor_id=row.vendor_id,
            partner_id=row.partner_id,
            scheme=scheme,
            kind="award",
            rule="won",
            key=f"deal:{number}",
            points=5,
            day=TODAY,
        )


def test_tiers_so_far_and_specialisations_are_listed(cast, scheme, api):
    Specialisation.objects.create(
        **tenant(cast), slug="food", name="Food", since=TODAY, expires_on=TODAY + timedelta(days=9)
    )
    caller = api("brightpath_marketing")
    (span,) = caller.get("tier-changes/", enrollment=brightpath(cast).pk).json()["results"]
    assert (span["tier"], span["until"], span["why"]) == ("Silver", None, "Points: 150")
    (special,) = caller.get("specialisations/", held="true").json()["results"]
    assert special["name"] == "Food"
    assert caller.get(f"specialisations/{special['id']}/").json() == special
    assert api("kappel_sales").get("specialisations/").json()["results"] == []


def test_ledger_hides_row_numbers_from_partners(cast, scheme, api):
    deal = cast.register()
    PointEntry.objects.create(
        **tenant(cast), scheme=scheme, kind="award", rule="won", key=f"deal:{deal.pk}", points=5, day=TODAY
    )
    (told,) = api("brightpath_sales").get("points/", rule="won").json()["results"]
    assert told["key"] == f"deal:{veil(deal.pk, 'deal')}"
    (whole,) = api().get("points/", rule="won").json()["results"]
    assert whole["key"] == f"deal:{deal.pk}"
    assert api("brightpath_sales").get("points/", kind="manual").json()["results"] == []


def test_schemes_are_for_partner_managers(cast, scheme, api):
    (row,) = api().get("schemes/").json()["results"]
    assert row["definition"]["tiers"][2]["slug"] == "gold"
    for persona in ("northwind_approver", "brightpath_administrator"):
        api(persona).get("schemes/", 403)
    assert api("halden_manager").get("schemes/").json()["results"] == []
    api("halden_manager").get(f"schemes/{scheme.pk}/", 404)


# -- Writing


def test_points_by_hand_are_booked_once_and_the_partner_reads_why(cast, scheme, api):
    body = {"enrollment": brightpath(cast).pk, "points": "25", "reason": "For the fair"}
    caller = api()
    made = caller.post("points/", body, 201, Idempotency_Key="k1").json()
    assert caller.post("points/", body, 201, Idempotency_Key="k1").json() == made
    assert PointEntry.objects.count() == 1
    assert Event.objects.filter(kind="points.adjusted").count() == 1
    (read,) = api("brightpath_sales").get("points/").json()["results"]
    assert (read["points"], read["note"], read["kind"]) == ("25.00", "For the fair", "manual")


@pytest.mark.parametrize(
    ("persona", "changes", "answer"),
    [
        ("northwind_approver", {}, (403, "not_allowed")),
        ("brightpath_administrator", {}, (403, "not_allowed")),
        ("halden_manager", {}, (422, "unknown_enrollment")),
        ("northwind_manager", {"enrollment": 999_999}, (422, "unknown_enrollment")),
        ("northwind_manager", {"points": "0"}, (422, "points")),
        ("northwind_manager", {"reason": " "}, (422, "invalid")),
        ("northwind_manager", {"ends": "2020-01-01"}, (422, "in_the_past")),
        ("northwind_manager", {"more": 1}, (422, "invalid")),
    ],
)
def test_points_by_hand_that_are_refused_leave_nothing(cast, scheme, api, persona, changes, answer):
    status, code = answer
    body = {"enrollment": brightpath(cast).pk, "points": "25", "reason": "For the fair", **changes}
    assert api(persona).post("points/", body, status).json()["code"] == code
    assert not PointEntry.objects.exists()
    assert not Event.objects.filter(kind="points.adjusted").exists()


def test_token_without_the_scope_is_told_which_one(cast, scheme, api):
    reader = api(scopes=("standing:read",))
    assert reader.get("reviews/").json()["results"] == []
    body = {"enrollment": brightpath(cast).pk, "points": "25", "reason": "x"}
    assert reader.post("points/", body, 403).json()["code"] == "missing_scope"
    assert api(scopes=("deals:read",)).get("standings/", 403).json()["code"] == "missing_scope"


def test_review_is_kept_with_a_reason_and_can_be_decided_once(cast, scheme, api):
    review = open_review(cast, scheme)
    caller, path = api(), path_of(review, "reviews")
    assert caller.post(f"{path}keep/", {"reason": ""}, 422).json()["code"] == "invalid"
    kept = caller.post(f"{path}keep/", {"reason": "Opens the north"}).json()
    assert (kept["state"], kept["reason"], kept["decided_by"]["name"]) == (
        "kept",
        "Opens the north",
        "Northwind Manager",
    )
    caller.post(f"{path}lower/", {}, 409)
    told = api("brightpath_sales").get(path).json()
    assert told["reason"] == "Opens the north"
    assert "decided_by" not in told
    assert Standing.objects.get(enrollment=brightpath(cast)).tier.name == "Silver"


def test_review_lowers_what_figures_no_longer_bring(cast, scheme, api):
    Calculation.objects.all().delete()
    compute_as(scheme, brightpath(cast), {**FIGURES, "points": 60})
    path = path_of(open_review(cast, scheme), "reviews")
    for persona, status in (("northwind_approver", 403), ("brightpath_administrator", 403), ("halden_manager", 404)):
        api(persona).post(f"{path}lower/", {}, status)
    assert Standing.objects.get(enrollment=brightpath(cast)).tier.name == "Silver"
    assert api().post(f"{path}lower/", {}).json()["state"] == "lowered"
    assert Standing.objects.get(enrollment=brightpath(cast)).tier.name == "Registered"


def test_tier_is_given_by_hand_until_a_day_and_ended(cast, scheme, api):
    ends = (TODAY + timedelta(days=60)).isoformat()
    body = {"enrollment": brightpath(cast).pk, "tier": "gold", "reason": "Opens the north", "ends_on": ends}
    caller = api()
    given = caller.post("overrides/", body, 201).json()
    assert Standing.objects.get(enrollment=brightpath(cast)).tier.name == "Gold"
    caller.post("overrides/", body, 409)
    assert "given_by" not in api("brightpath_sales").get(f"overrides/{given['id']}/").json()
    api("brightpath_administrator").post(f"overrides/{given['id']}/end/", {}, 403)
    assert caller.post(f"overrides/{given['id']}/end/", {}).json()["ended_at"]
    assert Standing.objects.get(enrollment=brightpath(cast)).tier.name == "Silver"
    assert caller.get("overrides/", running="true").json()["results"] == []


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"tier": "diamond"}, 422, "unknown_tier"),
        ({"ends_on": "2020-01-01"}, 422, "ends_on"),
        ({"enrollment": 999_999}, 422, "unknown_enrollment"),
    ],
)
def test_tier_that_cannot_be_given_is_refused_and_nothing_changes(cast, scheme, api, changes, status, code):
    ends = (TODAY + timedelta(days=60)).isoformat()
    body = {"enrollment": brightpath(cast).pk, "tier": "gold", "reason": "x", "ends_on": ends, **changes}
    assert api().post("overrides/", body, status).json()["code"] == code
    assert not TierOverride.objects.exists()
    assert Standing.objects.get(enrollment=brightpath(cast)).tier.name == "Silver"
