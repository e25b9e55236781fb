"""The companies that each vendor already sells to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from accounts.enums import AccountOrigin
from accounts.identities import Identity
from portal.demo.names import COUNTRIES, OTHER_SCRIPTS, company_name, domain_of, town_of
from portal.demo.world import HISTORY

if TYPE_CHECKING:
    from portal.demo.world import Side, World

SHARES = {
    "DE": 9,
    "GB": 7,
    "US": 7,
    "FR": 5,
    "NL": 4,
    "IT": 4,
    "ES": 3,
    "SE": 3,
    "PL": 3,
    "AT": 2,
    "CH": 2,
    "BE": 2,
    "NO": 2,
    "DK": 2,
    "FI": 2,
    "CZ": 2,
    "IE": 1,
    "PT": 1,
    "CA": 2,
    "BR": 2,
    "JP": 2,
    "IN": 2,
    "AU": 2,
    "SG": 1,
    "AE": 1,
    "ZA": 1,
    "MX": 1,
}
SIZES = ("Key account", "Mid-size", "Small")


def fill_book(world: World, side: Side, count: int) -> None:
    """Put so many existing customers into a vendor's book, a few of them named in other scripts."""
    since = world.now - HISTORY
    for name, country, city, domain in OTHER_SCRIPTS:
        _customer(world, side, Identity(name=name, country=country, domain=domain), city)
    countries = world.rng.choices(list(SHARES), list(SHARES.values()), k=count - len(OTHER_SCRIPTS))
    for country in countries:
        customer = _free_company(world, side, country)
        _customer(world, side, customer, town_of(world.rng, country))
    for place, account in enumerate(side.book.accounts):
        account.external_id = f"{side.vendor.code}-{10_400 + place * 7}"
        account.created_at = since - timedelta(days=world.rng.randint(2, 1500))


def _free_company(world: World, side: Side, country: str) -> Identity:
    while True:
        name = company_name(world.rng, country)
        customer = Identity(name=name, country=country, domain=domain_of(name))
        if country in COUNTRIES and side.book.is_free(customer):
            return customer


def _customer(world: World, side: Side, customer: Identity, city: str) -> None:
    rng = world.rng
    account = side.book.add(customer, at=world.now, city=city, origin=AccountOrigin.CUSTOMER)
    account.owner_name = rng.choice(side.plan.direct) if rng.random() < 0.8 else ""
    side.customers.setdefault(customer.country, []).append(account)
    account.further = {"Segment": rng.choice(SIZES), "Employees": str(rng.choice((40, 90, 160, 320, 700, 1500, 4200)))}
