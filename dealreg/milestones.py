"""Writes deals' milestones: one statement each, in the transaction of the service that made it happen.

`reach` notes that a deal got somewhere, unless that is noted already; `take_back` writes the counter-entry. Who calls
them holds the deal's lock, and the unique key (deal, kind, turn, n) refuses a second row even to who doesn't.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Sum

from dealreg.enums import MilestoneKind
from dealreg.models import Deal, DealMilestone

CLOSED = (MilestoneKind.WON, MilestoneKind.LOST)
BATCH = 500

# The family that makes up most of a deal's value; without lines the first of its families.
MAIN_FAMILY = """coalesce((
    SELECT l.family_id FROM dealreg_dealline l WHERE l.deal_id = d.id
    GROUP BY l.family_id ORDER BY sum(coalesce(l.unit_price, 0) * l.quantity) DESC, l.family_id LIMIT 1
  ), d.families[1])"""
COLUMNS = """
INSERT INTO dealreg_dealmilestone (deal_id, vendor_id, partner_id, enrollment_id, kind, day, amount, currency,
  vendor_amount, rated_on, family_id, n, turn, recorded_at)
"""

REACH = f"""{COLUMNS}
SELECT d.id, d.vendor_id, d.partner_id, d.enrollment_id, %(kind)s, at.day, at.amount, d.currency,
  round(at.amount * r.rate, 2), r.rated_on, {MAIN_FAMILY}, 1, so_far.turns + 1, now()
FROM dealreg_deal d JOIN partners_vendor v ON v.id = d.vendor_id
CROSS JOIN LATERAL (
  SELECT CASE WHEN %(closed)s THEN d.closed_on ELSE (now() AT TIME ZONE v.time_zone)::date END AS day,
    CASE WHEN %(closed)s THEN coalesce(d.closed_value, d.value) ELSE d.value END AS amount
) at
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE m.n = 1) AS turns, coalesce(sum(m.n), 0) AS standing
  FROM dealreg_dealmilestone m WHERE m.deal_id = d.id AND m.kind = %(kind)s
) so_far
LEFT JOIN LATERAL partners_rate(d.vendor_id, d.currency, at.day) r ON true
WHERE d.id = %(deal)s AND so_far.standing = 0
"""  # noqa: S608  (only constants of this module are put in)

TAKE_BACK = f"""{COLUMNS}
SELECT m.deal_id, m.vendor_id, m.partner_id, m.enrollment_id, m.kind, m.day, -m.amount, m.currency,
  -m.vendor_amount, m.rated_on, m.family_id, -1, m.turn, now()
FROM dealreg_dealmilestone m
WHERE m.deal_id = %(deal)s AND m.kind = ANY(%(kinds)s) AND m.n = 1 AND NOT EXISTS (
  SELECT FROM dealreg_dealmilestone c WHERE c.deal_id = m.deal_id AND c.kind = m.kind AND c.turn = m.turn AND c.n = -1
)
"""  # noqa: S608


def reach(deal: Deal, kind: MilestoneKind) -> None:
    """Note that a deal reached something, at its value as it is now, in the caller's transaction.

    A win or loss counts from the day on which the deal closed, the rest from today in the vendor's zone.
    """
    with connection.cursor() as cursor:
        cursor.execute(*reaching(deal, kind))


def reaching(deal: Deal, kind: MilestoneKind) -> tuple[str, dict[str, Any]]:
    """Return `reach` as a statement and its values, for who sends it in one message with a statement of its own."""
    return REACH, {"deal": deal.pk, "kind": kind, "closed": kind in CLOSED}


def take_back(deal: Deal, *kinds: MilestoneKind) -> None:
    """Write counter-entries for what the deal no longer stands at, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_BACK, {"deal": deal.pk, "kinds": list(kinds)})


UNRATED = """
SELECT DISTINCT m.deal_id FROM dealreg_dealmilestone m
CROSS JOIN LATERAL partners_rate(m.vendor_id, m.currency, m.day) r
WHERE m.vendor_id = %(vendor)s AND m.vendor_amount IS NULL AND m.n = 1 AND NOT EXISTS (
  SELECT FROM dealreg_dealmilestone c WHERE c.deal_id = m.deal_id AND c.kind = m.kind AND c.turn = m.turn AND c.n = -1
)
ORDER BY m.deal_id LIMIT %(limit)s
"""

RATE = f"""
WITH unrated AS (
  SELECT m.*, r.rate, r.rated_on AS known_from FROM dealreg_dealmilestone m
  CROSS JOIN LATERAL partners_rate(m.vendor_id, m.currency, m.day) r
  WHERE m.deal_id = ANY(%(deals)s) AND m.vendor_amount IS NULL AND m.n = 1 AND NOT EXISTS (
    SELECT FROM dealreg_dealmilestone c WHERE c.deal_id = m.deal_id AND c.kind = m.kind AND c.turn = m.turn AND c.n = -1
  )
)
{COLUMNS}
SELECT u.deal_id, u.vendor_id, u.partner_id, u.enrollment_id, u.kind, u.day, u.amount * way.n, u.currency,
  CASE way.n WHEN 1 THEN round(u.amount * u.rate, 2) END, CASE way.n WHEN 1 THEN u.known_from END,
  u.family_id, way.n, u.turn + (way.n + 1) / 2, now()
FROM unrated u CROSS JOIN (VALUES (-1), (1)) AS way(n)
"""  # noqa: S608


def rate_milestones(vendor_id: int) -> int:
    """Book what had no rate and has one now: a counter-entry and the row anew. Returns how many deals it took up.

    In the caller's transaction; the deals are locked, so that nobody reopens one meanwhile.
    """
    done = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(UNRATED, {"vendor": vendor_id, "limit": BATCH})
            found = [row[0] for row in cursor.fetchall()]
            if not found:
                return done
            list(Deal.objects.filter(pk__in=found).select_for_update(no_key=True).order_by("pk").values_list("pk"))
            cursor.execute(RATE, {"deals": found})
            done += len(found)


CATCH_UP = f"""{COLUMNS}
SELECT d.id, d.vendor_id, d.partner_id, d.enrollment_id, was.kind, was.day, was.amount, d.currency,
  round(was.amount * r.rate, 2), r.rated_on, {MAIN_FAMILY}, 1, 1, was.at
FROM dealreg_deal d JOIN partners_vendor v ON v.id = d.vendor_id
CROSS JOIN LATERAL (
  SELECT 'registered' AS kind, (d.submitted_at AT TIME ZONE v.time_zone)::date AS day, d.value AS amount,
    d.submitted_at AS at WHERE d.status <> 'withdrawn'
  UNION ALL
  SELECT 'approved', (d.decided_at AT TIME ZONE v.time_zone)::date, d.value, d.decided_at
    WHERE d.status IN ('approved', 'expired')
  UNION ALL
  SELECT d.outcome, d.closed_on, coalesce(d.closed_value, d.value),
    greatest(d.submitted_at, (d.closed_on + time '12:00') AT TIME ZONE v.time_zone) WHERE d.outcome IN ('won', 'lost')
) was
LEFT JOIN LATERAL partners_rate(d.vendor_id, d.currency, was.day) r ON true
ON CONFLICT DO NOTHING
"""  # noqa: S608


def catch_up() -> None:
    """Note what deals reached that were written in bulk, with the moments that their rows tell."""
    with connection.cursor() as cursor:
        cursor.execute(CATCH_UP)


def missing_rates(vendor_id: int) -> list[tuple[str, int]]:
    """Return the currencies for which milestones wait for a rate, with how many do."""
    waiting = DealMilestone.objects.filter(vendor_id=vendor_id, vendor_amount=None)
    found = waiting.values_list("currency").annotate(left=Sum("n")).filter(left__gt=0)
    return [(currency, left) for currency, left in found.order_by("currency")]
