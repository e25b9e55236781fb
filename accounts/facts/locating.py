"""Finds the accounts that rows from outside name, exactly: by the CRM's id, domain, or name and country."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from accounts.enums import AccountOrigin
from accounts.identities import Identity
from accounts.models import Account
from accounts.naming import normalise_name
from accounts.resolving import create_account
from prm.kernel.domains import registrable_domain


@dataclass(frozen=True, slots=True)
class Customer:
    """An end customer as a row names it; all empty where it names none."""

    name: str = ""
    domain: str = ""
    country: str = ""
    number: str = ""

    @property
    def is_named(self) -> bool:
        """Whether the row says who it is."""
        return bool(self.name or self.domain or self.number)


class CustomerFinder:
    """Knows one vendor's accounts by what a batch of rows calls them. One query, however many rows.

    A likely match is none: money is booked on an account only if the row says whose it is. A name without a country
    is enough where the vendor has just one account of that name.
    """

    def __init__(self, vendor_id: int, customers: Iterable[Customer]) -> None:
        self._vendor_id = vendor_id
        self._by_key: dict[tuple[str, str], set[int]] = defaultdict(set)
        wanted = {one for one in customers if one.is_named}
        if wanted:
            self._load(wanted)

    def find(self, customer: Customer) -> int | None:
        """Return the account's id, None where none or several fit."""
        for key in _keys(customer):
            if len(hits := self._by_key.get(key, set())) == 1:
                return next(iter(hits))
        return None

    def create(self, customer: Customer) -> int | None:
        """Make an account for a customer that has a name; None where another transaction just did."""
        if not normalise_name(customer.name):
            return None
        identity = Identity(name=customer.name, country=customer.country, domain=customer.domain, city="")
        made = create_account(self._vendor_id, identity, origin=AccountOrigin.CUSTOMER)
        for key in _keys(customer) if made else ():
            self._by_key[key].add(made or 0)
        return made

    def _load(self, wanted: set[Customer]) -> None:
        keys = {key for one in wanted for key in _keys(one)}
        numbers, domains, names = ({text for way, text in keys if way == kind} for kind in ("number", "domain", "name"))
        names = {name.partition("\n")[0] for name in names} | {text for way, text in keys if way == "bare"}
        rows = Account.objects.filter(vendor_id=self._vendor_id)
        found = rows.none()
        for condition in (
            {"external_id__in": numbers} if numbers else None,
            {"domain__in": domains} if domains else None,
            {"normalised_name__in": names} if names else None,
        ):
            found = found.union(rows.filter(**condition)) if condition else found
        for pk, kept, number, domain, name, country in found.values_list(
            "pk", "merged_into", "external_id", "domain", "normalised_name", "country"
        ):
            for key in (("number", number), ("domain", domain), ("name", f"{name}\n{country}"), ("bare", name)):
                if key[1]:
                    self._by_key[key].add(kept or pk)


def _keys(customer: Customer) -> list[tuple[str, str]]:
    """Return what the customer is looked up by, the surest first."""
    name = normalise_name(customer.name)[:200]
    found = [("number", customer.number), ("domain", registrable_domain(customer.domain))]
    if name:
        found.append(("name", f"{name}\n{customer.country}") if customer.country else ("bare", name))
    return [(way, text) for way, text in found if text]
