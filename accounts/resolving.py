"""From a customer as typed to the vendor's account: candidates by equality on match keys, then a score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from accounts.candidate_keys import match_keys, sure_keys
from accounts.enums import AccountLink, AccountOrigin
from accounts.identities import IDENTITY_COLUMNS, Identity
from accounts.matching import STANDARD, Band, Bands, Match, compare
from accounts.naming import normalise_name
from prm.kernel.domains import registrable_domain
from prm.kernel.errors import Conflict

ATTEMPTS = 5
PER_KEY = 100  # the commonest names share a key with hundreds; exact ones are found apart
CANDIDATES = 40
BY_DOMAIN = 2
NUMBERS = frozenset({"registry", "vat"})
WRITTEN = ", ".join(f"w.{column}" for column in IDENTITY_COLUMNS)
# What people said of the account and another one: that is no more a candidate where this is certain.
DECIDED = "SELECT p.high_id FROM accounts_accountpair p WHERE p.verdict IN ('different', 'related') AND"

# rank: found by a key, by name and country, by domain; the last two also by another name of the account (`written`).
FIND = f"""
SELECT a.id, a.name, a.country, a.domain, a.origin, a.owner_name, own.same_from, own.review_from, found.rank,
  ARRAY({DECIDED} p.low_id = a.id UNION ALL {DECIDED.replace("high_id", "low_id")} p.high_id = a.id), {WRITTEN}
FROM (
  SELECT DISTINCT ON (id) id, written, rank FROM (
    SELECT account_id AS id, account_id AS written, 0 AS rank FROM (
      SELECT account_id, count(*) AS shared FROM unnest(%(keys)s::text[]) AS wanted(key)
      CROSS JOIN LATERAL (
        SELECT account_id FROM accounts_matchkey
        WHERE vendor_id = %(vendor)s AND key = wanted.key ORDER BY account_id LIMIT %(per_key)s
      ) AS hit
      GROUP BY account_id ORDER BY shared DESC, account_id LIMIT %(limit)s
    ) AS near
    UNION ALL
    SELECT account_id, account_id, 0 FROM unnest(%(sure)s::text[]) AS wanted(key) CROSS JOIN LATERAL (
      SELECT account_id FROM accounts_matchkey
      WHERE vendor_id = %(vendor)s AND key = wanted.key ORDER BY account_id LIMIT %(per_key)s
    ) AS certain
    UNION ALL
    SELECT coalesce(merged_into_id, id), id, 2 FROM accounts_account
    WHERE vendor_id = %(vendor)s AND domain = %(domain)s AND domain <> ''
    UNION ALL
    SELECT coalesce(merged_into_id, id), id, 1 FROM accounts_account
    WHERE vendor_id = %(vendor)s AND normalised_name = %(name)s AND country = %(country)s
  ) AS every ORDER BY id, rank DESC
) AS found JOIN accounts_account a USING (id) JOIN accounts_account w ON w.id = found.written
LEFT JOIN accounts_matchthresholds own ON own.vendor_id = %(vendor)s
"""  # noqa: S608  (only columns' names are put in)

CREATE = """
WITH made AS (
  INSERT INTO accounts_account
    (vendor_id, name, normalised_name, country, domain, city, street, postcode, phone, registry_number, vat_number,
     external_id, owner_name, origin, further, created_at)
  VALUES (%(vendor)s, %(name)s, %(normalised)s, %(country)s, %(domain)s, %(city)s, %(street)s, %(postcode)s, %(phone)s,
    %(registry)s, %(vat)s, '', '', %(origin)s, '{}', now())
  ON CONFLICT DO NOTHING RETURNING id
), keyed AS (
  INSERT INTO accounts_matchkey (vendor_id, key, account_id)
  SELECT %(vendor)s, key, made.id FROM made, unnest(%(keys)s::text[]) AS key
)
SELECT id FROM made
"""


# Until the registration commits, undoing an import or a merge can't take the account away from under it.
HOLD = "SELECT 1 FROM accounts_account WHERE id = %s AND merged_into_id IS NULL FOR KEY SHARE"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account that may be the customer, with score and reasons. bands: the vendor's, that it was judged by."""

    account_id: int
    name: str
    country: str
    domain: str
    origin: str
    owner_name: str
    match: Match
    exact: bool
    bands: Bands = STANDARD


@dataclass(frozen=True, slots=True)
class Resolution:
    """Where a customer belongs: the account, how it was found, and every candidate worth a look, best first."""

    account_id: int
    link: AccountLink
    candidates: tuple[Candidate, ...]

    @property
    def best(self) -> Candidate | None:
        """The candidate that the customer was linked to, or None for a new account."""
        return next((found for found in self.candidates if found.account_id == self.account_id), None)


def find_candidates(vendor_id: int, customer: Identity) -> list[Candidate]:
    """Return the vendor's accounts that may be a customer, best first. One query.

    Where the best is certain, those are left out that a person said are not it, or only related.
    """
    values: dict[str, Any] = {
        "keys": sorted(match_keys(customer)),
        "sure": sure_keys(customer),
        "vendor": vendor_id,
        "limit": CANDIDATES,
        "per_key": PER_KEY,
        "domain": registrable_domain(customer.domain),
        "name": normalise_name(customer.name)[:200],
        "country": customer.country,
    }
    with connection.cursor() as cursor:
        cursor.execute(FIND, values)
        rows = cursor.fetchall()
    found: list[tuple[bool, Candidate]] = []
    decided: dict[int, list[int]] = {}
    for pk, name, country, domain, origin, owner, same_from, review_from, rank, apart, *written in rows:
        bands = STANDARD if same_from is None else Bands(same_from, review_from)
        match = compare(customer, Identity(*written), bands)
        exact = rank > 0 or _same_number(match)
        decided[pk] = apart
        if exact or match.band is not Band.DIFFERENT:
            found.append((rank == BY_DOMAIN, Candidate(pk, name, country, domain, origin, owner, match, exact, bands)))
    # An account with the same domain outranks one with the same name or number: those repeat, domains don't.
    found.sort(key=lambda pair: (not pair[0], not pair[1].exact, -pair[1].match.score, pair[1].account_id))
    return _asked(decided, [candidate for _same_domain, candidate in found])


def _asked(decided: dict[int, list[int]], found: list[Candidate]) -> list[Candidate]:
    """Leave out what a person said is not the one that is certain, or only related to it."""
    if found and found[0].exact:
        return [one for one in found if one.account_id not in decided[found[0].account_id]]
    return found


def _same_number(match: Match) -> bool:
    return any(reason.field in NUMBERS and reason.similarity == 1.0 for reason in match.reasons)


def create_account(vendor_id: int, customer: Identity, *, origin: str = AccountOrigin.REGISTRATION) -> int | None:
    """Create the account with its match keys in one statement; None when another transaction just did."""
    values: dict[str, Any] = {
        "vendor": vendor_id,
        "name": customer.name[:200],
        "normalised": normalise_name(customer.name)[:200],
        "country": customer.country,
        "domain": registrable_domain(customer.domain)[:120],
        "city": customer.city[:100],
        "street": customer.address[:160],
        "postcode": customer.postcode[:16],
        "phone": customer.phone[:40],
        "registry": customer.registry_number[:40],
        "vat": customer.vat[:40],
        "origin": origin,
        "keys": sorted(match_keys(customer)),
    }
    with connection.cursor() as cursor:
        cursor.execute(CREATE, values)
        made = cursor.fetchone()
    return made[0] if made else None


def _hold(account_id: int) -> bool:
    """Keep an account from being deleted until the transaction ends. False when it is gone."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [account_id])
        return cursor.fetchone() is not None


def resolve_customer(vendor_id: int, customer: Identity) -> Resolution:
    """Return the vendor's account for a customer, creating it where none is alike.

    An account with the same domain, registry or VAT number, or name and country, is the one. Otherwise the best that
    looks alike is taken until a person decides, so that two spellings can never be protected beside each other unseen.

    Raises:
        Conflict: five times in a row another transaction was just creating it.
    """
    for _attempt in range(ATTEMPTS):
        candidates = find_candidates(vendor_id, customer)
        if candidates:
            best = candidates[0]
            if not _hold(best.account_id):
                continue  # it went with an import that was undone, or was merged: look again
            link = AccountLink.EXACT if best.exact else AccountLink.LIKELY
            return Resolution(best.account_id, link, tuple(candidates[:5]))
        made = create_account(vendor_id, customer)
        if made is not None:
            return Resolution(made, AccountLink.NEW, ())
        # Another registration created it between our look and our insert: look again.
    raise Conflict("account_contended", _("Many registered this customer at the same moment. Submit once more."))
