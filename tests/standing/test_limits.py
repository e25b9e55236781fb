"""What if: a cap that is full and factors that aren't counted are told, by figures worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from standing.limits import limits
from standing.scheme import Figure, evaluate, parse
from standing.words import amount, missing_for
from tests.ladders import RICH

REVENUE = Figure("revenue.won", months=12)
SCHEME = parse(RICH)


@pytest.mark.parametrize(
    ("has", "more", "words"),
    [
        (200_000, 100_000, []),
        (
            300_000,
            100_000,
            ["“Revenue” counts at most 60 points; this would be 80, so more won’t add."],
        ),
    ],
)
def test_line_that_is_full_is_told_with_its_cap_beyond_the_boundary_only(has, more, words):
    assert limits(SCHEME, {REVENUE: Decimal(has)}, {REVENUE: Decimal(more)}) == words


def test_category_that_is_full_is_told_though_no_line_is():
    narrow = {**RICH, "categories": [{"slug": "sales", "name": "Sales", "most": 30}, RICH["categories"][1]]}
    told = limits(parse(narrow), {REVENUE: Decimal(150_000)}, {REVENUE: Decimal(50_000)})
    assert told == ["“Sales” counts at most 30 points; this would be 40, so more won’t add."]


def test_rule_tells_its_cap_and_the_factors_that_are_left_out():
    rule = {"slug": "a", "name": "Won", "source": "deal.won", "points": 1, "per": 1000, "cap": 100,
            "times": [{"where": {"family": ["robots"]}, "factor": 2}]}  # fmt: skip
    asked = {"figure": {"measure": "points", "months": 12}, "at_least": 500}
    scheme = parse({"rules": [rule], "tiers": [{"slug": "t", "name": "T", "needs": asked}]})
    factors = "“Won”: some earn 2 times the points; what is tried is counted once."
    assert limits(scheme, {}, {REVENUE: Decimal(100_000)}) == [factors]
    full = "“Won” counts at most 100 points; this would be 120, so more won’t add."
    assert limits(scheme, {}, {REVENUE: Decimal(120_000)}) == [full, factors]


def test_missing_certificates_go_by_their_names_and_one_point_is_singular():
    labels = {"credential": {"cell-designer": "Cell designer"}}
    missing = missing_for(SCHEME, evaluate(SCHEME, {}), 3, "EUR", labels)
    assert any(each.endswith(": Cell designer") for each in missing)
    assert not any("cell-designer" in each for each in missing)
    assert amount(Decimal(1), None, "EUR") == "1 point"
    assert amount(Decimal("1.5"), None, "EUR") == "1.5 points"
