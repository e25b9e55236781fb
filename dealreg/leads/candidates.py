"""Which partners a program's leads can go to, with what counts for it. One query for all of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from accounts.models import ProductFamily
from dealreg.leads.matching import CODES, Candidate, Limits, Wanted
from dealreg.models import Lead, LeadRules
from partners.enums import EnrollmentStatus
from prm.kernel.actors import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from partners.models import Program

LOOKS_BACK = timedelta(days=365)

# Bare SQL: it aggregates three tables beside each enrollment, once for a whole program.
CANDIDATES = """
WITH had AS (
  SELECT o.enrollment_id,
    count(*) FILTER (WHERE o.state = 'open' OR (o.state = 'accepted' AND l.state IN ('accepted', 'working'))) AS open,
    count(*) FILTER (WHERE o.owner_id IS NOT NULL AND o.offered_at >= %(since)s) AS accepted,
    count(*) FILTER (WHERE o.state = 'accepted' AND l.state = 'converted' AND o.offered_at >= %(since)s) AS converted,
    count(*) FILTER (WHERE o.state IN ('declined', 'lapsed') AND o.offered_at >= %(since)s) AS refused,
    extract(epoch FROM max(o.offered_at))::float8 AS last
  FROM dealreg_leadoffer o JOIN dealreg_lead l ON l.id = o.lead_id WHERE o.vendor_id = %(vendor)s
  GROUP BY o.enrollment_id
), holds AS (
  SELECT enrollment_id, array_agg(name ORDER BY name) AS names FROM (
    SELECT enrollment_id, name FROM standing_specialisation
    WHERE vendor_id = %(vendor)s AND ended_on IS NULL AND expires_on >= %(today)s
    UNION
    SELECT h.enrollment_id, c.name FROM standing_holding h
    JOIN standing_achievement a ON a.id = h.achievement_id JOIN standing_credential c ON c.id = a.credential_id
    WHERE h.vendor_id = %(vendor)s AND h.day <= %(today)s AND (h.ends IS NULL OR h.ends >= %(today)s)
    GROUP BY h.enrollment_id, c.name HAVING sum(h.n) > 0
  ) AS each GROUP BY enrollment_id
)
SELECT e.id, p.id, p.name, p.country, p.regions, p.industries, p.product_lines, holds.names,
  coalesce(t.name, ''), coalesce(t.rank, 0), coalesce(top.rank, 0),
  coalesce(had.open, 0), coalesce(had.accepted, 0), coalesce(had.converted, 0), coalesce(had.refused, 0),
  coalesce(had.last, 0)
FROM partners_enrollment e JOIN partners_partner p ON p.id = e.partner_id
LEFT JOIN standing_standing s ON s.enrollment_id = e.id LEFT JOIN standing_tier t ON t.id = s.tier_id
LEFT JOIN LATERAL (
  SELECT max(rank) AS rank FROM standing_tier WHERE program_id = e.program_id AND partner_type = t.partner_type
) AS top ON true
LEFT JOIN had ON had.enrollment_id = e.id LEFT JOIN holds ON holds.enrollment_id = e.id
WHERE e.program_id = %(program)s AND e.vendor_id = %(vendor)s AND e.status = %(active)s AND p.merged_into_id IS NULL
  AND EXISTS (SELECT FROM partners_seat seat WHERE seat.partner_id = p.id AND seat.is_active
    AND seat.role = ANY(%(roles)s))
ORDER BY e.id
"""


def candidates_for(program: Program) -> list[Candidate]:
    """Return the program's active partners with somebody who may accept leads. One query."""
    now = timezone.now()
    values: dict[str, Any] = {
        "program": program.pk,
        "vendor": program.vendor_id,
        "active": str(EnrollmentStatus.ACTIVE),
        "roles": [str(Role.ADMINISTRATOR), str(Role.SALES)],
        "since": now - LOOKS_BACK,
        "today": timezone.localdate(now),
    }
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, values)
        return [_candidate(row) for row in cursor.fetchall()]


def _candidate(row: Any) -> Candidate:
    enrollment, partner, name, country, regions, industries, products, held, tier, rank, ranks, *figures = row
    opened, accepted, converted, refused, last = figures
    return Candidate(
        enrollment_id=enrollment,
        partner_id=partner,
        name=name,
        country=country,
        regions=tuple(regions),
        industries=tuple(industries),
        products=tuple(products),
        held=tuple(held or ()),
        tier=tier,
        rank=rank,
        ranks=ranks,
        open=opened,
        accepted=accepted,
        converted=converted,
        refused=refused,
        last=last,
    )


def rules_of(program: Program) -> LeadRules:
    """Return how a program gives out leads: by hand, as long as nobody said otherwise. One query."""
    found: LeadRules | None = LeadRules.objects.filter(program=program).first()
    return found or LeadRules(program=program, vendor_id=program.vendor_id)


def limits_of(rules: LeadRules) -> Limits:
    """Return what the rules set for matching."""
    weights = {code: getattr(rules, f"weight_{code}") for code in CODES}
    return Limits(weights=weights, most_open=rules.most_open, fit_from=rules.fit_from)


def family_names(vendor_id: int) -> dict[int, str]:
    """Return a vendor's product families by id; the one that stands for all asks for nothing. One query."""
    found = ProductFamily.objects.filter(vendor_id=vendor_id, covers_all=False)
    return dict(found.order_by("pk").values_list("pk", "name"))


def wanted_of(lead: Lead, names: dict[int, str]) -> Wanted:
    """Return what a lead asks of a partner."""
    return Wanted(country=str(lead.country), industry=lead.industry, families=named(lead.families, names))


def named(families: Iterable[int], names: dict[int, str]) -> tuple[str, ...]:
    """Return the names of families that there are."""
    return tuple(names[pk] for pk in families if pk in names)
