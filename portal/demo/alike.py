"""Northwind's own thresholds, what is known of some customers beyond their names, and accounts that look alike."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from accounts.enums import AccountOrigin
from accounts.identities import Identity
from accounts.keying import rebuild_keys
from accounts.matching import Bands, compare
from accounts.models import Account, AccountPair, MatchThresholds
from accounts.pairs import SELF_CHECK, relate_accounts
from accounts.resolving import create_account
from dealreg.services.consolidation import merge_accounts
from jobs.enums import JobState
from partners.seats import actor_of, people_with_seats
from portal.demo.jobs import MANAGER, Past, write_past
from prm.kernel.actors import Via

if TYPE_CHECKING:
    from jobs.models import Job
    from portal.demo.world import World
    from prm.kernel.actors import Actor

STREETS = ("Hafenstraße", "Kirchweg", "Mill Lane", "Rue du Port", "Industriestraße", "Station Road")
EVERY = 4
"""So many customers have one among them whose address, phone and registry number are known."""
BANDS = Bands(same_from=93, review_from=35)
FIRST, STEP, PAIRS = 11, 23, 5


def write_alike(world: World) -> None:
    """Write it all: three pairs wait, one was merged, one is related."""
    side = world.sides[MANAGER[1]]
    known = [each for each in side.book.accounts if each.origin == AccountOrigin.CUSTOMER]
    _know_more(known)
    MatchThresholds.objects.create(
        vendor=side.vendor, same_from=BANDS.same_from, review_from=BANDS.review_from, revision=1
    )
    seat = world.seat(*MANAGER)
    actor = actor_of(people_with_seats().get(pk=seat.person_id), seat.pk, via=Via.SESSION)[0]
    job = write_past(
        world,
        seat,
        Past(
            kind=SELF_CHECK,
            title="Accounts that look alike",
            days=1.2,
            state=JobState.DONE,
            done=914,
            total=914,
            seconds=1.4,
            figures={"accounts": len(side.book.accounts), "alike": PAIRS},
        ),
    )
    pairs = [_pair(world, job, known[FIRST + STEP * place], place) for place in range(PAIRS)]
    _decide(actor, pairs)


def _know_more(known: list[Account]) -> None:
    told = known[::EVERY]
    for place, account in enumerate(told):
        account.street = f"{STREETS[place % len(STREETS)]} {3 + place * 7 % 120}"
        account.postcode = f"{20_095 + place * 61}"
        account.phone = f"+49 40 55{place:05d}"
        account.registry_number = f"HRB {104_200 + place}"
    Account.objects.bulk_update(told, ["street", "postcode", "phone", "registry_number"], batch_size=500)
    for _last, _added in rebuild_keys():
        pass


def _pair(world: World, job: Job, account: Account, place: int) -> AccountPair:
    """Return an account beside its twin: with a slip in its name, or as a firm of its group."""
    first, *others = account.name.split()
    slip = (
        " ".join((first[:2] + first[3:], *others)) if place != PAIRS - 1 else " ".join((first, *others[:1], "Iberia"))
    )
    twin = Identity(slip, str(account.country) if place != PAIRS - 1 else "ES", city=account.city, phone=account.phone)
    other = create_account(account.vendor_id, twin, origin=AccountOrigin.CUSTOMER) or 0
    match = compare(account.identity, twin, BANDS)
    return AccountPair.objects.create(
        vendor_id=account.vendor_id,
        low_id=account.pk,
        high_id=other,
        score=match.score,
        band=str(match.band),
        found_by=job,
        found_at=world.now - timedelta(days=1.2),
    )


def _decide(actor: Actor, pairs: list[AccountPair]) -> None:
    merged, related = pairs[PAIRS - 2], pairs[PAIRS - 1]
    merge_accounts(actor=actor, kept=merged.low, absorbed=merged.high)
    relate_accounts(actor=actor, pair=related, parent=related.low)
