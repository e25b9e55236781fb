"""Ladders to stand on, put into force without a word to anybody, and figures as if they had been computed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from partners.models import Enrollment
from prm.kernel.actors import system
from standing.enums import SchemeState
from standing.models import Calculation, Scheme, Standing, Tier, TierSpan
from standing.scheme import evaluate
from standing.services import activate_scheme
from standing.words import is_list
from tests.cast import Cast, Side

REVENUE = {"measure": "revenue.won", "months": 12}
PEOPLE = {"measure": "people.certified"}
HELD = {"measure": "certificates.held"}
POINTS = {"measure": "points", "months": 12}
SATISFIED = {"measure": "satisfaction", "months": 12}
RICH: dict[str, Any] = {
    "rules": [
        {"slug": "won", "name": "Won revenue", "source": "deal.won", "points": 1, "per": 1000, "expires_months": 12},
        {"slug": "approved", "name": "Approved deals", "source": "deal.approved", "points": 10, "cap": 50,
         "cap_period": "quarter", "category": "pipeline", "expires_months": 12},
    ],
    "categories": [
        {"slug": "sales", "name": "Sales", "most": 60},
        {"slug": "skills", "name": "Skills", "most": 40},
    ],
    "lines": [
        {"slug": "revenue", "name": "Revenue", "category": "sales", "figure": REVENUE, "points": 1, "per": 5000,
         "most": 60},
        {"slug": "people", "name": "People", "category": "skills", "figure": PEOPLE, "points": 10, "most": 40},
    ],
    "requirements": [
        {"slug": "services", "name": "Services track", "needs": {"all": [
            {"figure": SATISFIED, "at_least": 80}, {"figure": PEOPLE, "at_least": 4}]}},
    ],
    "tiers": [
        {"slug": "registered", "name": "Registered", "brings": [{"kind": "discount", "value": 10}]},
        {"slug": "silver", "name": "Silver", "needs": {"figure": POINTS, "at_least": 100},
         "brings": [{"kind": "discount", "value": 15}, {"kind": "protection_days", "value": 120}]},
        {"slug": "gold", "name": "Gold", "summary": "Partners that carry a region.",
         "needs": {"all": [
             {"score": "total", "at_least": 70},
             {"figure": PEOPLE, "at_least": 2},
             {"figure": HELD, "includes_all": ["cell-designer"]},
             {"any": [{"name": "Resale track", "all": [{"figure": REVENUE, "at_least": 250000}]},
                      {"ref": "services"}], "name": "One track"},
         ]},
         "brings": [{"kind": "discount", "value": 20}, {"kind": "protection_days", "value": 150},
                    {"kind": "support_level", "text": "Named engineer"}]},
    ],
    "specialisations": [
        {"slug": "food", "name": "Food and beverage", "needs": {"figure": PEOPLE, "at_least": 3}, "months": 12},
    ],
    "review": {"months": 12, "first": "01-31", "warn_days": [60, 30], "grace_days": 30},
}  # fmt: skip


def put_into_force(side: Side, definition: dict[str, Any] | None = None, **fields: Any) -> Scheme:
    """Put a definition into force at a vendor, since three years ago."""
    given = {"valid_from": date(timezone.localdate().year - 3, 1, 1), "number": 1, "name": "Tiers", **fields}
    scheme = Scheme.objects.create(
        vendor=side.vendor,
        program=side.program,
        definition=RICH if definition is None else definition,
        state=SchemeState.PUBLISHED,
        published_at=timezone.now(),
        **given,
    )
    activate_scheme(actor=system(side.vendor.pk), scheme=scheme)
    return scheme


def compute_as(scheme: Scheme, enrollment: Enrollment, values: Mapping[str, Any]) -> Calculation:
    """Keep figures, by the names of their measures, as if they had been computed today."""
    figures = [values.get(figure.measure, [] if is_list(figure) else 0) for figure in scheme.shape.figures]
    read = [tuple(each) if isinstance(each, list) else Decimal(str(each)) for each in figures]
    verdict = evaluate(scheme.shape, dict(zip(scheme.shape.figures, read, strict=True)))
    today = timezone.localdate()
    return Calculation.objects.create(
        enrollment=enrollment,
        vendor_id=enrollment.vendor_id,
        partner_id=enrollment.partner_id,
        scheme=scheme,
        rank=verdict.rank,
        tier=tier_of(scheme, verdict.rank),
        total=verdict.total,
        figures=figures,
        specialisations=[slug for slug, judged in verdict.specialisations.items() if judged.met],
        day=today,
        on=today,
    )


def tier_of(scheme: Scheme, rank: int) -> Tier | None:
    """Return the tier of a rank."""
    return Tier.objects.filter(program_id=scheme.program_id, rank=rank).first() if rank else None


def award_as(scheme: Scheme, enrollment: Enrollment, rank: int, why: str = "") -> Standing:
    """Let an enrollment hold a tier since today."""
    tier = tier_of(scheme, rank)
    tenant = {"enrollment": enrollment, "vendor_id": enrollment.vendor_id, "partner_id": enrollment.partner_id}
    Standing.objects.filter(enrollment=enrollment).delete()
    TierSpan.objects.create(**tenant, tier=tier, since=timezone.now(), why=why)
    return Standing.objects.create(**tenant, tier=tier, earned=tier, why=why)


def brightpath(cast: Cast) -> Enrollment:
    """Return Brightpath's enrollment at Northwind."""
    return cast.enrollments["brightpath_northwind"]
