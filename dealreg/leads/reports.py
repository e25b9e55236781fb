"""Results of leads by partner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from prm.kernel.money import shown

if TYPE_CHECKING:
    from decimal import Decimal

    from prm.kernel.actors import Actor

# Aggregates over three tables, with a median: bare SQL says it plainly. Values in the vendor's currency.
RESULTS = """
SELECT p.slug, p.name, count(*) AS offered, count(o.owner_id) AS accepted,
  count(*) FILTER (WHERE o.state = 'declined') AS declined, count(*) FILTER (WHERE o.state = 'lapsed') AS lapsed,
  count(*) FILTER (WHERE o.state = 'returned') AS returned,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM o.decided_at - o.offered_at))
    FILTER (WHERE o.owner_id IS NOT NULL) AS seconds,
  count(became.id) AS converted, count(*) FILTER (WHERE d.outcome = 'won') AS won,
  coalesce(sum(round(coalesce(d.closed_value, d.value) * r.rate, 2)) FILTER (WHERE d.outcome = 'won'), 0) AS value
FROM dealreg_leadoffer o JOIN partners_partner p ON p.id = o.partner_id
LEFT JOIN dealreg_leaddeal became ON became.offer_id = o.id LEFT JOIN dealreg_deal d ON d.id = became.deal_id
LEFT JOIN LATERAL partners_rate(d.vendor_id, d.currency, d.closed_on) r ON d.outcome = 'won'
WHERE o.vendor_id = %(vendor)s AND o.offered_at >= %(since)s
GROUP BY p.id, p.slug, p.name ORDER BY converted DESC, accepted DESC, p.name, p.id LIMIT %(limit)s
"""
MOST_PARTNERS = 500
PERIODS = (90, 365)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadResults:
    """What became of a partner's leads in a period. seconds: median from the offer to accepting it."""

    slug: str
    name: str
    offered: int
    accepted: int
    declined: int
    lapsed: int
    returned: int
    seconds: float | None
    converted: int
    won: int
    value: Decimal
    currency: str

    @property
    def acceptance(self) -> int | None:
        """Percent of offers accepted."""
        return round(100 * self.accepted / self.offered) if self.offered else None

    @property
    def conversion(self) -> int | None:
        """Percent of accepted leads that became deals."""
        return round(100 * self.converted / self.accepted) if self.accepted else None

    @property
    def worth(self) -> str:
        """The value won, in words."""
        return shown(self.value, self.currency)


def results_of(actor: Actor, days: int, currency: str) -> list[LeadResults]:
    """Return what became of leads by partner, for a vendor's people. One query."""
    if not actor.is_vendor:
        return []
    values: dict[str, Any] = {
        "vendor": actor.vendor_id,
        "since": timezone.now() - timedelta(days=days),
        "limit": MOST_PARTNERS,
    }
    with connection.cursor() as cursor:
        cursor.execute(RESULTS, values)
        names = [column.name for column in cursor.description or ()]
        return [LeadResults(**dict(zip(names, row, strict=True)), currency=currency) for row in cursor.fetchall()]
