"""The SQL for all enrollments says what the plain arithmetic says for one, whatever the scheme; past days replay."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from activity.relay import drain
from dealreg.services import reopen_deal
from standing.computing import compute, compute_days, qualifying_days, store
from standing.models import Calculation, PointEntry, Scheme
from standing.scheme import check, parse
from standing.scheme.faults import SchemeRefused

FIGURES: list[dict[str, Any]] = [
    {"measure": "points"},
    {"measure": "points", "months": 12},
    {"measure": "points", "days": 90, "where": {"category": ["sales"]}},
    {"measure": "points", "months": 6, "growth": True},
    {"measure": "points", "place": "program"},
    {"measure": "points", "place": "country"},
    {"measure": "deals.won", "months": 12},
    {"measure": "revenue.won", "months": 24},
    {"measure": "deals.win_rate"},
    {"measure": "people.certified"},
    {"measure": "satisfaction", "months": 12},
]
SCORES = ["total", "one", "two", "both"]
figures = st.sampled_from(FIGURES)
amounts = st.sampled_from(["0", "1", "2.5", "10", "33.33", "100", "250"])
needs = st.one_of(
    st.builds(lambda figure, n: {"figure": figure, "at_least": n}, figures, amounts),
    st.builds(lambda figure, n: {"figure": figure, "at_most": n}, figures, amounts),
    st.builds(lambda figure: {"figure": figure, "between": ["1", "60"]}, figures),
    st.builds(
        lambda score, n: {"score": score, "at_least": n}, st.sampled_from(["total", "one", "two", "both"]), amounts
    ),
    st.just({"figure": {"measure": "certificates.held"}, "includes_any": ["a", "b"]}),
)
nodes = st.recursive(
    needs,
    lambda inner: st.builds(
        lambda word, parts: {word: parts}, st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=5,
)


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    """Any scheme over the figures above."""
    lines = [
        {
            "slug": f"line-{at}",
            "name": f"Line {at}",
            "category": draw(st.sampled_from(["one", "two"])),
            "figure": draw(figures),
            "points": draw(amounts),
            "per": draw(st.sampled_from(["1", "3", "7.5"])),
            "whole": draw(st.booleans()),
            "most": draw(st.sampled_from([None, "5", "40"])),
            "bands": draw(st.sampled_from([[], [["0", "1"], ["10", "5"], ["100", "9.5"]]])),
        }
        for at in range(draw(st.integers(0, 4)))
    ]
    return {
        "categories": [
            {"slug": "one", "name": "One", "most": draw(st.sampled_from([None, "15"])), "weight": "0.75"},
            {"slug": "two", "name": "Two", "weight": "2"},
        ],
        "totals": [{"slug": "both", "name": "Both", "categories": ["one", "two"]}],
        "lines": lines,
        "tiers": [
            {"slug": "start", "name": "Start"},
            *(
                {"slug": f"tier-{at}", "name": f"Tier {at}", "needs": draw(nodes)}
                for at in range(draw(st.integers(1, 3)))
            ),
        ],
        "specialisations": [{"slug": "special", "name": "Special", "needs": draw(nodes)}],
    }


def test_sql_and_plain_arithmetic_agree_on_any_scheme(cast, scheme_of, win):
    scheme = scheme_of()
    win(120_000, timezone.localdate() - timedelta(days=200))
    win(33_330)
    give(cast, "kappel_northwind", "12.35", "sales", timezone.localdate() - timedelta(days=30))
    give(cast, "brightpath_northwind", "77.7", "sales", timezone.localdate() - timedelta(days=300))

    @settings(
        max_examples=60,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(definitions())
    def agree(definition: dict[str, Any]) -> None:
        tried = Scheme(
            pk=scheme.pk,
            vendor=scheme.vendor,
            program=scheme.program,
            definition=definition,
            valid_from=scheme.valid_from,
        )
        with transaction.atomic():
            found = compute(tried, timezone.localdate())
        for each in found:
            verdict = each.verdict(tried.shape)
            assert (each.rank, each.total) == (verdict.rank, verdict.total)
            special = [slug for slug, judged in verdict.specialisations.items() if judged.met]
            assert list(each.specialisations) == special
            added = sum(
                (category.weight * verdict.categories[category.slug] for category in tried.shape.categories), Decimal(0)
            )
            assert each.total == added.quantize(Decimal("0.01"), ROUND_HALF_UP)

    agree()


def give(cast, name: str, points: str, category: str, day: date, **more: Any) -> PointEntry:
    enrollment = cast.enrollments[name]
    return PointEntry.objects.create(
        vendor=enrollment.vendor, partner=enrollment.partner, enrollment=enrollment, kind="award", rule="won",
        key=f"{category}:{day}:{points}", category=category, points=Decimal(points), day=day, **more,
    )  # fmt: skip


def points_on(scheme: Scheme, cast, day: date, **asked: Any) -> Decimal:
    (found,) = compute(scheme, day, enrollments=[cast.enrollments["brightpath_northwind"].pk], **asked)
    return found.figures[0]


def test_points_count_from_their_day_until_they_end(cast, scheme_of):
    scheme, start = scheme_of(), date(2026, 3, 31)
    give(cast, "brightpath_northwind", "50", "sales", start, ends=date(2026, 6, 30))
    wanted = {date(2026, 3, 30): 0, start: 50, date(2026, 6, 29): 50, date(2026, 6, 30): 0}
    assert {day: points_on(scheme, cast, day) for day in wanted} == wanted


def test_fading_points_lose_an_equal_part_each_month(cast, scheme_of):
    scheme, start = scheme_of(), date(2026, 1, 15)
    give(cast, "brightpath_northwind", "100", "sales", start, fades_months=4)
    wanted = {
        date(2026, 1, 14): 0, start: 100, date(2026, 2, 14): 100, date(2026, 2, 15): 75, date(2026, 3, 15): 50,
        date(2026, 4, 15): 25, date(2026, 5, 15): 0,
    }  # fmt: skip
    assert {day: points_on(scheme, cast, day) for day in wanted} == wanted


def test_window_of_months_ends_where_the_calendar_says(cast, scheme_of):
    scheme = scheme_of()
    give(cast, "brightpath_northwind", "50", "sales", date(2025, 2, 28))
    assert points_on(scheme, cast, date(2026, 2, 27)) == 50
    assert points_on(scheme, cast, date(2026, 2, 28)) == 0


@pytest.mark.django_db(transaction=True)
def test_a_past_day_replays_as_it_was_known_then(cast, scheme_of, win):
    scheme, today = scheme_of(), timezone.localdate()
    deal = win(120_000, today - timedelta(days=3))
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (known,) = cursor.fetchone()
    before = points_on(scheme, cast, today)
    reopen_deal(actor=cast.actor("brightpath_sales"), deal=deal)
    drain()
    assert points_on(scheme, cast, today) == before - 120
    assert points_on(scheme, cast, today, known=known) == before


def test_many_days_at_once_say_what_each_day_says_alone(cast, scheme_of, win):
    scheme, today = scheme_of(), timezone.localdate()
    win(120_000, today - timedelta(days=20))
    give(cast, "brightpath_northwind", "40", "sales", today - timedelta(days=45), ends=today - timedelta(days=10))
    days = [today - timedelta(days=ago) for ago in (50, 45, 20, 10, 0)]
    at_once = {(each.enrollment_id, each.day): (each.rank, each.figures) for each in compute_days(scheme, days)}
    alone = {(each.enrollment_id, day): (each.rank, each.figures) for day in days for each in compute(scheme, day)}
    assert at_once == alone


def test_best_day_of_the_qualifying_window_counts(cast, scheme_of):
    definition = {
        "tiers": [
            {"slug": "start", "name": "Start"},
            {"slug": "reached", "name": "Reached", "needs": {"figure": {"measure": "points"}, "at_least": 50}},
        ],
        "review": {"qualifying_months": 5},
    }
    scheme = scheme_of(definition)
    give(cast, "brightpath_northwind", "50", "sales", date(2026, 1, 10), ends=date(2026, 1, 11))
    own = {"enrollments": [cast.enrollments["brightpath_northwind"].pk]}
    (last,), (over,) = compute(scheme, date(2026, 6, 30), **own), compute(scheme, date(2026, 7, 1), **own)
    assert (last.rank, last.day) == (2, date(2026, 1, 10))
    assert over.rank == 1
    assert qualifying_days(parse(definition), date(2026, 6, 30))[0] == date(2026, 1, 1)


def test_storing_again_writes_nothing(cast, scheme_of, win):
    scheme = scheme_of()
    win(120_000)
    store(scheme, timezone.localdate())
    kept = list(Calculation.objects.order_by("pk").values())
    assert store(scheme, timezone.localdate()) == 0
    assert list(Calculation.objects.order_by("pk").values()) == kept


def test_entries_are_only_added_to(cast, scheme_of):
    entry = give(cast, "brightpath_northwind", "50", "sales", date(2026, 1, 10))
    for change in (lambda: PointEntry.objects.filter(pk=entry.pk).update(points=1), entry.delete):
        with pytest.raises(Exception, match="only ever added to"), transaction.atomic():
            change()
    assert PointEntry.objects.get().points == 50


WON = {"measure": "deals.won"}
TRACKS = [
    {"slug": "x", "name": "Track A", "needs": {"any": [{"ref": "y"}, {"score": "total", "at_least": 0}]}},
    {"slug": "y", "name": "Track B", "needs": {"all": [{"ref": "x"}]}},
]
CAPPED = {
    "slug": "r",
    "name": "R",
    "source": "deal.won",
    "points": 1,
    "cap": 10,
    "cap_period": "year",
    "expires_months": 12,
}


def tier(needs: Any = None, name: str = "A", **more: Any) -> dict[str, Any]:
    return {"slug": name.lower(), "name": name, "needs": needs, **more}


def points(**bound: Any) -> dict[str, Any]:
    return {"figure": {"measure": "points", "months": 12}, **bound}


REFUSED = [
    ({"tiers": []}, "at least one tier"),
    ({"tiers": [tier(), tier({"score": "total", "at_least": 0})]}, "there twice"),
    ({"tiers": [tier(points(between=["50", "40"]))]}, "Between 50 and 40"),
    ({"rules": [CAPPED], "tiers": [tier(points(at_least=21))]}, "at most 20 can be reached"),
    (
        {
            "categories": [{"slug": "c", "name": "C", "most": 20}],
            "tiers": [tier({"score": "c", "at_least": 21})],
        },
        "Nobody can meet this",
    ),
    ({"tiers": [tier({"figure": {"measure": "deals.win_rate"}, "at_least": 101})]}, "at most 100"),
    (
        {"tiers": [tier({"figure": WON, "at_least": 9}, "Silver"), tier({"figure": WON, "at_least": 8}, "Gold")]},
        "“Gold” asks for 8, “Silver” below it for 9",
    ),
    ({"tiers": [tier(), tier(name="B")]}, "“B” needs nothing"),
    ({"requirements": TRACKS, "tiers": [tier({"ref": "x"})]}, "“Track A” → “Track B” → “Track A”"),
    ({"tiers": [tier({"figure": {"measure": "moon.phase"}, "at_least": 1})]}, "no measure called “moon.phase”"),
    (
        {"tiers": [tier({"figure": {"measure": "points", "where": {"colour": ["x"]}}, "at_least": 1})]},
        "can't be narrowed down by “colour”",
    ),
    ({"tiers": [tier(brings=[{"kind": "yacht", "value": 1}])]}, "no benefit called “yacht”"),
    (
        {"tiers": [tier({"all": [{"figure": WON, "at_least": 9}, {"figure": WON, "at_most": 3}]})]},
        "at least 9 and at most 3",
    ),
    ({"tiers": [tier(points(at_least="12,oo"))]}, "a number"),
    ({"tiers": [tier(points(at_least="1e30"))]}, "too large"),
    ({"tiers": "all of them"}, "should be a list"),
    ([], "named parts"),
]


@pytest.mark.parametrize(("definition", "sentence"), REFUSED)
def test_scheme_that_cannot_work_is_refused_with_the_sentence_that_explains_it(definition, sentence):
    with pytest.raises(SchemeRefused) as refused:
        check(parse(definition))
    assert any(sentence in fault.message for fault in refused.value.faults)
