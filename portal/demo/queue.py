"""What waits for a decision today: clocks from overdue to comfortable, look-alikes, lines behind a holder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from portal.demo import talk
from portal.demo.chronicle import Chronicle, office_time_before, working_hours_ago
from portal.demo.history import Customer, begin, decider, new_customer, talk_about
from portal.demo.names import domain_of
from portal.demo.world import DECISION_HOURS, Member, World
from prm.kernel.actors import Role

if TYPE_CHECKING:
    from portal.demo.stories import Story


@dataclass(frozen=True, slots=True)
class Pair:
    """A customer whom two partners register under two spellings. held: the first is protected, else both wait."""

    first: tuple[str, str, str]
    second: tuple[str, str, str]
    country: str
    city: str
    partners: tuple[str, str]
    held: bool


PAIRS = (
    Pair(
        ("Vestre Havn Terminal AS", "vestrehavn.example", ""),
        ("Vestrehavn Terminal", "", ""),
        "NO",
        "Bergen",
        ("fjordteknikk", "solve"),
        True,
    ),
    Pair(
        ("Ravensmoor Brewing Ltd", "ravensmoor.example", ""),
        ("Ravens Moor Brewing Company", "", ""),
        "GB",
        "Hull",
        ("isle", "aldermoor"),
        True,
    ),
    Pair(
        ("Falkenried Großbäckerei GmbH & Co. KG", "falkenried.example", ""),
        ("FALKENRIED GROSSBAECKEREI", "shop.falkenried.example", ""),
        "DE",
        "Bremen",
        ("kappel", "donauwerk"),
        True,
    ),
    Pair(
        ("Lumen Glass S.r.l.", "lumenglass.example", ""),
        ("Lumenglass SRL", "lumenglass.example", ""),
        "IT",
        "Verona",
        ("ferrobot", "luminor"),
        False,
    ),
    Pair(
        ("Harrow Mills plc", "harrowmills.example", ""),
        ("Harrow Mils", "", ""),
        "GB",
        "Leeds",
        ("isle", "quayside"),
        False,
    ),
    Pair(
        ("Granja Sol Alimentos S.A.", "granjasol.example", ""),
        ("Granjasol Alimentos", "", ""),
        "ES",
        "Valencia",
        ("sierra", "luminor"),
        False,
    ),
)

HALDEN_PAIRS = (
    Pair(
        ("Kestrel Bank A/S", "kestrelbank.example", ""),
        ("Kestrelbank", "www.kestrelbank.example", ""),
        "DK",
        "Aarhus",
        ("cirrus", "kestrel"),
        True,
    ),
    Pair(
        ("Port of Aldermoor Ltd", "portofaldermoor.example", ""),
        ("Aldermoor Port", "", ""),
        "GB",
        "Hull",
        ("cirrus", "isle"),
        False,
    ),
)


def plan_queue(chronicle: Chronicle, vendor: str, count: int, pairs: tuple[Pair, ...]) -> None:
    """Plan so many undecided registrations at a vendor."""
    world = chronicle.world
    second_places = len(pairs) + sum(not pair.held for pair in pairs)
    for place, pair in enumerate(pairs):
        _plan_pair(chronicle, vendor, pair, place)
    members = [m for m in world.members if m.side.vendor.slug == vendor and m.plan.weight and m.enrollment.is_live]
    alone = count - second_places
    for place in range(alone):
        member = world.rng.choices(members, [m.plan.weight for m in members])[0]
        # From two days late to just now, most of them in time.
        elapsed = DECISION_HOURS * (1.35 - 1.33 * ((place + 0.5) / alone) ** 0.8)
        at = daytime(world, member, elapsed)
        chronicle.plan(at, _teller(chronicle, member, at, place))


def daytime(world: World, member: Member, elapsed: float) -> datetime:
    """Return about so many working hours ago, but not at night."""
    at = working_hours_ago(world.now, elapsed, member.side.vendor.time_zone)
    if at.hour < 7:
        at = at.replace(hour=7) + timedelta(minutes=world.rng.randint(0, 100))
    elif at.hour >= 17:
        at = at.replace(hour=14) + timedelta(minutes=world.rng.randint(0, 150))
    return min(at, world.now - timedelta(minutes=world.rng.randint(4, 50)))


def _plan_pair(chronicle: Chronicle, vendor: str, pair: Pair, place: int) -> None:
    world = chronicle.world
    one, two = (world.member(slug, vendor) for slug in pair.partners)
    first = Customer(pair.first[0], pair.country, pair.first[1], pair.city)
    second = Customer(pair.second[0], pair.country, pair.second[1], pair.city)
    families = one.side.products[0][0].sku, one.side.products[1][0].sku
    later = daytime(world, two, 40 - 7 * place)
    earlier = later - timedelta(days=24 + 5 * place) if pair.held else later - timedelta(hours=5 + place)

    def tell_first() -> None:
        story = begin(
            chronicle, one, one.sellers[0], earlier, first, part="sell", quantities=((families[0], 6), (families[1], 2))
        )
        if pair.held:
            story.approve(earlier + timedelta(hours=7), decider(world, story), talk.APPROVALS[2])
            talk_about(world, story, earlier + timedelta(days=2), world.now - timedelta(hours=4))

    def tell_second() -> None:
        begin(chronicle, two, two.sellers[0], later, second, part="sell", quantities=((families[0], 4),))

    chronicle.plan(earlier, tell_first)
    chronicle.plan(later, tell_second)


def _teller(chronicle: Chronicle, member: Member, at: datetime, place: int) -> Any:
    def tell() -> None:
        world, rng = chronicle.world, chronicle.world.rng
        story = begin(
            chronicle, member, rng.choice(member.sellers), at, _customer(chronicle, member, place), **_special(place)
        )
        _handle(world, story, at, place)

    return tell


def _customer(chronicle: Chronicle, member: Member, place: int) -> Customer:
    """Return a new company; each ninth is a customer of the vendor's own sales team, under another spelling."""
    world = chronicle.world
    if place % 9 == 4:
        shelf, at = chronicle.of(member), world.now
        near = [a for a in member.side.customers[member.plan.country] if a.domain and not shelf.contending(a, at)]
        account = world.rng.choice(near)
        return Customer(account.name.rsplit(" ", 1)[0], member.plan.country, account.domain, account.city)
    customer = new_customer(world.rng, member)
    customer.domain = customer.domain or domain_of(customer.name)
    return customer


def _special(place: int) -> dict[str, Any]:
    if place % 11 == 3:
        return {"contact_name": "", "contact_email": ""}
    if place % 13 == 6:
        return {"part": "refer" if place % 2 else "install"}
    return {}


def _handle(world: World, story: Story, at: datetime, place: int) -> None:
    rng, seat = world.rng, decider(world, story)
    floor = at + timedelta(minutes=2)
    later = office_time_before(at + (world.now - at) * rng.uniform(0.2, 0.7), story.deal.vendor.time_zone, floor)
    if place % 8 == 5:
        fields, question = talk.QUESTIONS[place // 8 % len(talk.QUESTIONS)]
        story.ask(later, seat, list(fields), question)
    elif place % 5 == 1:
        if story.deal.status == "submitted":
            story.take(later, seat)
        story.note(min(later + timedelta(minutes=25), world.now), _manager(story), rng.choice(talk.VENDOR_NOTES))
    elif place % 7 == 2:
        story.comment(later, story.owner, rng.choice(talk.COMMENTS))


def _manager(story: Story) -> Any:
    return story.member.side.seats[Role.MANAGER]
