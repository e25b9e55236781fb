"""A vendor's accounts while the demo is made: what `accounts.resolving` does, in memory and in the order of time."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from accounts.candidate_keys import match_keys
from accounts.enums import AccountLink, AccountOrigin
from accounts.identities import Identity
from accounts.matching import Band, Match, compare
from accounts.models import Account
from accounts.naming import normalise_name
from prm.kernel.domains import registrable_domain

if TYPE_CHECKING:
    from datetime import datetime

    from partners.models import Vendor

CANDIDATES = 25
KEPT = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account that a customer may be."""

    account: Account
    match: Match
    exact: bool


@dataclass(slots=True)
class Directory:
    """One vendor's accounts with their match keys."""

    vendor: Vendor
    accounts: list[Account] = field(default_factory=list)
    keys: list[list[str]] = field(default_factory=list)
    _by_key: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _by_domain: dict[str, int] = field(default_factory=dict)
    _by_name: dict[tuple[str, str], int] = field(default_factory=dict)

    def candidates(self, customer: Identity) -> list[Candidate]:
        """Return the accounts that may be the customer, best first."""
        domain = registrable_domain(customer.domain)
        name = (normalise_name(customer.name)[:200], customer.country)
        shared = Counter(place for key in match_keys(customer) for place in self._by_key.get(key, ())[:CANDIDATES])
        near = [place for place, _ in sorted(shared.items(), key=lambda item: (-item[1], item[0]))[:CANDIDATES]]
        known = (self._by_domain.get(domain) if domain else None, self._by_name.get(name))
        sure = {place for place in known if place is not None}
        found = []
        for place in {*near, *sure}:
            account = self.accounts[place]
            match = compare(customer, Identity(name=account.name, country=str(account.country), domain=account.domain))
            if place in sure or match.band is not Band.DIFFERENT:
                same_domain = bool(domain) and account.domain == domain
                order = (not (place in sure and same_domain), place not in sure, -match.score, place)
                found.append((order, Candidate(account, match, place in sure)))
        return [candidate for _, candidate in sorted(found, key=lambda pair: pair[0])]

    def is_free(self, customer: Identity) -> bool:
        """Whether nothing here looks like the customer."""
        return not self.candidates(customer)

    def add(self, customer: Identity, *, at: datetime, city: str, origin: str = AccountOrigin.REGISTRATION) -> Account:
        """Return the new account of a customer that is free."""
        account = Account(
            vendor=self.vendor,
            name=customer.name,
            normalised_name=normalise_name(customer.name)[:200],
            country=customer.country,
            domain=registrable_domain(customer.domain),
            city=city,
            origin=origin,
            created_at=at,
        )
        place = len(self.accounts)
        self.accounts.append(account)
        self.keys.append(sorted(match_keys(customer)))
        for key in self.keys[place]:
            self._by_key[key].append(place)
        self._by_name[account.normalised_name, customer.country] = place
        if account.domain:
            self._by_domain[account.domain] = place
        return account

    def resolve(self, customer: Identity, *, at: datetime, city: str) -> tuple[Account, str, list[Candidate]]:
        """Return the customer's account, how it was found, and the candidates worth keeping."""
        found = self.candidates(customer)
        if not found:
            return self.add(customer, at=at, city=city), AccountLink.NEW, []
        return found[0].account, AccountLink.EXACT if found[0].exact else AccountLink.LIKELY, found[:KEPT]
