"""What holds for a partner's registrations today: rules of engagement in force, tier, and how many were sent lately."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from dealreg.engagement import Definition, Facts, parse
from dealreg.enums import UNDECIDED
from dealreg.rules import Terms
from partners.enums import LIVE
from partners.places import COUNTRIES_OF
from standing.enums import BenefitKind

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

# What rules of engagement ask of a partner. `e` is the enrollment, `partner` its partner, `tier` the tier it holds.
RANKS = """(
    SELECT jsonb_object_agg(slug, rank) FROM (
      SELECT DISTINCT ON (slug) slug, rank FROM standing_tier
      WHERE program_id = e.program_id AND rank IS NOT NULL AND partner_type IN ('', partner.type)
      ORDER BY slug, partner_type DESC
    ) AS ladder
  )"""
HELD = """ARRAY(
    SELECT c.slug FROM standing_holding h
    JOIN standing_achievement a ON a.id = h.achievement_id JOIN standing_credential c ON c.id = a.credential_id
    WHERE h.vendor_id = e.vendor_id AND h.enrollment_id = e.id AND h.day <= %(today)s
      AND (h.ends IS NULL OR h.ends > %(today)s)
    GROUP BY c.slug HAVING sum(h.n) > 0 ORDER BY c.slug
  )"""

# Bare SQL: it runs before every registration, and building it anew through the ORM cost more than running it.
TERMS = f"""
SELECT e.id, e.vendor_id, v.name, v.code, v.currency, v.time_zone, e.program_id, p.name, family.id,
  policy.reference, policy.protection_days, policy.discount, policy.decision_hours, policy.hourly_registrations,
  policy.clauses, tier.name,
  (SELECT value FROM standing_benefit WHERE tier_id = tier.id AND kind = %(days)s),
  (SELECT value FROM standing_benefit WHERE tier_id = tier.id AND kind = %(discount)s),
  (SELECT count(*) FROM dealreg_deal d WHERE d.enrollment_id = e.id AND d.submitted_at > %(since)s),
  policy.id, policy.definition::text, tier.slug, tier.rank, partner.country, partner.regions,
  CASE WHEN policy.definition <> '{{}}' THEN {RANKS} END,
  CASE WHEN policy.definition -> 'authorisations' IS NOT NULL THEN {HELD} END,
  CASE WHEN policy.definition -> 'limits' ->> 'open' IS NOT NULL THEN (
    SELECT count(*) FROM dealreg_deal d
    WHERE d.partner_id = e.partner_id AND d.enrollment_id = e.id AND d.outcome = 'open'
      AND (d.status = ANY(%(undecided)s) OR d.status = 'approved' AND d.protected_until > %(now)s)
  ) END
FROM partners_enrollment e
JOIN partners_vendor v ON v.id = e.vendor_id
JOIN partners_program p ON p.id = e.program_id
JOIN partners_partner partner ON partner.id = e.partner_id
JOIN accounts_productfamily family ON family.vendor_id = e.vendor_id AND family.covers_all
CROSS JOIN LATERAL (
  SELECT * FROM dealreg_policy WHERE program_id = e.program_id AND valid_from <= %(today)s
  ORDER BY valid_from DESC LIMIT 1
) AS policy
LEFT JOIN standing_standing s ON s.enrollment_id = e.id
LEFT JOIN standing_tier tier ON tier.id = s.tier_id
WHERE e.id = ANY(%(enrollments)s) AND e.partner_id = %(partner)s AND e.status = ANY(%(live)s) AND p.is_open
ORDER BY v.name, p.name
"""  # noqa: S608  (only constants of this module are put in)


def terms_for(actor: Actor, enrollment_id: int | None = None) -> list[Terms]:
    """Return what a registration brings in each of the actor's live enrollments that takes registrations. One query.

    An enrollment whose program has no rules of engagement in force yet is left out. Only partners register: anyone
    else gets none.
    """
    wanted = [pk for pk in actor.enrollment_ids if enrollment_id in {None, pk}]
    if not actor.is_partner or not wanted:
        return []
    now = timezone.now()
    values: dict[str, Any] = {
        "days": BenefitKind.PROTECTION_DAYS,
        "discount": BenefitKind.DISCOUNT,
        "now": now,
        "since": now - timedelta(hours=1),
        "undecided": [str(status) for status in UNDECIDED],
        "today": timezone.localdate(now),
        "enrollments": wanted,
        "partner": actor.partner_id,
        "live": [str(status) for status in LIVE],
    }
    with connection.cursor() as cursor:
        cursor.execute(TERMS, values)
        rows = cursor.fetchall()
    return [_terms(row) for row in rows]


@lru_cache(maxsize=256)
def read_definition(text: str) -> Definition:
    """Return a policy's rules from their JSON. Versions in force never change, so they are read once."""
    return parse(json.loads(text))


def partner_facts(
    tier: str | None, rank: int | None, country: str, regions: Any, ranks: Any, held: list[str] | None
) -> dict[str, Any]:
    """Return what rules of engagement ask of a partner, as `Facts` takes it."""
    served = set[str]().union(*(COUNTRIES_OF.get(region, frozenset()) for region in regions or ()))
    return {
        "tier": tier or "",
        "rank": rank or 0,
        "ranks": (json.loads(ranks) if isinstance(ranks, str) else ranks) or {},
        "held": tuple(held or ()),
        "countries": tuple(sorted({country, *served} - {""})),
    }


def _terms(row: Any) -> Terms:
    *place, policy, days, discount, hours, hourly, clauses, tier, tier_days, tier_discount, recent = row[:-9]
    policy_id, definition, *standing, open_now = row[-9:]
    enrollment, vendor, vendor_name, code, currency, zone, program, program_name, everything = place
    brings = tier_days is not None or tier_discount is not None
    return Terms(
        enrollment_id=enrollment,
        vendor_id=vendor,
        vendor_name=vendor_name,
        vendor_code=code,
        currency=currency,
        zone=zone,
        program_id=program,
        program_name=program_name,
        all_families_id=everything,
        policy=policy,
        protection_days=int(days if tier_days is None else tier_days),
        discount=discount if tier_discount is None else tier_discount,
        plain_discount=discount,
        decision_hours=hours,
        hourly_registrations=hourly,
        recent=recent,
        tier=(tier or "") if brings else "",
        clauses=json.loads(clauses) if isinstance(clauses, str) else clauses,
        policy_id=policy_id,
        engagement=read_definition(definition),
        speaks=Facts(currency=currency, **partner_facts(*standing)) if definition != "{}" else Facts(currency=currency),
        open_now=open_now or 0,
    )
