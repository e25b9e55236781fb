"""The demo's two vendors: programs, tiers, rules of engagement and catalogues."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from partners.models import Program, Vendor
from partners.pictures import rebuilt
from partners.services import store_logo
from portal.demo.logos import DRAWN
from standing.enums import BenefitKind


@dataclass(frozen=True, slots=True)
class TierPlan:
    """A tier and what it brings: discount in percent, protection in days, market development funds in percent."""

    name: str
    discount: int
    days: int
    funds: int

    @property
    def benefits(self) -> tuple[tuple[str, int], ...]:
        """Kinds of benefit with their values."""
        every = (
            (BenefitKind.DISCOUNT, self.discount),
            (BenefitKind.PROTECTION_DAYS, self.days),
            (BenefitKind.MDF_RATE, self.funds),
        )
        return tuple((str(kind), value) for kind, value in every if value)


@dataclass(frozen=True, slots=True)
class ProductPlan:
    """A product with its list price in EUR today; usual is how many one deal has, from and to."""

    family: str
    sku: str
    name: str
    price: int
    usual: tuple[int, int]


@dataclass(frozen=True, slots=True)
class VendorPlan:
    """A vendor as the demo makes it. direct: its own sellers, who own existing customers."""

    vendor: dict[str, object]
    program: dict[str, str]
    tiers: tuple[TierPlan, ...]
    families: tuple[tuple[str, str], ...]
    products: tuple[ProductPlan, ...]
    clauses: dict[str, str]
    direct: tuple[str, ...]


NORTHWIND = VendorPlan(
    vendor={
        "name": "Northwind Robotics",
        "slug": "northwind",
        "code": "NW",
        "brand_hue": 222,
        "time_zone": "Europe/Berlin",
        "currency": "EUR",
        "support_email": "partners@northwind.example",
    },
    program={
        "name": "Northwind Partners",
        "slug": "partners",
        "summary": "For whoever sells, installs or recommends robot cells in food, logistics and packaging.",
    },
    tiers=(
        TierPlan("Registered", 8, 90, 0),
        TierPlan("Silver", 14, 120, 1),
        TierPlan("Gold", 18, 150, 2),
        TierPlan("Platinum", 22, 180, 3),
    ),
    families=(
        ("robots", "Robot cells"),
        ("mobile", "Mobile robots"),
        ("sensing", "Sensors and vision"),
        ("software", "Fleet software"),
        ("service", "Service plans"),
    ),
    products=(
        ProductPlan("robots", "PC-40", "PalletCell 40", 13_500, (1, 12)),
        ProductPlan("robots", "PC-80", "PalletCell 80", 24_900, (1, 8)),
        ProductPlan("robots", "PA-6", "PickArm 6", 18_200, (1, 6)),
        ProductPlan("robots", "PA-12", "PickArm 12", 27_400, (1, 4)),
        ProductPlan("mobile", "TB-500", "TugBot 500", 16_800, (2, 10)),
        ProductPlan("mobile", "TB-1500", "TugBot 1500", 31_500, (1, 6)),
        ProductPlan("sensing", "CS-1", "CraneSight", 2_000, (4, 24)),
        ProductPlan("sensing", "DE-4", "DockEye 4", 1_450, (4, 30)),
        ProductPlan("software", "FD-S", "FleetDesk, per site and year", 5_900, (1, 4)),
        ProductPlan("software", "FD-P", "FleetDesk Pro, per site and year", 11_200, (1, 3)),
        ProductPlan("service", "CARE-B", "Care Basic, per cell and year", 890, (1, 12)),
        ProductPlan("service", "CARE-P", "Care Plus, per cell and year", 1_640, (1, 12)),
        ProductPlan("service", "COM-D", "Commissioning day", 1_250, (2, 10)),
    ),
    clauses={
        "1.1": "A registration names the customer, what is to be sold, its value and when the customer decides.",
        "1.2": "A registration names a contact at the customer whom the partner has met or spoken to.",
        "2.1": "First come, first served: whoever registered a customer first is decided first.",
        "2.2": "One partner at a time is protected for a customer and a product family. Whoever refers or installs "
        "joins beside it.",
        "2.3": "We decide within two working days. When we ask something, the clock stops until you answer.",
        "3.1": "Where a customer only looks like another, a person decides. Nobody is declined because of a score.",
        "2.4": "A clean registration of up to 40,000 euros is approved at once; what is missing is asked for at once.",
        "3.2": "Existing customers of our own sales team are registered together with it, or not at all.",
        "3.3": "The public sector is served by our own sales team.",
        "3.4": "Manufacturers and food producers with more than 1,000 people are sold together with our own team.",
        "3.5": "Everybody else is yours: partners lead.",
        "3.6": "Mobile robots are sold by partners from Silver on.",
        "3.7": "We have service and spare parts in the countries listed; nobody registers customers elsewhere.",
        "3.8": "Special prices are asked for on the deal; we answer with the day until which they hold.",
        "4.1": "Protection lasts as long as your tier grants. It ends earlier when the deal is lost or withdrawn.",
        "5.1": "Deals below 15,000 euros need no registration: order them from the price list.",
        "5.2": "We never tell a partner who else has registered a customer.",
        "5.3": "From 250,000 euros on your partner manager decides, within one working day.",
        "5.4": "A partner has at most 400 registrations that wait or are protected. A customer that was declined is "
        "registered again at most twice within 90 days.",
    },
    direct=("Petra Lüders", "Alice Penrose", "Bastien Maillard", "Marek Horáček"),
)

HALDEN = VendorPlan(
    vendor={
        "name": "Halden Cloud",
        "slug": "halden",
        "code": "HC",
        "brand_hue": 300,
        "time_zone": "Europe/Oslo",
        "currency": "USD",
        "support_email": "channel@halden.example",
    },
    program={
        "name": "Halden Alliance",
        "slug": "alliance",
        "summary": "For resellers, service providers and consultants who bring companies to Halden's private cloud.",
    },
    tiers=(TierPlan("Associate", 6, 60, 0), TierPlan("Advanced", 12, 90, 2), TierPlan("Premier", 18, 120, 4)),
    families=(
        ("compute", "Private cloud"),
        ("backup", "Backup"),
        ("security", "Security"),
        ("service", "Support and services"),
    ),
    products=(
        ProductPlan("compute", "HC-S", "Halden Compute S, per node and year", 2_400, (4, 20)),
        ProductPlan("compute", "HC-M", "Halden Compute M, per node and year", 4_300, (3, 16)),
        ProductPlan("compute", "HC-L", "Halden Compute L, per node and year", 7_900, (2, 12)),
        ProductPlan("compute", "HE-1", "Halden Edge box", 3_600, (1, 14)),
        ProductPlan("backup", "HV-10", "Halden Vault, 10 TB and year", 780, (4, 40)),
        ProductPlan("backup", "HV-I", "Halden Vault Locked, 10 TB and year", 1_150, (2, 30)),
        ProductPlan("security", "HS-1", "Halden Shield, per site and year", 5_200, (1, 6)),
        ProductPlan("security", "HK-1", "Halden Keys, 100 people and year", 1_300, (1, 12)),
        ProductPlan("service", "MOVE-5", "Moving package, five days", 7_400, (1, 4)),
        ProductPlan("service", "SUP-G", "Support Gold, per year", 9_600, (1, 1)),
        ProductPlan("service", "SUP-P", "Support Platinum, per year", 18_500, (1, 1)),
    ),
    clauses={
        "1.1": "Register a company before you quote. Name what it runs today and what it wants to move.",
        "1.2": "Name a contact who knows that you register.",
        "2.1": "First come, first served.",
        "2.2": "One protected partner for each company and product family. Advisers and installers join beside it.",
        "3.1": "Look-alikes are compared by a person before anything is decided.",
        "3.2": "A company that pays us already is worked together with its account owner.",
        "3.3": "Banks and insurers are sold together with our regulated-industries team.",
        "3.4": "All others are yours.",
        "4.1": "From 200,000 dollars on your partner manager decides, within one working day; else the deal desk does.",
        "5.1": "Below 10,000 dollars a year nothing needs to be registered.",
    },
    direct=("Astrid Bergstad", "Callum Whitlock", "Saga Nygren"),
)

PLANS = (NORTHWIND, HALDEN)
RATES = {"EUR": 1.0, "USD": 1.1, "GBP": 0.86}


def price_on(plan: ProductPlan, currency: str, years_ago: int) -> int:
    """Return a round list price; each year back it was four percent lower."""
    exact = plan.price * RATES[currency] * 0.96**years_ago
    return round(exact / 10) * 10


def quarter_start(day: date) -> date:
    """Return the first day of a day's quarter."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def policy_reference(valid_from: date) -> str:
    """Return a version such as 2026-3: the year and the quarter from which it holds."""
    return f"{valid_from.year}-{(valid_from.month - 1) // 3 + 1}"


def vendor_of(plan: VendorPlan) -> Vendor:
    """Return the unsaved vendor."""
    vendor = Vendor(**plan.vendor)
    if vendor.slug in DRAWN:
        store_logo(vendor, rebuilt(DRAWN[vendor.slug]()))
    return vendor


def program_of(plan: VendorPlan, vendor: Vendor) -> Program:
    """Return the unsaved program."""
    return Program(vendor=vendor, **plan.program)
