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
    everything = ProductFamily.objects.create(vendor=vendor, name="All products", code="all", covers_all=True)
    robots = ProductFamily.objects.create(vendor=vendor, name="Robots", code="robots")
    sensors = ProductFamily.objects.create(vendor=vendor, name="Sensors", code="sensors")
    robot = Product.objects.create(vendor=vendor, family=robots, name="PalletCell 40", sku="PC-40")
    sensor = Product.objects.create(vendor=vendor, family=sensors, name="CraneSight", sku="CS-1")
    for product, amount in ((robot, "13500"), (sensor, "2000")):
        Price.objects.create(
            vendor=vendor, product=product, currency="EUR", amount=Decimal(amount), valid_from=date(2024, 1, 1)
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
        f"{partner}_{side}": Enrollment.objects.create(
            vendor=of.vendor, program=of.program, partner=partners[partner], status=status
        )
        for partner, side, of, status in (
            ("brightpath", "northwind", northwind, EnrollmentStatus.ACTIVE),
            ("kappel", "northwind", northwind, EnrollmentStatus.ACTIVE),
            ("isle", "northwind", northwind, EnrollmentStatus.RETIRED),
            ("brightpath", "halden", halden, EnrollmentStatus.ACTIVE),
            ("isle", "halden", halden, EnrollmentStatus.ACTIVE),
        )
    }
    cast = Cast(northwind, halden, partners["brightpath"], partners["kappel"], partners["isle"], enrollments)
    _seat_everyone(cast)
    silver = Tier.objects.create(
        vendor=northwind.vendor, program=northwind.program, slug="silver", name="Silver", rank=2
    )
    for kind, value in ((BenefitKind.PROTECTION_DAYS, 120), (BenefitKind.DISCOUNT, 18)):
        Benefit.objects.create(vendor=northwind.vendor, tier=silver, kind=kind, value=value)
    Standing.objects.create(
        enrollment=enrollments["brightpath_northwind"], vendor=northwind.vendor, partner=cast.brightpath, tier=silver
    )
    return cast


def _seat_everyone(cast: Cast) -> None:
    at_partner = (Role.ADMINISTRATOR, Role.SALES, Role.MARKETING, Role.TECHNICAL)
    at_vendor = (Role.MANAGER, Role.APPROVER, Role.FINANCE, Role.EXECUTIVE)
    for partner in (cast.brightpath, cast.kappel, cast.isle):
        for role in at_partner:
            reach = Reach.OWN if role == Role.TECHNICAL else Reach.ALL
            _seat(cast, partner.slug, role, partner=partner, reach=reach)
    for side in (cast.northwind, cast.halden):
        for role in at_vendor:
            _seat(cast, side.vendor.slug, role, vendor=side.vendor)
    cast.people["operator"] = make_person("operator@localhost.example", "Op Erator", is_operator=True)
    cast.people["nobody"] = make_person("nobody@elsewhere.example", "No Seat")


def _seat(cast: Cast, where: str, role: Role, **fields: Any) -> None:
    persona = f"{where}_{role}"
    cast.people[persona] = make_person(f"{role}@{where}.example", f"{where.title()} {role.title()}")
    cast.seats[persona] = Seat.objects.create(person=cast.people[persona], role=role, **fields)
