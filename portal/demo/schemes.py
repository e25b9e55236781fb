"""The demo's tier schemes: what each vendor's tiers take and bring, in force since before its history begins.

Northwind has points, tracks and specialisations; Halden a score by categories. Reviews come a fixed time after the day
on which the demo is loaded, soon enough that who falls short has been warned, and some time after the last ones.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from prm.kernel.actors import system
from standing.enums import SchemeState
from standing.models import Scheme, Standing, Tier, TierSpan
from standing.scheme import check, parse
from standing.services import activate_scheme

if TYPE_CHECKING:
    from partners.models import Enrollment, Program
    from portal.demo.vendors import VendorPlan

REVIEWS = {"northwind": (3, 45), "halden": (2, 45)}
"""Months from one review to the next, and days until the next."""
POINTS = {"measure": "points", "months": 12}
WON = {"measure": "deals.won", "months": 12}
PEOPLE = {"measure": "people.certified"}
HELD = {"measure": "certificates.held"}
REVENUE = {"measure": "revenue.won", "months": 12}
RATE = {"measure": "deals.win_rate", "months": 12}
SATISFIED = {"measure": "satisfaction", "months": 12}
WORDS = {
    ("northwind", "Gold"): ("support_level", "Named application engineer"),
    ("northwind", "Platinum"): ("support_level", "Named application engineer, joint plan, early access"),
    ("halden", "Premier"): ("support_level", "Architect on call"),
}
SUMMARIES = {
    ("northwind", "Registered"): "Every partner starts here.",
    ("northwind", "Silver"): "Partners that sell regularly.",
    ("northwind", "Gold"): "Partners that carry a region, by what they sell or by what they install.",
    ("northwind", "Platinum"): "The few that others learn from.",
    ("halden", "Premier"): "Sales, skills and happy customers, none of them missing.",
}

NORTHWIND: dict[str, Any] = {
    "rules": [
        {"slug": "approved-registration", "name": "Approved registration", "source": "deal.approved", "points": 5,
         "cap": 100, "cap_period": "quarter", "expires_months": 12, "category": "pipeline"},
        {"slug": "won-revenue", "name": "Won revenue", "source": "deal.won", "points": 1, "per": 1000,
         "expires_months": 12, "category": "sales"},
        {"slug": "certificate", "name": "Certificate earned", "source": "certificate.held", "points": 20,
         "fades_months": 24, "category": "skills"},
    ],
    "needs": {
        "Silver": {"all": [{"figure": POINTS, "at_least": 400}, {"figure": WON, "at_least": 2}]},
        "Gold": {"all": [
            {"figure": POINTS, "at_least": 900},
            {"figure": PEOPLE, "at_least": 4},
            {"figure": HELD, "includes_all": ["commissioning"]},
            {"name": "One of two tracks", "any": [
                {"name": "Resale", "all": [{"figure": {"measure": "revenue.won", "months": 6}, "at_least": 1_170_000}]},
                {"name": "Services", "all": [
                    {"figure": {**WON, "where": {"part": ["install"]}}, "at_least": 1},
                    {"figure": SATISFIED, "at_least": 65},
                ]},
            ]},
        ]},
        "Platinum": {"all": [
            {"figure": POINTS, "at_least": 1400},
            {"figure": REVENUE, "at_least": 1_600_000},
            {"figure": PEOPLE, "at_least": 6},
            {"figure": HELD, "includes_all": ["fleet-engineer", "commissioning"]},
            {"figure": RATE, "at_least": 40},
        ]},
    },
    "specialisations": [
        {"slug": "palletising", "name": "Palletising", "summary": "Robot cells sold and understood.", "needs": {"all": [
            {"figure": {**WON, "where": {"family": ["robots"]}}, "at_least": 4},
            {"figure": HELD, "includes_any": ["cell-designer", "commissioning"]},
        ]}},
        {"slug": "mobile-robots", "name": "Mobile robots", "summary": "Fleets on their own.", "needs": {"all": [
            {"figure": {**WON, "where": {"family": ["mobile"]}}, "at_least": 3},
            {"figure": HELD, "includes_all": ["fleet-engineer"]},
        ]}},
    ],
}  # fmt: skip
HALDEN: dict[str, Any] = {
    "rules": [
        {"slug": "won-revenue", "name": "Won revenue", "source": "deal.won", "points": 1, "per": 1000,
         "expires_months": 12, "category": "sales"},
    ],
    "categories": [
        {"slug": "performance", "name": "Performance", "most": 40},
        {"slug": "skilling", "name": "Skilling", "most": 30},
        {"slug": "success", "name": "Customer success", "most": 30},
    ],
    "lines": [
        {"slug": "revenue", "name": "Revenue won", "category": "performance", "figure": REVENUE, "points": 1,
         "per": 12_000, "most": 40},
        {"slug": "people", "name": "Certified people", "category": "skilling", "figure": PEOPLE, "points": 6,
         "most": 30},
        {"slug": "win-rate", "name": "Win rate", "category": "success", "figure": RATE,
         "bands": [[0, 0], [20, 5], [35, 10], [50, 15]]},
        {"slug": "answers", "name": "Customers’ answers", "category": "success", "figure": SATISFIED,
         "bands": [[0, 0], [60, 5], [75, 10], [85, 15]]},
    ],
    "needs": {
        "Advanced": {"score": "total", "at_least": 70},
        "Premier": {"all": [
            {"score": "total", "at_least": 77},
            {"score": "performance", "at_least": 10},
            {"score": "skilling", "at_least": 6},
            {"score": "success", "at_least": 5},
        ]},
    },
}  # fmt: skip
PARTS = {"northwind": NORTHWIND, "halden": HALDEN}


def definition_of(plan: VendorPlan, now: datetime) -> dict[str, Any]:
    """Return a vendor's scheme."""
    slug = str(plan.vendor["slug"])
    parts = PARTS[slug]
    tiers = []
    for tier in plan.tiers:
        brings: list[dict[str, Any]] = [{"kind": kind, "value": value} for kind, value in tier.benefits]
        if (words := WORDS.get((slug, tier.name))) is not None:
            brings.append({"kind": words[0], "text": words[1]})
        shape = {"slug": tier.name.lower(), "name": tier.name, "brings": brings}
        if (summary := SUMMARIES.get((slug, tier.name))) is not None:
            shape["summary"] = summary
        if tier.name in parts["needs"]:
            shape["needs"] = parts["needs"][tier.name]
        tiers.append(shape)
    months, days = REVIEWS[slug]
    due = now.date() + timedelta(days=days)
    # Nobody sets reviews for the 29th: it isn't there every month.
    review = {"months": months, "first": f"{due:%m}-{min(due.day, 28):02}", "warn_days": [60, 30], "grace_days": 30}
    kept = {name: value for name, value in parts.items() if name != "needs"}
    return {**kept, "tiers": tiers, "review": review}


def write_scheme(plan: VendorPlan, program: Program, start: date, now: datetime) -> dict[str, Tier]:
    """Put a vendor's scheme into force and return its tiers by name."""
    definition = definition_of(plan, now)
    check(parse(definition))
    scheme = Scheme.objects.create(
        vendor=program.vendor,
        program=program,
        number=1,
        name=f"{program.name} {start.year}",
        definition=definition,
        state=SchemeState.PUBLISHED,
        valid_from=start,
        published_at=datetime.combine(start, now.timetz()) - timedelta(days=20),
    )
    activate_scheme(actor=system(program.vendor_id), scheme=scheme)
    return {tier.name: tier for tier in Tier.objects.filter(program=program)}


def write_standing(enrollment: Enrollment, ladder: list[Tier], now: datetime) -> None:
    """Let an enrollment hold the last tier of a ladder, after the ones below it, each for as long."""
    tenant = {"enrollment": enrollment, "vendor_id": enrollment.vendor_id, "partner_id": enrollment.partner_id}
    each = (now - enrollment.enrolled_at) / len(ladder)
    starts = [enrollment.enrolled_at + number * each for number in range(len(ladder))]
    spans = [
        TierSpan(**tenant, tier=tier, since=since, until=until, why=f"Everything that {tier.name} takes was met.")
        for tier, since, until in zip(ladder, starts, [*starts[1:], None], strict=True)
    ]
    TierSpan.objects.bulk_create(spans)
    last = ladder[-1]
    Standing.objects.create(**tenant, tier=last, earned=last, since=starts[-1], why=spans[-1].why)
