"""Time to value: from the application to the first won deal, and where partners wait.

Who began: each application whose address was proven, and each enrollment that came without one. The milestones are
days where the vendor is:

- applied: the application was submitted; approved: it was approved, or the enrollment began without one
- onboarded: the first journey was finished; without journeys, the enrollment was activated
- registered, won: the first deal that stands today, by the facts that `standing.registry` knows

Who reached a milestone has it or a later one, so that the funnel never widens. A span is counted where both of its ends
are known; what came in another order took 0 days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from standing.registry import SOURCES

if TYPE_CHECKING:
    from partners.models import Vendor


class Milestone(StrEnum):
    """What a partner reaches, in order."""

    APPLIED = "applied"
    APPROVED = "approved"
    ONBOARDED = "onboarded"
    REGISTERED = "registered"
    WON = "won"


LABELS = {
    Milestone.APPLIED: _("Applied or enrolled"),
    Milestone.APPROVED: _("Approved"),
    Milestone.ONBOARDED: _("Onboarded"),
    Milestone.REGISTERED: _("First deal registered"),
    Milestone.WON: _("First deal won"),
}
SPANS = {
    "approved": (Milestone.APPLIED, Milestone.APPROVED),
    "onboarded": (Milestone.APPROVED, Milestone.ONBOARDED),
    "registered": (Milestone.ONBOARDED, Milestone.REGISTERED),
    "won": (Milestone.REGISTERED, Milestone.WON),
    "all": (Milestone.APPLIED, Milestone.WON),
}
"""Between which milestones days are counted; `all` counts from the beginning, whether by application or not."""
DIMENSIONS = {"program": "program_id::text", "type": "type", "cohort": "cohort"}

_FIRST = """
SELECT enrollment_id, min(day) AS day FROM (
  SELECT enrollment_id, key, min(day) FILTER (WHERE n > 0) AS day FROM ({facts}) facts
  GROUP BY enrollment_id, key HAVING sum(n) > 0
) standing GROUP BY enrollment_id
"""
_BEGUN = """
begun AS (
  (SELECT DISTINCT ON (coalesce(a.enrollment_id, -a.id)) a.id AS application_id, a.enrollment_id, a.program_id, a.name,
     a.type, a.submitted_at AS applied_at, CASE WHEN a.state = 'approved' THEN a.decided_at END AS approved_at,
     a.submitted_at AS began_at
   FROM onboarding_application a WHERE a.vendor_id = %(vendor)s AND a.submitted_at IS NOT NULL
   ORDER BY coalesce(a.enrollment_id, -a.id), a.submitted_at, a.id)
  UNION ALL
  SELECT NULL, e.id, e.program_id, p.name, p.type, NULL,
    CASE WHEN e.status <> 'applicant' THEN e.enrolled_at END, e.enrolled_at
  FROM partners_enrollment e JOIN partners_partner p ON p.id = e.partner_id
  WHERE e.vendor_id = %(vendor)s AND p.merged_into_id IS NULL AND NOT EXISTS (
    SELECT FROM onboarding_application a WHERE a.enrollment_id = e.id AND a.submitted_at IS NOT NULL)
),
journeys AS (
  SELECT enrollment_id, min(ended_at) FILTER (WHERE state = 'finished') AS finished_at
  FROM onboarding_journey WHERE vendor_id = %(vendor)s GROUP BY enrollment_id
),
activated AS (
  SELECT e.id AS enrollment_id, (
    SELECT v.occurred_at FROM activity_event v
    WHERE v.subject_type = 'partners.enrollment' AND v.subject_id = e.id AND v.kind = 'enrollment.activated'
      AND v.before ->> 'status' = 'onboarding' ORDER BY v.id LIMIT 1) AS at
  FROM partners_enrollment e WHERE e.vendor_id = %(vendor)s
),
dated AS (
  SELECT b.application_id, b.enrollment_id, b.program_id, coalesce(p.name, b.name) AS name, p.slug,
    coalesce(p.type, b.type) AS type,
    to_char(b.began_at AT TIME ZONE %(zone)s, 'YYYY-"Q"Q') AS cohort,
    (b.began_at AT TIME ZONE %(zone)s)::date AS began,
    (b.applied_at AT TIME ZONE %(zone)s)::date AS applied,
    (b.approved_at AT TIME ZONE %(zone)s)::date AS approved,
    (CASE WHEN j.enrollment_id IS NOT NULL THEN j.finished_at ELSE coalesce(v.at,
       CASE WHEN e.status IN ('active', 'suspended', 'retired') THEN e.enrolled_at END) END
     AT TIME ZONE %(zone)s)::date AS onboarded,
    r.day AS registered, w.day AS won
  FROM begun b LEFT JOIN partners_enrollment e ON e.id = b.enrollment_id
  LEFT JOIN partners_partner p ON p.id = e.partner_id
  LEFT JOIN journeys j ON j.enrollment_id = b.enrollment_id LEFT JOIN activated v ON v.enrollment_id = b.enrollment_id
  LEFT JOIN ({registered}) r ON r.enrollment_id = b.enrollment_id
  LEFT JOIN ({won}) w ON w.enrollment_id = b.enrollment_id
),
rows AS (
  SELECT dated.*, (approved - applied) * (approved > applied)::int AS days_approved,
    (onboarded - approved) * (onboarded > approved)::int AS days_onboarded,
    (registered - onboarded) * (registered > onboarded)::int AS days_registered,
    (won - registered) * (won > registered)::int AS days_won, (won - began) * (won > began)::int AS days_all,
    CASE WHEN won IS NOT NULL THEN 4 WHEN registered IS NOT NULL THEN 3 WHEN onboarded IS NOT NULL THEN 2
      WHEN approved IS NOT NULL THEN 1 ELSE 0 END AS reached
  FROM dated
  WHERE (%(program)s::bigint IS NULL OR program_id = %(program)s) AND (%(type)s = '' OR type = %(type)s)
    AND (%(cohort)s = '' OR cohort = %(cohort)s)
)
"""
_QUARTILES = "percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY days_{name}), count(days_{name})"
_WAITS = """
SELECT t.program_id, s.kind, s.name, percentile_cont(0.5) WITHIN GROUP (ORDER BY {days}) AS median,
  count(*) FILTER (WHERE s.state = 'done') AS done, count(*) FILTER (WHERE s.ended_at IS NULL) AS waiting
FROM onboarding_journeystep s JOIN onboarding_journey j ON j.id = s.journey_id
JOIN onboarding_journeyversion v ON v.id = j.version_id JOIN onboarding_journeytemplate t ON t.id = v.template_id
WHERE s.vendor_id = %(vendor)s AND s.opened_at IS NOT NULL AND s.state <> 'skipped' AND j.state <> 'cancelled'
  AND (%(program)s::bigint IS NULL OR t.program_id = %(program)s)
GROUP BY t.program_id, s.kind, s.name ORDER BY median DESC, count(*) DESC, s.name LIMIT %(most)s
"""
_DAYS = "extract(epoch FROM coalesce(s.ended_at, %(now)s) - s.opened_at) / 86400"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is about; empty is everything. cohort: the quarter of the beginning, as "2026-Q3"."""

    program: int | None = None
    type: str = ""
    cohort: str = ""


@dataclass(frozen=True, slots=True)
class Spread:
    """Days between two milestones: quartiles of those who have both, and how many they are."""

    low: float | None
    median: float | None
    high: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Summary:
    """How many reached each milestone, and how long it took; key: of a program, type or cohort, "" for all."""

    key: str
    reached: dict[Milestone, int]
    spans: dict[str, Spread]


@dataclass(frozen=True, slots=True)
class Way:
    """One partner's way. days: by span, None where an end isn't known."""

    name: str
    slug: str
    type: str
    program: int
    cohort: str
    dates: dict[Milestone, date | None]
    days: dict[str, int | None]
    reached: Milestone


@dataclass(frozen=True, slots=True)
class Wait:
    """A step of journeys with the median days from opening to its end, or until now where it hasn't ended."""

    program: int
    kind: str
    name: str
    median: float
    done: int
    waiting: int


def summaries(vendor: Vendor, asked: Asked, by: str = "") -> list[Summary]:
    """Return funnel and spreads of what is asked, as a whole or by a dimension. One query."""
    key = DIMENSIONS[by] if by else "''"
    spans = ", ".join(_QUARTILES.format(name=name) for name in SPANS)
    counts = ", ".join(f"count(*) FILTER (WHERE reached >= {at})" for at in range(len(Milestone)))
    # Only names of this module are put in.
    query = f"WITH {_with_facts()} SELECT {key} AS key, {counts}, {spans} FROM rows GROUP BY 1 ORDER BY 1"  # noqa: S608
    return [_summary(row) for row in _rows(query, vendor, asked)]


def _summary(row: Sequence[Any]) -> Summary:
    width = len(Milestone)
    reached = dict(zip(Milestone, row[1 : 1 + width], strict=True))
    spans = {}
    for at, name in enumerate(SPANS):
        quartiles, count = row[1 + width + 2 * at : 3 + width + 2 * at]
        low, median, high = quartiles or (None, None, None)
        spans[name] = Spread(low, median, high, count)
    return Summary(str(row[0] or ""), reached, spans)


def ways(vendor: Vendor, asked: Asked, milestone: Milestone, span: str = "") -> Iterator[Way]:
    """Yield those who reached a milestone, longest first; with a span only those in whose days it counts. One query."""
    order = f"days_{span if span in SPANS else 'all'}"
    query = (
        f"WITH {_with_facts()} SELECT name, slug, type, program_id, cohort, coalesce(applied, began), approved, "  # noqa: S608
        "onboarded, registered, won, days_approved, days_onboarded, days_registered, days_won, days_all, reached "
        f"FROM rows WHERE reached >= %(reached)s {f'AND {order} IS NOT NULL' if span else ''} "
        f"ORDER BY {order} DESC NULLS LAST, began DESC, name, enrollment_id, application_id"
    )
    for row in _rows(query, vendor, asked, reached=list(Milestone).index(milestone)):
        yield Way(
            row[0],
            row[1] or "",
            row[2],
            row[3],
            row[4],
            dict(zip(Milestone, row[5:10], strict=True)),
            dict(zip(SPANS, row[10:15], strict=True)),
            list(Milestone)[row[15]],
        )


def waits(vendor: Vendor, asked: Asked, now: Any, most: int = 10) -> list[Wait]:
    """Return the steps at which partners wait longest. One query."""
    query = _WAITS.format(days=_DAYS)
    return [Wait(*row) for row in _rows(query, vendor, asked, now=now, most=most)]


def _with_facts() -> str:
    first = {
        "registered": _FIRST.format(facts=SOURCES["deal.registered"].sql),
        "won": _FIRST.format(facts=SOURCES["deal.won"].sql),
    }
    return _BEGUN.format(**first)


def _rows(query: str, vendor: Vendor, asked: Asked, **further: Any) -> list[Any]:
    given: dict[str, Any] = {
        "vendor": vendor.pk,
        "zone": vendor.time_zone,
        "program": asked.program,
        "type": asked.type,
        "cohort": asked.cohort,
    }
    with connection.cursor() as cursor:
        cursor.execute(query, {**given, **further})
        return list(cursor.fetchall())
