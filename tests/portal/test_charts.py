"""Charts: nothing leaves the plot, figures are never rounded away, and right-to-left is the mirror image."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st

from portal.charts import funnel, heat_map, ladder, line_chart, spark_points, stacked_bars
from portal.public.styleguide.charts import figures


def per_cent(text: str) -> float:
    return float(text.removesuffix("%"))


@given(st.lists(st.floats(0, 1e9, allow_nan=False), min_size=1, max_size=24))
@example([5e-324])
def test_lines_stay_in_their_box(values):
    chart = line_chart([str(number) for number in range(len(values))], [("a", values)], rtl=False)
    for x, y in (pair.split(",") for pair in chart.lines[0].points.split()):
        assert 0 <= float(x) <= 100
        assert -0.1 <= float(y) <= 100.1


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=8))
def test_funnel_stays_in_its_box_both_ways(counts):
    steps = [(f"s{number}", count) for number, count in enumerate(counts)]
    for rtl in (False, True):
        for row in funnel(steps, rtl=rtl).rows:
            assert per_cent(row.x) >= -0.01
            assert per_cent(row.x) + per_cent(row.width) <= 100.01


@given(st.lists(st.decimals(0, 10**7, places=2), min_size=1, max_size=12))
def test_right_to_left_is_the_mirror_image(amounts):
    columns = [(str(number), (amount,)) for number, amount in enumerate(amounts)]
    there, here = stacked_bars(columns, "EUR", rtl=False), stacked_bars(columns, "EUR", rtl=True)
    for left, right in zip(there.bars, here.bars, strict=True):
        assert per_cent(left.x) + per_cent(left.width) + per_cent(right.x) == pytest.approx(100, abs=0.02)
        assert per_cent(left.middle) + per_cent(right.middle) == pytest.approx(100, abs=0.02)
        assert left.parts == right.parts


def test_direction_follows_the_language():
    with translation.override("ar"):
        assert stacked_bars([("a", (Decimal(1),))]).edge == "100.00%"
    assert stacked_bars([("a", (Decimal(1),))]).edge == "0.00%"


def test_rules_say_their_unit_and_are_exact():
    chart = stacked_bars([("a", (Decimal(25),))], suffix=" %", rtl=False)
    assert [rule.label for rule in chart.rules] == ["12.5 %", "25 %"]
    assert stacked_bars([("a", (Decimal(230_000),))], "EUR").rules[1].label == "€250k"


def test_two_lines_are_told_apart_without_colour():
    chart = line_chart(["a", "b"], [("x", [1, 2]), ("y", [2, 1])])
    assert [line.tone for line in chart.lines] == ["l1", "l2"]
    assert len(chart.ticks) == 2


def test_funnel_tells_the_share_that_went_on():
    rows = funnel([("Applied", 200), ("Approved", 50), ("Won", 0), ("Later", 0)], rtl=False).rows
    assert [row.kept for row in rows] == ["", "25% went on", "0% went on", ""]


def test_heat_map_marks_gaps_and_zeros_apart():
    (row,) = heat_map(["a", "b", "c", "d", "e"], [("x", [None, 0, 1, 5, 9])], rtl=False).rows
    assert [cell.level for cell in row.cells] == ["gap", "0", "1", "2", "3"]
    assert [cell.figure for cell in row.cells] == ["–", "0", "1", "5", "9"]


def test_ladder_fills_what_is_reached_and_marks_where_one_stands():
    tiers = [("Low", Decimal(0)), ("Mid", Decimal(300)), ("High", Decimal(700))]
    chart = ladder(tiers, Decimal(300), "You: 300", unit_words="")
    assert [bar.parts[0].tone for bar in chart.bars] == ["c1", "c1", "c3"]
    assert chart.mark is not None
    assert chart.mark.label == "You: 300"


@pytest.mark.parametrize("values", [[], [3], [0, 0, 0], [1, 5, 2]])
def test_sparkline_takes_any_run(values):
    points = spark_points(values, rtl=False)
    assert len(points.split()) == len(values)
    assert all(0 <= float(number) <= 100 for number in re.findall(r"[\d.]+", points))


@pytest.mark.parametrize("rtl", [False, True])
def test_every_chart_has_title_description_unit_and_its_figures_in_a_table(rtl):
    for chart_id, figure in figures(rtl=rtl):
        text = render_to_string("components/chart.html", {"figure": figure, "id": chart_id})
        assert f'<title id="{chart_id}-t">{figure.title}</title>' in text
        assert re.search(rf'<desc id="{chart_id}-d">[^<]{{20,}}</desc>', text)
        assert 'role="img"' in text
        assert str(figure.caption) in text
        assert text.count("<tr>") == len(figure.rows) + 1
        assert 'style="' not in text
        assert 'value="table"' in text
