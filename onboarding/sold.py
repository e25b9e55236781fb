"""What a program's partners sold, and how far each meets an ideal profile's criteria: what weights are fitted to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta
from django.db import connection

from onboarding.describing import facts_of_all
from onboarding.fit.scoring import credit_of
from onboarding.models import IdealProfile
from partners.enums import EnrollmentStatus
from partners.models import Partner
from standing.registry import MEASURES

MEASURE = "revenue.won"
BATCH = 500
FEWEST_DAYS = 90
"""Who is enrolled for less says nothing yet."""
MONTH = 30.44

_SOLD = """
SELECT e.partner_id, greatest(coalesce(f.amount, 0), 0),
  %(today)s::date - greatest((e.enrolled_at AT TIME ZONE 'UTC')::date, %(start)s::date)
FROM partners_enrollment e
LEFT JOIN (
  SELECT enrollment_id, sum(amount) AS amount FROM ({facts}) facts WHERE day > %(start)s AND day <= %(today)s
  GROUP BY enrollment_id
) f ON f.enrollment_id = e.id
WHERE e.program_id = %(program)s AND e.vendor_id = %(vendor)s AND e.status = ANY(%(status)s)
  AND (e.enrolled_at AT TIME ZONE 'UTC')::date <= %(today)s::date - %(fewest)s
ORDER BY e.partner_id
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A partner: how far it meets each criterion (what isn't known: 0), and what it sold per month."""

    met: tuple[float, ...]
    sold: float


def cases(profile: IdealProfile, months: int, today: date) -> Iterator[list[Case]]:
    """Yield a program's partners in batches, with what they sold within so many months before a day.

    Active and suspended ones that are enrolled for 90 days at least. Their facts are those of today.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _SOLD.format(facts=MEASURES[MEASURE].facts.sql),
            {
                "vendor": profile.vendor_id,
                "program": profile.program_id,
                "today": today,
                "start": today - relativedelta(months=months),
                "fewest": FEWEST_DAYS,
                "status": [EnrollmentStatus.ACTIVE, EnrollmentStatus.SUSPENDED],
            },
        )
        rows = {partner: float(amount) / (days / MONTH) for partner, amount, days in cursor.fetchall()}
    found, criteria = sorted(rows), profile.shape.criteria
    for start in range(0, len(found), BATCH):
        partners = list(Partner.objects.filter(pk__in=found[start : start + BATCH]).order_by("pk"))
        yield [
            Case(tuple(float(credit_of(each, facts) or 0) for each in criteria), rows[partner.pk])
            for partner, facts in zip(partners, facts_of_all(profile.vendor_id, partners), strict=True)
        ]
