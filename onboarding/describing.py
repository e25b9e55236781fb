"""What is known of an organisation, as the facts that an ideal profile is held against.

Prospects, applications and partners have the same fields. Two facts aren't fields: which of the named customers are
accounts of the vendor, and a partner's certificates with the vendor; both are asked for all rows at once.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from accounts.naming import normalise_name
from onboarding.fit import Facts
from partners.models import Partner
from prm.kernel.domains import names_host, registrable_domain

MOST_CUSTOMERS = 100
"""So many named customers of one organisation are looked up."""

_OVERLAP = """
SELECT named.row, count(DISTINCT a.id) FROM unnest(%(rows)s::int[], %(keys)s::text[]) AS named (row, key)
JOIN accounts_account a ON a.vendor_id = %(vendor)s AND (a.normalised_name = named.key OR a.domain = named.key)
GROUP BY named.row
"""
_CERTIFICATES = """
SELECT h.partner_id, c.name FROM standing_holding h
JOIN standing_achievement a ON a.id = h.achievement_id JOIN standing_credential c ON c.id = a.credential_id
WHERE h.vendor_id = %(vendor)s AND h.partner_id = ANY(%(partners)s) AND c.kind <> 'course'
  AND h.day <= CURRENT_DATE AND (h.ends IS NULL OR h.ends > CURRENT_DATE)
GROUP BY h.partner_id, c.name HAVING sum(h.n) > 0 ORDER BY h.partner_id, c.name
"""


def named_customers(text: str) -> list[str]:
    """Return the customers that a text names, one a line or parted by commas, as keys for comparison; each once."""
    found: dict[str, None] = {}
    for part in re.split(r"[\n\r,;]+", text):
        if key := (registrable_domain(part) if names_host(part) else normalise_name(part)):
            found[key] = None
    return list(found)[:MOST_CUSTOMERS]


def facts_of(row: Any, *, overlap: int = 0, certifications: Iterable[str] = ()) -> Facts:
    """Return what is known of a prospect, an application or a partner. No query.

    overlap: how many of its customers are accounts; certifications: those that stand in rows of their own.
    """
    mail = getattr(row, "email", "") or getattr(row, "contact_email", "")
    address = row.website or getattr(row, "domain", "") or mail
    return Facts(
        type=row.type,
        country=str(row.country or ""),
        headcount=row.headcount,
        regions=tuple(row.regions),
        languages=tuple(row.languages),
        industries=tuple(row.industries),
        services=tuple(row.services),
        products=tuple(row.product_lines),
        certifications=(*getattr(row, "certifications", ()), *certifications),
        own_domain=bool(registrable_domain(address)) if address else None,
        named_customers=len(named_customers(row.customers)),
        overlap=overlap,
    )


def facts_of_all(vendor_id: int, rows: Sequence[Any]) -> list[Facts]:
    """Return what is known of each row, in order. At most two queries, however many rows."""
    overlaps = _overlaps(vendor_id, rows)
    held = _certificates(vendor_id, [row.pk for row in rows if isinstance(row, Partner)])
    return [
        facts_of(row, overlap=overlaps.get(at, 0), certifications=held.get(row.pk, ()) if held else ())
        for at, row in enumerate(rows)
    ]


def _overlaps(vendor_id: int, rows: Sequence[Any]) -> Mapping[int, int]:
    named = [(at, key) for at, row in enumerate(rows) for key in named_customers(row.customers)]
    if not named:
        return {}
    asked: dict[str, Any] = {
        "vendor": vendor_id,
        "rows": [at for at, _key in named],
        "keys": [key for _at, key in named],
    }
    with connection.cursor() as cursor:
        cursor.execute(_OVERLAP, asked)
        return dict(cursor.fetchall())


def _certificates(vendor_id: int, partners: Sequence[int]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    if partners:
        with connection.cursor() as cursor:
            cursor.execute(_CERTIFICATES, {"vendor": vendor_id, "partners": list(partners)})
            for partner, name in cursor.fetchall():
                found[partner].append(name)
    return found
