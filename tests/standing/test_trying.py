"""What if: changed figures, the points that follow, and the shortest way; plain arithmetic, against figures by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from standing.scheme import Figure, evaluate, parse
from standing.scheme.evaluating import share
from standing.scheme.shape import Band, Line
from standing.templates import templates
from standing.trying import Step, bound, levers, steps_to, tried, value_for, way_to
from standing.words import rule_words, step_words
from tests.ladders import RICH

REVENUE, PEOPLE = Figure("revenue.won", months=12), Figure("people.certified")
POINTS, HELD, SATISFIED = Figure("points", months=12), Figure("certificates.held"), Figure("satisfaction", months=12)
SCHEME = parse(RICH)
VALUES = {
    POINTS: Decimal(60),
    REVENUE: Decimal(200_000),
    PEOPLE: Decimal(1),
    SATISFIED: Decimal(60),
    HELD: ("cell-seller",),
}


def more(**figures):
    names = {"revenue": REVENUE, "people": PEOPLE, "held": HELD}
    return {names[name]: value if isinstance(value, tuple) else Decimal(value) for name, value in figures.items()}


def test_points_follow_from_what_is_tried_by_the_rules():
    after = tried(VALUES, more(revenue=40_000), SCHEME)
    assert after[POINTS] == 100
    assert after[REVENUE] == 240_000
    assert evaluate(SCHEME, VALUES).rank == 1
    assert evaluate(SCHEME, after).rank == 2


def test_rule_gives_at_most_its_cap_and_whole_steps_where_it_says_so():
    capped = parse({
        "rules": [
            {"slug": "a", "name": "A", "source": "deal.won", "points": 10, "per": 1000, "whole": True, "cap": 45}
        ],
        "tiers": [{"slug": "t", "name": "T", "needs": {"figure": {"measure": "points", "months": 12}, "at_least": 40}}],
    })  # fmt: skip
    assert tried({}, more(revenue=3999), capped)[POINTS] == 30
    assert tried({}, more(revenue=9000), capped)[POINTS] == 45


def test_values_are_added_once():
    after = tried(VALUES, more(held=("cell-designer", "cell-seller")), SCHEME)
    assert after[HELD] == ("cell-seller", "cell-designer")


def test_one_step_is_enough_for_silver_and_told_first():
    first = steps_to(SCHEME, VALUES, 2)[0]
    assert first == Step(REVENUE, Decimal("40000.00"), alone=True, effort=Decimal("0.4"))
    assert way_to(SCHEME, VALUES, 2) == [first]


def test_way_to_gold_meets_everything_and_no_step_of_it_can_be_left_out():
    way = way_to(SCHEME, VALUES, 3)
    changes = {step.figure: step.more for step in way}
    assert set(changes) == {REVENUE, PEOPLE, HELD}
    assert changes[HELD] == ("cell-designer",)
    assert evaluate(SCHEME, tried(VALUES, changes, SCHEME)).rank == 3
    for figure in changes:
        rest = {each: value for each, value in changes.items() if each != figure}
        assert evaluate(SCHEME, tried(VALUES, rest, SCHEME)).rank < 3


def test_what_others_decide_has_no_way():
    placed = {"figure": {"measure": "revenue.won", "months": 12, "place": "program"}, "at_most": 3}
    scheme = parse({"tiers": [{"slug": "top", "name": "Top", "needs": placed}]})
    assert steps_to(scheme, {scheme.figures[0]: Decimal(40)}, 1) == []
    assert way_to(scheme, {scheme.figures[0]: Decimal(40)}, 1) == []
    assert levers(scheme, {}, 0, 1) == []


def test_upper_bound_is_met_by_less():
    scheme = parse(
        {"tiers": [{"slug": "a", "name": "A", "needs": {"figure": {"measure": "deals.closed"}, "at_most": 3}}]}
    )
    (step,) = steps_to(scheme, {scheme.figures[0]: Decimal(5)}, 1)
    assert (step.more, step.alone) == (Decimal(-2), True)
    (lever,) = levers(scheme, {scheme.figures[0]: Decimal(5)}, 0, 1)
    assert lever.down


def test_levers_are_the_figures_of_the_tiers_above_with_what_is_behind_points():
    found = {lever.figure: lever for lever in levers(SCHEME, VALUES, 1, 3)}
    assert set(found) == {REVENUE, PEOPLE, HELD, SATISFIED, POINTS, Figure("deals.approved", months=12)}
    assert found[HELD].values == ("cell-designer",)
    assert found[REVENUE].most == 500_000
    assert found[Figure("deals.approved", months=12)].has is None
    assert list(found)[-1] == POINTS
    assert all(lever.opened for lever in found.values())
    assert {lever.figure for lever in levers(SCHEME, VALUES, 1, 2)} == {
        REVENUE,
        POINTS,
        Figure("deals.approved", months=12),
    }


@pytest.mark.parametrize(("asked", "top"), [(0, 5), (1, 5), (3, 5), (40, 50), (51, 100), (250_000, 500_000)])
def test_bound_is_round_and_large_enough(asked, top):
    assert bound(Decimal(asked)) == top


@pytest.mark.parametrize(
    ("line", "points", "value"),
    [
        ({"points": Decimal(1), "per": Decimal(5000)}, 10, 50_000),
        ({"points": Decimal(3), "per": Decimal(1), "whole": True}, 10, 4),
        ({"bands": (Band(Decimal(2), Decimal(5)), Band(Decimal(9), Decimal(20)))}, 6, 9),
        ({"most": Decimal(5)}, 6, None),
    ],
)
def test_least_value_for_so_many_points_of_a_line(line, points, value):
    assert value_for(Line("l", "L", "c", REVENUE, **line), Decimal(points)) == value


def test_share_is_the_mean_of_what_is_needed_and_the_best_of_alternatives():
    gold = evaluate(SCHEME, VALUES).tiers[2]
    # Score 50 of 70, people 1 of 2, no certificate of one, and the better track at 200,000 of 250,000.
    assert share(gold) == (Decimal(50) / 70 + Decimal("0.5") + 0 + Decimal("0.8")) / 4
    assert share(evaluate(SCHEME, {**VALUES, POINTS: Decimal(100)}).tiers[1]) == 1


def test_steps_and_rules_are_told_in_words():
    won, approved = SCHEME.rules
    assert step_words(REVENUE, Decimal(40_000), "EUR") == "Won revenue +€40,000"
    assert step_words(PEOPLE, Decimal(-2), "EUR") == "Certified people −2"
    assert rule_words(won, "EUR") == "1 point for each €1,000; they count for 12 months"
    assert rule_words(approved, "EUR") == "10 points each, at most 50 in a quarter; they count for 12 months"


def test_score_is_reached_by_several_lines_where_none_is_enough():
    scheme = parse(templates()["microsoft-business-applications"].scheme)
    way = way_to(scheme, {}, 2)
    assert len(way) >= 3
    assert evaluate(scheme, tried({}, {step.figure: step.more for step in way}, scheme)).rank == 2
    assert all(step.more == step.more.to_integral_value() for step in way)
