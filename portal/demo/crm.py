"""What both vendors' CRM systems say: last activities, and what direct sales works on. Some of it has grown old."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from accounts.enums import AccountOrigin, CrmSystem
from accounts.models import Account, CrmConnection, Opportunity

if TYPE_CHECKING:
    from portal.demo.world import World

STAGES = ("Discovery", "Proposal", "Negotiation", "Contract")
PLANS = ("Expansion", "Renewal", "New site", "Pilot", "Second line", "Upgrade")
EVERY = 7
"""So many customers have one opportunity among them."""


def write_crm(world: World, seed: int) -> None:
    """Write last activities of existing customers, opportunities for some, and a connection that is switched off."""
    rng, today = Random(seed), world.now.date()  # noqa: S311  (not for secrets)
    for slug, side in world.sides.items():
        known = [each for each in side.book.accounts if each.origin == AccountOrigin.CUSTOMER]
        for account in known:
            account.last_activity_on = today - timedelta(days=rng.choice((2, 5, 9, 21, 40, 75, 130, 260, 400)))
        Account.objects.bulk_update(known, ["last_activity_on"], batch_size=500)
        Opportunity.objects.bulk_create(
            Opportunity(
                vendor=side.vendor,
                account=account,
                source=CrmSystem.HUBSPOT if slug == "northwind" else "file",
                external_id=f"{side.vendor.code}-O-{place:05d}",
                name=f"{rng.choice(PLANS)} {account.name}"[:200],
                stage=rng.choice(STAGES),
                value=Decimal(rng.randint(8, 400) * 1000),
                currency=side.vendor.currency,
                close_date=today + timedelta(days=rng.randint(10, 200)),
                owner_name=account.owner_name,
                last_activity_on=account.last_activity_on,
                is_open=rng.random() < 0.8,
                seen_at=world.now - timedelta(hours=7),
            )
            for place, account in enumerate(known[::EVERY], 1)
        )
    northwind = world.sides["northwind"].vendor
    CrmConnection.objects.create(
        vendor=northwind, system=CrmSystem.HUBSPOT, secret="", every_hours=12, fetched_at=world.now - timedelta(hours=7)
    )
