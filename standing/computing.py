"""Computing standings: of one enrollment or of all of a ladder's, today or on any past day, in one statement each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection

from partners.enums import LIVE, PartnerType
from standing.compiling import Asked, Statement, compiled
from standing.models import Scheme, Tier
from standing.scheme.evaluating import Verdict, evaluate

if TYPE_CHECKING:
    from standing.models import Calculation
    from standing.scheme import Definition, Figure
    from standing.scheme.evaluating import Value


@dataclass(frozen=True, slots=True)
class Computed:
    """What figures make of an enrollment on a day. figures: in the order of the definition's."""

    enrollment_id: int
    partner_id: int
    day: date
    rank: int
    total: Decimal
    figures: tuple[Value, ...]
    specialisations: tuple[str, ...]

    def verdict(self, definition: Definition) -> Verdict:
        """Return the explanation: the same figures, evaluated one by one."""
        return evaluate(definition, dict(zip(definition.figures, self.figures, strict=True)))


def served_types(scheme: Scheme, on: date) -> list[str]:
    """Return the partner types whose enrollments a scheme is for: all that have no ladder of their own on that day."""
    if scheme.partner_type:
        return [scheme.partner_type]
    own = set(
        Scheme.objects.in_force(on)
        .filter(program_id=scheme.program_id)
        .exclude(partner_type="")
        .values_list("partner_type", flat=True)
    )
    return [each for each in PartnerType.values if each not in own]


def statement_for(scheme: Scheme, asked: Asked) -> Statement:
    """Return the statement that computes a scheme's enrollments."""
    values = {
        "vendor": scheme.vendor_id,
        "program": scheme.program_id,
        "types": served_types(scheme, asked.on),
        "live": [str(status) for status in LIVE],
    }
    statement = compiled(scheme.shape, asked, values)
    if not scheme.shape.review.qualifying_months or not asked.days:
        return statement
    best = f"SELECT DISTINCT ON (id) * FROM ({statement.sql}) AS found ORDER BY id, rank DESC, total DESC, day DESC"
    return Statement(best, statement.values)


def compute(
    scheme: Scheme, on: date, *, enrollments: Sequence[int] | None = None, known: datetime | None = None
) -> list[Computed]:
    """Return where enrollments stand on a day, as far as was known at a moment; nothing is written. One query.

    With a qualifying window, the best day in it counts: this month's days up to `on`, and those of so many months
    before.
    """
    asked = Asked(on, qualifying_days(scheme.shape, on), known, enrollments)
    return list(_rows(statement_for(scheme, asked)))


def compute_days(scheme: Scheme, days: Sequence[date], **asked: Any) -> Iterator[Computed]:
    """Yield where enrollments stand on each of several days, qualifying windows left out. One query, streamed."""
    values = {
        "vendor": scheme.vendor_id,
        "program": scheme.program_id,
        "types": served_types(scheme, max(days)),
        "live": [str(status) for status in LIVE],
    }
    yield from _rows(compiled(scheme.shape, Asked(max(days), tuple(days), **asked), values))


def qualifying_days(definition: Definition, on: date) -> tuple[date, ...]:
    """Return the days of the qualifying window, none where a scheme has no such window."""
    months = definition.review.qualifying_months
    if not months:
        return ()
    first = on.replace(day=1)
    for _month in range(months):
        first = (first - timedelta(days=1)).replace(day=1)
    return tuple(first + timedelta(days=at) for at in range((on - first).days + 1))


def _rows(statement: Statement) -> Iterator[Computed]:
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.values)
        while rows := cursor.fetchmany(2000):
            for pk, partner, day, rank, total, figures, specialisations in rows:
                yield Computed(pk, partner, day, rank, total, values_of(figures), tuple(specialisations))


def values_of(figures: Any) -> tuple[Value, ...]:
    """Return figures as they were kept: numbers, and sets as tuples."""
    read = json.loads(figures, parse_float=Decimal) if isinstance(figures, str) else figures
    return tuple(tuple(each) if isinstance(each, list) else Decimal(str(each)) for each in read)


def figures_of(calculation: Calculation) -> dict[Figure, Value]:
    """Return a kept calculation's figures by what they are."""
    return dict(zip(calculation.scheme.shape.figures, values_of(calculation.figures), strict=True))


STORE = """
INSERT INTO standing_calculation AS kept (enrollment_id, vendor_id, partner_id, scheme_id, rank, tier_id, total,
  figures, specialisations, day, "on", computed_at)
SELECT id, %(vendor)s, partner_id, %(scheme)s, rank, (%(tiers)s::bigint[])[rank], total, figures, specialisations, day,
  %(on)s, now()
FROM ({found}) AS found
ON CONFLICT (enrollment_id) DO UPDATE SET scheme_id = excluded.scheme_id, rank = excluded.rank,
  tier_id = excluded.tier_id, total = excluded.total, figures = excluded.figures,
  specialisations = excluded.specialisations, day = excluded.day, "on" = excluded."on", computed_at = now()
WHERE (kept.scheme_id, kept.rank, kept.tier_id, kept.total, kept.figures, kept.specialisations)
  IS DISTINCT FROM (excluded.scheme_id, excluded.rank, excluded.tier_id, excluded.total, excluded.figures,
  excluded.specialisations)
"""


def store(scheme: Scheme, on: date, *, enrollments: Sequence[int] | None = None) -> int:
    """Compute standings and keep them, in one statement; returns how many changed. What is equal is not written.

    Nothing is awarded here. In the caller's transaction.
    """
    found = statement_for(scheme, Asked(on, qualifying_days(scheme.shape, on), enrollments=enrollments))
    ranked = dict(
        Tier.objects.filter(program_id=scheme.program_id, partner_type=scheme.partner_type).values_list("slug", "pk")
    )
    tiers = [ranked.get(tier.slug) for tier in scheme.shape.tiers]
    values = {**found.values, "scheme": scheme.pk, "tiers": tiers, "on": on}
    with connection.cursor() as cursor:
        cursor.execute(STORE.format(found=found.sql), values)
        return cursor.rowcount
