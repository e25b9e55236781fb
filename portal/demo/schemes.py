"""The demo's tier schemes: what each vendor's tiers take and bring, in force since before its history begins."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from prm.kernel.actors import system
from standing.enums import SchemeState
from standing.models import Scheme, Tier
from standing.services import activate_scheme

if TYPE_CHECKING:
    from partners.models import Program
    from portal.demo.vendors import VendorPlan

RULES: list[dict[str, Any]] = [
    {
        "slug": "approved-registration",
        "name": "Approved registration",
        "source": "deal.approved",
        "points": 5,
        "cap": 100,
        "cap_period": "quarter",
        "expires_months": 12,
        "category": "pipeline",
    },
    {
        "slug": "won-revenue",
        "name": "Won revenue",
        "source": "deal.won",
        "points": 1,
        "per": 1000,
        "expires_months": 12,
        "category": "sales",
    },
]


def definition_of(plan: VendorPlan) -> dict[str, Any]:
    """Return a vendor's scheme."""
    tiers = []
    for step, tier in enumerate(plan.tiers):
        brings = [{"kind": kind, "value": value} for kind, value in tier.benefits]
        shape: dict[str, Any] = {"slug": tier.name.lower(), "name": tier.name, "brings": brings}
        if step:
            shape["needs"] = {
                "all": [
                    {"figure": {"measure": "points", "months": 12}, "at_least": 150 * step**2},
                    {"figure": {"measure": "deals.won", "months": 12}, "at_least": step},
                ]
            }
        tiers.append(shape)
    return {"rules": RULES, "tiers": tiers, "review": {"months": 12, "first": "01-31"}}


def write_scheme(plan: VendorPlan, program: Program, start: date, now: datetime) -> dict[str, Tier]:
    """Put a vendor's scheme into force and return its tiers by name."""
    scheme = Scheme.objects.create(
        vendor=program.vendor,
        program=program,
        number=1,
        name=f"{program.name} {start.year}",
        definition=definition_of(plan),
        state=SchemeState.PUBLISHED,
        valid_from=start,
        published_at=now,
    )
    activate_scheme(actor=system(program.vendor_id), scheme=scheme)
    return {tier.name: tier for tier in Tier.objects.filter(program=program)}
