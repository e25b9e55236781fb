"""Where the demo's partners stand: computed from its facts, with reviews in each state and what is given by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta

from partners.enums import LIVE
from prm.kernel.actors import Role
from standing.computing import figures_of, store
from standing.enums import EntryKind, ReviewState
from standing.ledger import book_points
from standing.models import (
    Calculation,
    PointEntry,
    Scheme,
    Specialisation,
    Standing,
    Tier,
    TierOverride,
    TierReview,
    TierSpan,
)
from standing.scheme import evaluate
from standing.words import reached_words

if TYPE_CHECKING:
    from portal.demo.world import Member, Side, World

# By hand: who, how many points, how many days ago, and why.
POINTS = {
    "northwind": (
        ("brightpath", 40, 63, "Spoke at our partner day in Hamburg."),
        ("kappel", 60, 110, "Reference visit with three customers."),
        ("quayside", -25, 18, "Points of a registration that was entered twice."),
    ),
    "halden": (("stratus", 10, 40, "Translated the migration handbook."),),
}
# Given by hand: who, which tier, from when and until when in days, and why.
GIVEN = {
    "northwind": (
        ("orrery", "Gold", -41, 120, "Develops the PickArm gripper with us; sells little by itself."),
        ("kestrel", "Gold", -12, 150, "Opens the Danish food industry together with us."),
    ),
    "halden": (("overcast", "Advanced", -70, 20, "Pilot of the new edge box."),),
}
REASONS = ("A large order is signed for next quarter.", "Two of its engineers were ill; exams are booked.")
MOST_REVIEWS = {"northwind": 5, "halden": 3}


@dataclass(slots=True)
class Shelf:
    """A side's scheme with its members as they were computed."""

    side: Side
    scheme: Scheme
    tiers: dict[str, Tier]
    ranked: list[Tier]
    now: datetime
    found: list[tuple[Member, Calculation]]


def write_standings(world: World) -> None:
    """Book points, compute every standing, and award what it brings. Set-based, but for some rows beside."""
    for slug, side in world.sides.items():
        scheme = Scheme.objects.published().select_related("program__vendor", "vendor").get(program=side.program)
        today = side.vendor.today(world.now)
        _book_by_hand(world, side)
        book_points(side.program.pk, "", until=today)
        store(scheme, today)
        ranked = list(Tier.objects.filter(program=side.program, rank__isnull=False).order_by("rank"))
        computed = {row.enrollment_id: row for row in Calculation.objects.filter(scheme=scheme).select_related("tier")}
        members = [each for each in world.members if each.side is side and each.enrollment.status in LIVE]
        found = [(each, computed[each.enrollment.pk]) for each in members if each.enrollment.pk in computed]
        shelf = Shelf(side, scheme, {tier.name: tier for tier in ranked}, ranked, world.now, found)
        short = _award(shelf)
        _review(shelf, short, slug)
        _give(world, shelf, slug)
        _specialise(shelf, today)


def _tenant(member: Member) -> dict[str, Any]:
    row = member.enrollment
    return {"enrollment": row, "vendor_id": row.vendor_id, "partner_id": row.partner_id}


def _book_by_hand(world: World, side: Side) -> None:
    slug = side.vendor.slug
    PointEntry.objects.bulk_create(
        PointEntry(
            **_tenant(world.member(partner, slug)),
            kind=EntryKind.MANUAL,
            rule="by-hand",
            key=f"by-hand:{slug}-{at}",
            points=Decimal(points),
            day=world.now.date() - timedelta(days=ago),
            ends=world.now.date() - timedelta(days=ago) + relativedelta(months=12),
            note=why,
            person=side.seats[Role.MANAGER].person,
        )
        for at, (partner, points, ago, why) in enumerate(POINTS[slug])
    )


def _award(shelf: Shelf) -> list[tuple[Member, Calculation]]:
    """Give each its tier; returns those that hold more than their figures bring. Up at once, some time ago."""
    standings = {row.enrollment_id: row for row in Standing.objects.filter(vendor=shelf.side.vendor)}
    spans: list[TierSpan] = []
    changed: list[Standing] = []
    short: list[tuple[Member, Calculation]] = []
    for at, (member, calculation) in enumerate(shelf.found):
        standing, planned = standings[member.enrollment.pk], shelf.tiers[member.tier.name]
        rank, most = planned.rank or 0, MOST_REVIEWS[shelf.side.vendor.slug]
        if calculation.rank < rank and len(short) < most:
            short.append((member, calculation))
            continue
        tier = calculation.tier or shelf.ranked[0]
        since = standing.since
        if tier.pk != standing.tier_id:
            # Some time between then and now, not for all on one day.
            since += (shelf.now - since) * (at % 7 + 2) / 10
            spans.append(TierSpan(**_tenant(member), tier=tier, since=since, why=_why(shelf, calculation)))
        standing.tier = standing.earned = tier
        standing.since, standing.why = since, _why(shelf, calculation)
        changed.append(standing)
    for span in spans:
        TierSpan.objects.filter(enrollment=span.enrollment, until=None).update(until=span.since)
    TierSpan.objects.bulk_create(spans)
    Standing.objects.bulk_update(changed, ["tier", "earned", "since", "why"])
    return short


def _why(shelf: Shelf, calculation: Calculation) -> str:
    if not calculation.rank:
        return ""
    shape = shelf.scheme.shape
    calculation.scheme = shelf.scheme
    verdict = evaluate(shape, figures_of(calculation))
    return reached_words(shape, verdict, calculation.rank, shelf.side.vendor.currency)[:500]


# -- Reviews


def _review(shelf: Shelf, short: list[tuple[Member, Calculation]], slug: str) -> None:
    """Open a review for each that falls short, in the states that the calendar allows; and write some that are over."""
    rules, today = shelf.scheme.shape.review, shelf.side.vendor.today(shelf.now)
    due = rules.next_after(today)
    last = due - relativedelta(months=rules.months)
    late = ReviewState.GRACE if last + timedelta(days=rules.grace_days) > today else ReviewState.PROPOSED
    near = (due - today).days <= rules.warn_days[0]
    rows = []
    for at, (member, calculation) in enumerate(short):
        state, day = (ReviewState.WARNED, due) if near and at % 2 == 0 else (late, last)
        rows.append(_opened(shelf, member, calculation, state, day))
    before = last - relativedelta(months=rules.months)
    held = {member.plan.slug for member, _calculation in short}
    calm = [(member, found) for member, found in shelf.found if member.plan.slug not in held and found.rank > 1]
    over = (ReviewState.KEPT, ReviewState.RECOVERED, ReviewState.LOWERED, ReviewState.RECOVERED, ReviewState.KEPT)
    for at, ((member, calculation), state) in enumerate(zip(calm, over, strict=False)):
        row = _opened(shelf, member, calculation, state, before if at % 2 else last)
        _decide(shelf, row, calculation, at)
        rows.append(row)
    TierReview.objects.bulk_create(rows)


def _opened(shelf: Shelf, member: Member, calculation: Calculation, state: str, due: date) -> TierReview:
    rules, left = shelf.scheme.shape.review, (due - shelf.side.vendor.today(shelf.now)).days
    warn = rules.warn_days
    return TierReview(
        **_tenant(member),
        state=state,
        due_on=due,
        grace_until=due + timedelta(days=rules.grace_days),
        from_tier=shelf.tiers[member.tier.name],
        to_tier=calculation.tier,
        warned_days=[days for days in warn if left <= days],
        created_at=shelf.now - timedelta(days=max(warn) - left),
    )


def _decide(shelf: Shelf, row: TierReview, calculation: Calculation, at: int) -> None:
    """Say how a review that is over ended."""
    row.from_tier = calculation.tier or shelf.ranked[0]
    if row.state == ReviewState.LOWERED:
        row.from_tier = shelf.ranked[min((calculation.rank or 1), len(shelf.ranked) - 1)]
    if row.state in {ReviewState.KEPT, ReviewState.LOWERED}:
        row.decided_by = shelf.side.seats[Role.MANAGER].person
        row.decided_at = shelf.now - timedelta(days=(shelf.side.vendor.today(shelf.now) - row.grace_until).days - 2)
        row.decided_at = min(row.decided_at, shelf.now - timedelta(hours=30))
    if row.state == ReviewState.KEPT:
        row.reason = REASONS[at % len(REASONS)]
        row.to_tier = shelf.ranked[max((row.from_tier.rank or 1) - 2, 0)]


# -- Beside the ladder


def _give(world: World, shelf: Shelf, slug: str) -> None:
    for partner, name, since, until, reason in GIVEN[slug]:
        member, tier = world.member(partner, slug), shelf.tiers[name]
        today = shelf.side.vendor.today(world.now)
        standing = Standing.objects.select_related("tier", "earned").get(enrollment=member.enrollment)
        began = max(world.now + timedelta(days=since), standing.since + timedelta(days=1))
        if (standing.tier.rank or 0) >= (tier.rank or 0):
            continue
        TierOverride.objects.create(
            **_tenant(member),
            tier=tier,
            reason=reason,
            given_by=shelf.side.seats[Role.MANAGER].person,
            starts_on=today + timedelta(days=since),
            ends_on=today + timedelta(days=until),
            created_at=began,
        )
        TierSpan.objects.filter(enrollment=member.enrollment, until=None).update(until=began)
        TierSpan.objects.create(**_tenant(member), tier=tier, since=began, why=f"given by hand: {reason}")
        standing.tier, standing.since, standing.why = tier, began, f"given by hand: {reason}"
        standing.save(update_fields=["tier", "since", "why"])


def _specialise(shelf: Shelf, today: date) -> None:
    """Recognise whose figures say so; the last day on which they did is today."""
    shapes = {each.slug: each for each in shelf.scheme.shape.specialisations}
    Specialisation.objects.bulk_create(
        Specialisation(
            **_tenant(member),
            slug=slug,
            name=shapes[slug].name,
            since=today - timedelta(days=15 + (at * 53) % 240),
            expires_on=today + relativedelta(months=shapes[slug].months),
        )
        for at, (member, calculation) in enumerate(shelf.found)
        for slug in calculation.specialisations
    )
