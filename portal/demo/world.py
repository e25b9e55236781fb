"""The organisations and people of the demo, written; what its deals are told with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password

from accounts.models import Price, Product, ProductFamily
from dealreg.models import Policy
from partners.enums import LIVE, EnrollmentStatus, PartnerType
from partners.models import Enrollment, Partner, Seat
from people.models import Person
from portal.demo.directory import Directory
from portal.demo.engagement import rules_of
from portal.demo.names import currency_of, domain_of, mail_name, person_name
from portal.demo.partners import PARTNERS, PartnerPlan
from portal.demo.schemes import write_scheme, write_standing
from portal.demo.signins import GROUPS, PASSWORD
from portal.demo.vendors import (
    PLANS,
    RATES,
    ProductPlan,
    TierPlan,
    VendorPlan,
    policy_reference,
    price_on,
    program_of,
    quarter_start,
    vendor_of,
)
from prm.kernel.actors import Reach, Role

if TYPE_CHECKING:
    from accounts.models import Account
    from partners.models import Program, Vendor
    from standing.models import Tier

HISTORY = timedelta(days=730)
DECISION_HOURS = 48
REMINDER_DAYS = 14
ZONES = {
    "GB": "Europe/London",
    "IE": "Europe/Dublin",
    "US": "America/New_York",
    "CA": "America/Toronto",
    "SG": "Asia/Singapore",
    "IN": "Asia/Kolkata",
    "JP": "Asia/Tokyo",
    "BR": "America/Sao_Paulo",
    "AU": "Australia/Melbourne",
    "ZA": "Africa/Johannesburg",
    "AE": "Asia/Dubai",
    "FI": "Europe/Helsinki",
}
OWN_ONLY = {"sofie@aalto.example", "miriam.pohlmann@brightpath.example"}
FURTHER_SALES = (
    ("tobias.kern@brightpath.example", "Tobias Kern"),
    ("miriam.pohlmann@brightpath.example", "Miriam Pohlmann"),
)


@dataclass(slots=True)
class Side:
    """A vendor with all that its deals need."""

    plan: VendorPlan
    vendor: Vendor
    program: Program
    everything: ProductFamily
    products: list[tuple[ProductPlan, Product]]
    policies: list[Policy]
    tiers: dict[str, tuple[TierPlan, Tier]]
    book: Directory
    prices: dict[tuple[str, str], list[tuple[date, Decimal]]] = field(default_factory=dict)
    seats: dict[str, Seat] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    customers: dict[str, list[Account]] = field(default_factory=dict)

    def policy_on(self, day: date) -> Policy:
        """Return the rules of engagement that held on a day."""
        return [policy for policy in self.policies if policy.valid_from and policy.valid_from <= day][-1]

    def price_on(self, product: ProductPlan, currency: str, day: date) -> Decimal:
        """Return the list price that held on a day."""
        return [amount for start, amount in self.prices[product.sku, currency] if start <= day][-1]


@dataclass(slots=True)
class Member:
    """An enrollment with the people who work in it, and how it sells."""

    plan: PartnerPlan
    side: Side
    enrollment: Enrollment
    tier: TierPlan
    sellers: list[Seat]
    until: datetime

    @property
    def currency(self) -> str:
        """The currency it is quoted."""
        return currency_of(self.plan.country)


@dataclass(slots=True)
class World:
    """Everything that stands before the first deal."""

    now: datetime
    rng: Random
    sides: dict[str, Side]
    partners: dict[str, Partner]
    seats: dict[tuple[str, str], Seat]
    members: list[Member]

    def seat(self, email: str, where: str) -> Seat:
        """Return a person's seat in the organisation of this slug."""
        return self.seats[email, where]

    def member(self, partner: str, vendor: str) -> Member:
        """Return a partner's membership at a vendor, by slugs."""
        return next(m for m in self.members if m.plan.slug == partner and m.side.vendor.slug == vendor)


def make_world(now: datetime, seed: int) -> World:
    """Write vendors, catalogues, partners, people and seats."""
    world = World(now, Random(seed), {}, {}, {}, [])  # noqa: S311  (invented data, no secret)
    for plan in PLANS:
        world.sides[str(plan.vendor["slug"])] = _side(plan, now)
    _write_partners(world)
    _write_people(world)
    for side in world.sides.values():
        _enroll(world, side)
    return world


def _side(plan: VendorPlan, now: datetime) -> Side:
    vendor = vendor_of(plan)
    vendor.created_at = now - HISTORY - timedelta(days=400)
    vendor.save()
    program = program_of(plan, vendor)
    program.save()
    everything = ProductFamily.objects.create(vendor=vendor, name="All products", code="all", covers_all=True)
    families = {code: ProductFamily.objects.create(vendor=vendor, name=name, code=code) for code, name in plan.families}
    products = Product.objects.bulk_create(
        Product(vendor=vendor, family=families[p.family], name=p.name, sku=p.sku) for p in plan.products
    )
    side = Side(
        plan, vendor, program, everything, list(zip(plan.products, products, strict=True)), [], {}, Directory(vendor)
    )
    side.codes = {code: family.pk for code, family in families.items()}
    _write_rules(side, now)
    _write_prices(side, now)
    return side


def _write_rules(side: Side, now: datetime) -> None:
    earlier = quarter_start((now - HISTORY - timedelta(days=90)).date())
    current = quarter_start((now - timedelta(days=50)).date())
    first, base = side.plan.tiers[0], {"vendor": side.vendor, "program": side.program}
    older = {number: text for number, text in side.plan.clauses.items() if number not in {"3.1", "5.2"}}
    side.policies = Policy.objects.bulk_create(
        Policy(
            **base,
            reference=policy_reference(start),
            valid_from=start,
            protection_days=first.days,
            discount=first.discount,
            decision_hours=DECISION_HOURS,
            reminder_days=REMINDER_DAYS,
            clauses=clauses,
            definition=rules,
        )
        for start, clauses, rules in (
            (earlier, older, {}),
            (current, side.plan.clauses, rules_of(side.plan.vendor["slug"], now)),
        )
    )
    rows = write_scheme(side.plan, side.program, earlier, now)
    side.tiers = {tier.name: (tier, rows[tier.name]) for tier in side.plan.tiers}


def _write_prices(side: Side, now: datetime) -> None:
    rows = []
    for product, row in side.products:
        for currency in RATES:
            dated = [(date(now.year - ago, 1, 1), Decimal(price_on(product, currency, ago))) for ago in (3, 2, 1, 0)]
            side.prices[product.sku, currency] = dated
            rows += [
                Price(vendor=side.vendor, product=row, currency=currency, amount=amount, valid_from=start)
                for start, amount in dated
            ]
    Price.objects.bulk_create(rows)


def _write_partners(world: World) -> None:
    rows = [
        Partner(
            name=plan.name,
            legal_name=f"{plan.name} {plan.legal_form}",
            slug=plan.slug,
            type=plan.type,
            country=plan.country,
            city=plan.city,
            website=domain_of(plan.name),
            created_at=world.now - HISTORY - timedelta(days=world.rng.randint(30, 900)),
        )
        for plan in PARTNERS
    ]
    world.partners = {partner.slug: partner for partner in Partner.objects.bulk_create(rows)}


def _write_people(world: World) -> None:
    wanted = [*_demo_people(), *_other_people(world)]
    joined = world.now - HISTORY - timedelta(days=20)
    password = make_password(PASSWORD)
    people: dict[str, Person] = {}
    for email, name, title, zone, seats in wanted:
        people[email] = Person(
            email=email,
            name=name,
            job_title=title,
            time_zone=zone,
            password=password,
            is_operator=not seats,
            date_joined=joined,
        )
    Person.objects.bulk_create(people.values())
    rows = [
        Seat(
            person=people[email],
            vendor=world.sides[where].vendor if where in world.sides else None,
            partner=world.partners.get(where),
            role=role,
            reach=Reach.OWN if where == "brightpath" and email in OWN_ONLY else Reach.ALL,
            created_at=joined,
        )
        for email, _name, _title, _zone, seats in wanted
        for where, role in seats
    ]
    for seat in Seat.objects.bulk_create(rows):
        for organisation in (seat.vendor, seat.partner):
            if organisation is not None:
                world.seats[seat.person.email, organisation.slug] = seat
        if seat.vendor:
            world.sides[seat.vendor.slug].seats.setdefault(seat.role, seat)


Wanted = tuple[str, str, str, str, tuple[tuple[str, Role], ...]]


def _demo_people() -> list[Wanted]:
    titles = {
        Role.ADMINISTRATOR: "Managing director",
        Role.SALES: "Account executive",
        Role.MARKETING: "Marketing manager",
        Role.TECHNICAL: "Application engineer",
        Role.MANAGER: "Partner manager",
        Role.APPROVER: "Channel sales",
        Role.FINANCE: "Controller",
        Role.EXECUTIVE: "Chief revenue officer",
    }
    people: list[Wanted] = []
    for group in GROUPS:
        for one in group.people:
            zone = "Europe/Oslo" if one.email.endswith("@halden.example") else "Europe/Berlin"
            title = titles[one.seats[0][1]] if one.seats else "System administrator"
            people.append((one.email, one.name, title, zone, one.seats))
    for email, name in FURTHER_SALES:
        people.append((email, name, "Account executive", "Europe/Berlin", (("brightpath", Role.SALES),)))
    people.append(
        (
            "alice.penrose@northwind.example",
            "Alice Penrose",
            "Channel sales",
            "Europe/London",
            (("northwind", Role.APPROVER),),
        )
    )
    return people


def _other_people(world: World) -> list[Wanted]:
    people: dict[str, Wanted] = {}
    for plan in PARTNERS[1:]:
        titles = [("Managing director", Role.ADMINISTRATOR), ("Account manager", Role.SALES)]
        if plan.weight >= 4:
            titles.append(("Sales engineer", Role.SALES))
        if plan.type == PartnerType.AGENCY:
            titles.append(("Campaign lead", Role.MARKETING))
        for title, role in titles:
            name = person_name(world.rng, plan.country)
            while (email := f"{mail_name(name)}@{domain_of(plan.name)}") in people:
                name = person_name(world.rng, plan.country)
            people[email] = (email, name, title, ZONES.get(plan.country, "Europe/Berlin"), ((plan.slug, role),))
    return list(people.values())


def _enroll(world: World, side: Side) -> None:
    slug = side.vendor.slug
    managers = [side.seats[role].person for role in (Role.MANAGER,)]
    for plan in PARTNERS:
        if (place := plan.place_at(slug)) is None:
            continue
        tier_name, status = place
        new = status == EnrollmentStatus.ONBOARDING
        since = world.now - timedelta(days=world.rng.randint(8, 30) if new else world.rng.randint(760, 1100))
        enrollment = Enrollment.objects.create(
            vendor=side.vendor,
            program=side.program,
            partner=world.partners[plan.slug],
            status=status,
            manager=managers[0],
            enrolled_at=since,
        )
        tier, row = side.tiers[tier_name]
        ladder = [one for _plan, one in side.tiers.values() if (one.rank or 0) <= (row.rank or 0)]
        write_standing(enrollment, ladder, world.now)
        sellers = [
            seat
            for (_email, where), seat in world.seats.items()
            if where == plan.slug
            and seat.role in {Role.SALES, Role.ADMINISTRATOR}
            and seat.person.name != "Sofie Aalto"
        ]
        left = world.now if status in LIVE else world.now - timedelta(days=world.rng.randint(150, 260))
        world.members.append(Member(plan, side, enrollment, tier, sellers, left))
