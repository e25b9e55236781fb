"""The fixed cast: two vendors, three partners with overlapping enrollments, one of them revoked, a persona per role.

    Northwind: Brightpath (active), Kappel (active), Isle (retired)
    Halden:    Brightpath (active), Isle (active)

Programs: Northwind "Partners" gives 90 days and 10 %, Brightpath holds its tier Silver with 120 days and 18 %.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import Price, Product, ProductFamily
from dealreg.models import Deal, Policy
from dealreg.registrations import LineInput, Registration
from dealreg.services import register_deal
from partners.enums import EnrollmentStatus
from partners.models import Enrollment, Partner, Program, Seat, Vendor
from partners.seats import actor_of, people_with_seats
from people.models import Person
from prm.kernel.actors import Actor, Reach, Role, Via
from standing.enums import BenefitKind
from standing.models import Benefit, Standing, Tier

PASSWORD = "partner-demo"
ZONE = "Europe/Berlin"
"""Every person's and every vendor's, as long as a test doesn't choose another."""


@dataclass
class Side:
    """A vendor with its program and catalogue."""

    vendor: Vendor
    program: Program
    everything: ProductFamily
    robots: ProductFamily
    sensors: ProductFamily
    robot: Product
    sensor: Product
    policy: Policy


@dataclass
class Cast:
    """Everyone. `people` and `actors` are by persona: "brightpath_sales", "northwind_approver", "operator"…"""

    northwind: Side
    halden: Side
    brightpath: Partner
    kappel: Partner
    isle: Partner
    enrollments: dict[str, Enrollment]
    people: dict[str, Person] = field(default_factory=dict)
    seats: dict[str, Seat] = field(default_factory=dict)

    def actor(self, persona: str) -> Actor:
        """Return the persona's actor, as a session would make it."""
        person = people_with_seats().get(pk=self.people[persona].pk)
        seat = self.seats.get(persona)
        return actor_of(person, seat.pk if seat else None, via=Via.SESSION)[0]

    def registration(self, enrollment: str = "brightpath_northwind", **changes: Any) -> Registration:
        """Return a complete registration; `changes` replace fields."""
        side = self.halden if enrollment.endswith("halden") else self.northwind
        fields: dict[str, Any] = {
            "enrollment_id": self.enrollments[enrollment].pk,
            "customer_name": "Castellan Foods GmbH",
            "customer_country": "DE",
            "customer_domain": "castellan-foods.example",
            "contact_name": "Ines Rothmann",
            "contact_email": "ines@castellan-foods.example",
            "title": "12 palletising cells",
            "lines": (LineInput(side.robot.pk, 12),),
            "close_date": timezone.localdate() + timedelta(days=60),
        }
        return Registration(**{**fields, **changes})

    def register(
        self, persona: str = "brightpath_sales", enrollment: str = "brightpath_northwind", **changes: Any
    ) -> Deal:
        """Register a deal as a persona."""
        return register_deal(actor=self.actor(persona), registration=self.registration(enrollment, **changes))


def make_side(name: str, slug: str, code: str) -> Side:
    """Make a vendor with program, policy, two families and two priced products."""
    vendor = Vendor.objects.create(name=name, slug=slug, code=code, time_zone=ZONE)
    program = Program.objects.create(vendor=vendor, name=f"{name} Partners", slug="partners")
    everything, robots, sensors = ProductFamily.objects.bulk_create(
        [
            ProductFamily(vendor=vendor, name="All products", code="all", covers_all=True),
            ProductFamily(vendor=vendor, name="Robots", code="robots"),
            ProductFamily(vendor=vendor, name="Sensors", code="sensors"),
        ]
    )
    robot, sensor = Product.objects.bulk_create(
        [
            Product(vendor=vendor, family=robots, name="PalletCell 40", sku="PC-40"),
            Product(vendor=vendor, family=sensors, name="CraneSight", sku="CS-1"),
        ]
    )
    Price.objects.bulk_create(
        [
            Price(vendor=vendor, product=product, currency="EUR", amount=Decimal(amount), valid_from=date(2024, 1, 1))
            for product, amount in ((robot, "13500"), (sensor, "2000"))
        ]
    )
    policy = Policy.objects.create(
        vendor=vendor,
        program=program,
        reference="2026-3",
        valid_from=date(2024, 1, 1),
        protection_days=90,
        discount=10,
        decision_hours=48,
        hourly_registrations=1000,
        clauses={"2.1": "First come, first served."},
    )
    return Side(vendor, program, everything, robots, sensors, robot, sensor, policy)


def make_partner(name: str, slug: str, country: str = "DE") -> Partner:
    """Make a partner."""
    return Partner.objects.create(name=name, legal_name=f"{name} GmbH", slug=slug, country=country)


def make_person(email: str, name: str, **fields: Any) -> Person:
    """Make a person who signs in with PASSWORD."""
    person = Person(email=email, name=name, **{"time_zone": ZONE, **fields})
    person.set_password(PASSWORD)
    person.save()
    return person


def make_cast() -> Cast:
    """Make everyone, in the running transaction."""
    northwind, halden = make_side("Northwind Robotics", "northwind", "NW"), make_side("Halden Cloud", "halden", "HC")
    partners = {slug: make_partner(slug.title(), slug) for slug in ("brightpath", "kappel", "isle")}
    enrollments = {
        f"{partner}_{side}": Enrollment(vendor=of.vendor, program=of.program, partner=partners[partner], status=status)
        for partner, side, of, status in (
            ("brightpath", "northwind", northwind, EnrollmentStatus.ACTIVE),
            ("kappel", "northwind", northwind, EnrollmentStatus.ACTIVE),
            ("isle", "northwind", northwind, EnrollmentStatus.RETIRED),
            ("brightpath", "halden", halden, EnrollmentStatus.ACTIVE),
            ("isle", "halden", halden, EnrollmentStatus.ACTIVE),
        )
    }
    Enrollment.objects.bulk_create(enrollments.values())
    cast = Cast(northwind, halden, partners["brightpath"], partners["kappel"], partners["isle"], enrollments)
    _seat_everyone(cast)
    silver = Tier.objects.create(
        vendor=northwind.vendor, program=northwind.program, slug="silver", name="Silver", rank=2
    )
    Benefit.objects.bulk_create(
        [
            Benefit(vendor=northwind.vendor, tier=silver, kind=kind, value=value)
            for kind, value in ((BenefitKind.PROTECTION_DAYS, 120), (BenefitKind.DISCOUNT, 18))
        ]
    )
    Standing.objects.create(
        enrollment=enrollments["brightpath_northwind"], vendor=northwind.vendor, partner=cast.brightpath, tier=silver
    )
    return cast


def _seat_everyone(cast: Cast) -> None:
    """Make everyone in two statements: most tests begin with this."""
    at_partner = (Role.ADMINISTRATOR, Role.SALES, Role.MARKETING, Role.TECHNICAL)
    at_vendor = (Role.MANAGER, Role.APPROVER, Role.FINANCE, Role.EXECUTIVE)
    seats: dict[str, Seat] = {}
    for partner in (cast.brightpath, cast.kappel, cast.isle):
        for role in at_partner:
            reach = Reach.OWN if role == Role.TECHNICAL else Reach.ALL
            seats[f"{partner.slug}_{role}"] = Seat(role=role, partner=partner, reach=reach)
    for side in (cast.northwind, cast.halden):
        for role in at_vendor:
            seats[f"{side.vendor.slug}_{role}"] = Seat(role=role, vendor=side.vendor)
    known = {"time_zone": ZONE, "password": make_password(PASSWORD)}
    for persona, seat in seats.items():
        where = persona.removesuffix(f"_{seat.role}")
        email, name = f"{seat.role}@{where}.example", f"{where.title()} {seat.role.title()}"
        seat.person = cast.people[persona] = Person(email=email, name=name, **known)
    cast.people["operator"] = Person(email="operator@localhost.example", name="Op Erator", is_operator=True, **known)
    cast.people["nobody"] = Person(email="nobody@elsewhere.example", name="No Seat", **known)
    Person.objects.bulk_create(cast.people.values())
    cast.seats |= zip(seats, Seat.objects.bulk_create(seats.values()), strict=True)
