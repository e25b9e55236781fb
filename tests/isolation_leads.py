"""Leads that could leak: open ones, whose details are the vendor's alone, and one that Brightpath has accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from activity.relay import drain
from dealreg.models import LeadOffer, LeadPlan, LeadRules
from dealreg.services.lead_offers import accept_offer, pin_lead
from dealreg.services.leads import add_lead
from prm.kernel.actors import system
from tests.dealreg.leads import lead_input

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.isolation_world import World

OFFERS = (
    ("nb", "northwind", "brightpath", "n_lead"),
    ("nk", "northwind", "kappel", "n_lead"),
    ("held", "northwind", "brightpath", "held_lead"),
    ("hb", "halden", "brightpath", "h_lead"),
)
TEXTS = ("company", "city", "contact_name", "contact_phone", "message", "campaign")


def fill_leads(world: World, mark: Callable[[str], str]) -> None:
    """Write it, and say what stands in addresses."""
    cast = world.cast
    for label, vendor, partner, word in OFFERS:
        side = getattr(cast, vendor)
        details = {name: f"{mark(word)} {label}" for name in TEXTS} | {"domain": "", "contact_email": ""}
        given = lead_input(**details)
        lead = add_lead(actor=system(side.vendor.pk), program=side.program, lead=given)
        enrollment = cast.enrollments[f"{partner}_{vendor}"]
        offer = pin_lead(actor=cast.actor(f"{vendor}_manager"), lead=lead, enrollment=enrollment)
        if label == "held":
            offer = accept_offer(actor=cast.actor("brightpath_sales"), offer=offer)
        world.rows.setdefault("lead_offer", {})[label] = {"key": offer.key}
        if label in {"nb", "hb"}:
            world.rows.setdefault("lead", {})[vendor[0]] = {"reference": lead.reference}
            plan = LeadPlan.objects.create(
                vendor=side.vendor, program=side.program, leads=[lead.pk], rows=[{"lead": lead.pk}]
            )
            world.rows.setdefault("lead_plan", {})[vendor[0]] = {"key": plan.key}
            LeadRules.objects.create(vendor=side.vendor, program=side.program)
    drain()
    assert LeadOffer.objects.count() == len(OFFERS)
