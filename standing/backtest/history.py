"""History under a scheme that is tried: the points that facts would have earned, and ranks on past days. Set-based.

Working rows live in unlogged tables, keyed by the trial: they cost no write-ahead log, and a crash of the database
empties them, which `is_whole` notices.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection

from partners.enums import LIVE
from standing.backtest.costing import MONTHS, REVENUE
from standing.compiling import Asked, compiled
from standing.computing import served_types, values_of
from standing.ledger import MEMBERS, earned_by
from standing.measures import points_of
from standing.models import BackTestDay, BackTestPoint
from standing.registry import MEASURES

if TYPE_CHECKING:
    from standing.models import BackTest
    from standing.scheme.evaluating import Value
    from standing.scheme.shape import PointRule

EARN = """
WITH member AS ({members}), earned AS ({earned})
INSERT INTO standing_backtestpoint (back_test_id, enrollment_id, rule, category, points, day, ends, fades_months)
SELECT %(trial)s, enrollment_id, %(rule)s, %(category)s, points, day,
  (day + make_interval(months => nullif(%(expires)s, 0)))::date, %(fades)s
FROM earned WHERE points <> 0
"""
# What people gave by hand stays under any scheme.
BY_HAND = """
INSERT INTO standing_backtestpoint (back_test_id, enrollment_id, rule, category, points, day, ends, fades_months)
SELECT %(trial)s, enrollment_id, rule, category, points, day, ends, fades_months
FROM standing_pointentry
WHERE vendor_id = %(vendor)s AND kind = 'manual' AND enrollment_id IN (SELECT id FROM ({members}) AS member)
"""
POINTS = """(SELECT enrollment_id, rule AS key, day, ends, points, fades_months, category, rule, now() AS recorded_at
  FROM standing_backtestpoint WHERE back_test_id = {trial:d}) AS p"""
KEEP_DAYS = """
INSERT INTO standing_backtestday (back_test_id, enrollment_id, day, rank, total, figures)
SELECT %(trial)s, id, day, rank, total, figures FROM ({found}) AS found
"""
REVENUES = """
SELECT f.enrollment_id, sum(f.amount) FROM ({source}) f
WHERE f.day <= %(on)s AND f.day > (%(on)s::date - make_interval(months => %(months)s))::date
  AND (f.ends IS NULL OR f.ends > %(on)s) AND f.enrollment_id = ANY(%(enrollments)s)
GROUP BY f.enrollment_id
"""
RANKS = """
SELECT enrollment_id, array_agg(day ORDER BY day), array_agg(rank ORDER BY day) FROM standing_backtestday
WHERE back_test_id = %(trial)s AND enrollment_id = ANY(%(enrollments)s) GROUP BY enrollment_id
"""
JUDGED = """
SELECT d.enrollment_id, d.total, d.figures FROM standing_backtestday d
JOIN unnest(%(enrollments)s::bigint[], %(days)s::date[]) AS wanted(enrollment_id, day)
  ON wanted.enrollment_id = d.enrollment_id AND wanted.day = d.day
WHERE d.back_test_id = %(trial)s
"""


def values_for(trial: BackTest) -> dict[str, Any]:
    """Return what statements about a trial's enrollments need."""
    return {
        "trial": trial.pk,
        "vendor": trial.vendor_id,
        "program": trial.program_id,
        "types": served_types(trial.scheme, trial.on),
        "live": [str(status) for status in LIVE],
    }


def spans_of(trial: BackTest) -> list[tuple[date, date]]:
    """Return the spans of days in which points are earned, each of which can be computed alone: caps are by the year.

    All that is known counts, so that a figure without a window is complete: the first span begins with time itself.
    """
    first = trial.on.year - (trial.months + 11) // 12
    years = [date(year, 1, 1) for year in range(first, trial.on.year + 1)]
    after = date.fromordinal(trial.on.toordinal() + 1)
    return list(zip([date.min, *years], [*years, after], strict=True))


def earn_points(trial: BackTest, rule: PointRule, span: tuple[date, date]) -> int:
    """Put down what the facts of some days earn under a rule; returns how many rows."""
    start, end = span
    values = {
        **values_for(trial),
        "rule": rule.slug,
        "category": rule.category,
        "expires": rule.expires_months,
        "fades": rule.fades_months,
        "start": start,
        "end": end,
    }
    return _run(EARN.format(members=MEMBERS, earned=earned_by(rule, values, only=False)), values)


def take_over_by_hand(trial: BackTest) -> int:
    """Put down the points that were given by hand; returns how many rows."""
    return _run(BY_HAND.format(members=MEMBERS.replace("e.id, e.partner_id", "e.id")), values_for(trial))


def compute_month(trial: BackTest, days: Sequence[date]) -> int:
    """Compute and put down figures and ranks on the days of a month; returns how many rows."""
    points = points_of(POINTS.format(trial=trial.pk), "true")
    asked = Asked(max(days), tuple(days), instead={"points": points})
    found = compiled(trial.shape, asked, values_for(trial))
    return _run(KEEP_DAYS.format(found=found.sql), {**found.values, "trial": trial.pk})


def ranks_of(trial: BackTest, enrollments: Sequence[int]) -> dict[int, list[tuple[date, int]]]:
    """Return the days and ranks of enrollments, oldest first. One query."""
    rows = _rows(RANKS, {"trial": trial.pk, "enrollments": list(enrollments)})
    return {pk: list(zip(days, ranks, strict=True)) for pk, days, ranks in rows}


def judged_on(trial: BackTest, days: dict[int, date]) -> dict[int, tuple[Decimal, tuple[Value, ...]]]:
    """Return score and figures of enrollments, each on its own day. One query."""
    asked = {"trial": trial.pk, "enrollments": list(days), "days": list(days.values())}
    return {pk: (total, values_of(figures)) for pk, total, figures in _rows(JUDGED, asked)}


def revenues_of(trial: BackTest, enrollments: Sequence[int]) -> dict[int, Decimal]:
    """Return what enrollments won in the last twelve months, in the vendor's currency. One query."""
    sql = REVENUES.format(source=MEASURES[REVENUE].facts.sql)
    values = {"vendor": trial.vendor_id, "on": trial.on, "months": MONTHS, "enrollments": list(enrollments)}
    return dict(_rows(sql, values))


def is_whole(trial: BackTest, points: int, days: int) -> bool:
    """Whether the working rows that were put down are still there."""
    return (
        BackTestPoint.objects.filter(back_test_id=trial.pk).count() == points
        and BackTestDay.objects.filter(back_test_id=trial.pk).count() == days
    )


def clear(trial_id: int) -> None:
    """Remove a trial's working rows."""
    BackTestPoint.objects.filter(back_test_id=trial_id).delete()
    BackTestDay.objects.filter(back_test_id=trial_id).delete()


def _run(sql: str, values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
