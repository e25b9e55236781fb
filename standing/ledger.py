"""Points: what facts earn under the rules that held on their day, compared with what the ledger says, and booked.

Booking is one comparison, set-based: where a fact has earned more or less than its entries add up to, an entry with the
difference is added. So it can be repeated at will, catches up after any pause, and follows corrections of facts. A
version's rules are for facts of its own days, so that publishing another one never changes what was earned before.

By hand, people add entries of their own (`standing.services.points`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import connection

from partners.enums import LIVE
from standing.computing import served_types
from standing.models import Scheme
from standing.registry import SOURCES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from standing.scheme.shape import PointRule, Where

LOCK = 0x706F696E  # "poin"
LAST = date(9999, 12, 31)

MEMBERS = """
SELECT e.id, e.partner_id FROM partners_enrollment e JOIN partners_partner p ON p.id = e.partner_id
WHERE e.program_id = %(program)s AND p.type = ANY(%(types)s) AND e.status = ANY(%(live)s)
"""

# What each fact has earned. A fact and its correction share key and day, and cancel each other out; one that comes true
# again on another day (a deal that is won a second time) counts from that day.
EARNED = """
SELECT m.partner_id, fact.enrollment_id, fact.key, fact.day, fact.amount, {capped} AS points
FROM (
  SELECT fact.*, {points} AS points FROM (
    SELECT f.enrollment_id, f.key, f.day, sum(f.amount) AS amount, sum(f.n) AS n,
      sum(f.amount * {factor}) AS weighed, sum(f.n * {factor}) AS counted, max({factor}) AS factor
    FROM ({source}) f WHERE f.day >= %(start)s AND f.day < %(end)s{where} GROUP BY f.enrollment_id, f.key, f.day
  ) AS fact
) AS fact JOIN member m ON m.id = fact.enrollment_id
"""

BOOKED = """
SELECT enrollment_id, key, day, sum(points) AS points, min(partner_id) AS partner_id
FROM standing_pointentry WHERE vendor_id = %(vendor)s AND rule = %(rule)s AND kind <> 'manual'
  AND day >= %(start)s AND day < %(end)s{only} AND enrollment_id IN (SELECT id FROM member)
GROUP BY enrollment_id, key, day
"""

BOOK = """
WITH member AS ({members}), earned AS ({earned}), booked AS ({booked}), due AS (
  SELECT coalesce(e.enrollment_id, b.enrollment_id) AS enrollment_id,
    coalesce(e.partner_id, b.partner_id) AS partner_id, coalesce(e.key, b.key) AS key,
    coalesce(e.day, b.day) AS day, e.amount,
    coalesce(e.points, 0) - coalesce(b.points, 0) AS points, b.key IS NULL AS first
  FROM earned e FULL JOIN booked b ON b.enrollment_id = e.enrollment_id AND b.key = e.key AND b.day = e.day
)
INSERT INTO standing_pointentry (vendor_id, partner_id, enrollment_id, scheme_id, kind, rule, key, category, points,
  amount, day, ends, fades_months, note)
SELECT %(vendor)s, partner_id, enrollment_id, %(scheme)s, CASE WHEN first THEN 'award' ELSE 'correction' END, %(rule)s,
  key, %(category)s, points, amount, day, (day + make_interval(months => nullif(%(expires)s, 0)))::date, %(fades)s, ''
FROM due WHERE points <> 0
"""


@dataclass(frozen=True, slots=True)
class Span:
    """The days whose facts a version's rules are for: from `start` up to, but without, `end`."""

    start: date
    end: date


def spans_of(program_id: int, partner_type: str) -> list[tuple[Scheme, Span]]:
    """Return the published versions of a ladder with the days that each is for, oldest first. One query."""
    versions = list(
        Scheme.objects.published().filter(program_id=program_id, partner_type=partner_type).order_by("valid_from")
    )
    starts = [version.counts_from or version.valid_from or LAST for version in versions]
    return [
        (version, Span(starts[at], starts[at + 1] if at + 1 < len(versions) else LAST))
        for at, version in enumerate(versions)
    ]


def book_points(
    program_id: int, partner_type: str, *, until: date, enrollments: Sequence[int] | None = None, source: str = ""
) -> int:
    """Bring a ladder's ledger up to date with the facts up to a day; returns how many entries were added.

    enrollments: only these. source: only rules that read it. In the caller's transaction, which waits for others that
    book the same enrollments. Set-based: one statement per rule and version.
    """
    _wait(program_id, enrollments)
    versions = [(scheme, span) for scheme, span in spans_of(program_id, partner_type) if span.start <= until]
    # A ladder's versions share its members: who is on it is asked once.
    members = _members(versions[0][0], until, enrollments) if versions else {}
    added = 0
    for scheme, span in versions:
        for rule in scheme.shape.rules:
            if source in {"", rule.source}:
                added += _book(scheme, rule, span, until, members)
    return added


def _wait(program_id: int, enrollments: Sequence[int] | None) -> None:
    """Wait for whoever books the same: all of a program alone, single enrollments beside each other."""
    with connection.cursor() as cursor:
        if enrollments is None:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, program_id % 2**31])
            return
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [LOCK, program_id % 2**31])
        for pk in sorted(enrollments):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK + 1, pk % 2**31])


def _members(scheme: Scheme, on: date, enrollments: Sequence[int] | None) -> dict[str, Any]:
    return {
        "vendor": scheme.vendor_id,
        "program": scheme.program_id,
        "types": served_types(scheme, on),
        "live": [str(status) for status in LIVE],
        "enrollments": None if enrollments is None else list(enrollments),
    }


def _book(scheme: Scheme, rule: PointRule, span: Span, until: date, members: Mapping[str, Any]) -> int:
    only = members["enrollments"] is not None
    values = {
        **members,
        "scheme": scheme.pk,
        "rule": rule.slug,
        "category": rule.category,
        "expires": rule.expires_months,
        "fades": rule.fades_months,
        "start": span.start,
        "end": min(span.end, _day_after(until)),
    }
    earned = earned_by(rule, values, only=only)
    sql = BOOK.format(
        members=MEMBERS + (" AND e.id = ANY(%(enrollments)s)" if only else ""),
        earned=earned,
        booked=BOOKED.format(only=" AND enrollment_id = ANY(%(enrollments)s)" if only else ""),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


def _day_after(day: date) -> date:
    return LAST if day == LAST else date.fromordinal(day.toordinal() + 1)


def earned_by(rule: PointRule, values: dict[str, Any], *, only: bool) -> str:
    """Return the SELECT of what each fact earns under a rule; puts what it needs into `values`.

    It reads `member`, and from `values` vendor, start, end, and enrollments where `only` they are wanted.
    """
    tagged = _Tags(values)
    where = "".join(f" AND {each}" for each in tagged.conditions(rule.where))
    where += " AND f.enrollment_id = ANY(%(enrollments)s)" if only else ""
    return EARNED.format(
        source=SOURCES[rule.source].sql,
        where=where,
        factor=tagged.factor(rule),
        points=_points(rule, values),
        capped=_capped(rule, values),
    )


def _points(rule: PointRule, values: dict[str, Any]) -> str:
    values["points"], values["per"] = rule.points, rule.per
    if rule.per is None:
        return "round(fact.counted * %(points)s, 2)"
    if rule.whole:
        return "round(floor(fact.amount / %(per)s) * %(points)s * fact.factor, 2)"
    return "round(fact.weighed * %(points)s / %(per)s, 2)"


def _capped(rule: PointRule, values: dict[str, Any]) -> str:
    """Return points cut at the cap: facts of a period fill it in the order of their days."""
    if rule.cap is None:
        return "fact.points"
    values["cap"], values["period"] = rule.cap, rule.cap_period
    before = (
        "coalesce(sum(fact.points) OVER (PARTITION BY fact.enrollment_id, date_trunc(%(period)s, fact.day)"
        " ORDER BY fact.day, fact.key ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)"
    )
    return f"least(fact.points, greatest(%(cap)s - {before}, 0))"


class _Tags:
    """Conditions on tags, their values as parameters."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def conditions(self, where: Where) -> list[str]:
        """Return a condition for each tag."""
        found = []
        for tag, wanted in where:
            name = f"tag{len(self.values)}"
            self.values[name] = list(wanted)
            found.append(f"f.tag_{tag} = ANY(%({name})s)")
        return found

    def factor(self, rule: PointRule) -> str:
        """Return by how much a fact's points are multiplied: the largest factor that fits, else 1."""
        cases = []
        for times in rule.times:
            name = f"times{len(self.values)}"
            self.values[name] = times.factor
            cases.append(f"CASE WHEN {' AND '.join(self.conditions(times.where))} THEN %({name})s END")
        return f"coalesce(greatest({', '.join(cases)}), 1)" if cases else "1"
