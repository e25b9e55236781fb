"""Leads for tests: one that could leak, and partners that it fits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.identities import Identity
from accounts.resolving import create_account
from dealreg.leads.enums import LeadSource, Way
from dealreg.models import Lead, LeadOffer, LeadRules
from dealreg.services.leads import Consent, LeadInput, add_lead
from prm.kernel.actors import system
from tests.cast import Cast

SECRETS = (
    "Silo Nord",
    "silo-nord",
    "Frauke Petersen",
    "0431 77",
    "Kiel",
    "24103",
    "We need eleven silo robots",
    "77000",
    "77,000",
)
"""What nobody may read before a lead is accepted: each stands in `lead_input` and nowhere else."""


def lead_input(**changes: Any) -> LeadInput:
    """Return a whole lead; `changes` replace its details."""
    details = {
        "company": "Silo Nord AG",
        "domain": "silo-nord.example",
        "country": "DE",
        "city": "Kiel",
        "postcode": "24103",
        "industry": "food",
        "headcount": "51-250",
        "contact_name": "Frauke Petersen",
        "contact_email": "frauke@silo-nord.example",
        "contact_phone": "0431 77 00 1",
        "message": "We need eleven silo robots before the harvest, with service.",
        "value": 77000,
    }
    external = changes.pop("external_id", "")
    consent = changes.pop("consent", Consent(text="You may call me.", source="Fair in Kiel", at=timezone.now()))
    return LeadInput(details={**details, **changes}, consent=consent, source=LeadSource.FORM, external_id=external)


def add(cast: Cast, **changes: Any) -> Lead:
    """Take a lead of Northwind's in."""
    side = cast.halden if changes.pop("of", "") == "halden" else cast.northwind
    return add_lead(actor=system(side.vendor.pk), program=side.program, lead=lead_input(**changes))


def rules(cast: Cast, distribution: str = "offered", **changes: Any) -> LeadRules:
    """Set Northwind's rules."""
    side = cast.northwind
    made, _new = LeadRules.objects.update_or_create(
        program=side.program,
        defaults={"vendor": side.vendor, "distribution": distribution, "fit_from": 0, **changes},
    )
    return made


def offer_to(lead: Lead, partner: str) -> LeadOffer:
    """Return the latest offer of a lead to a partner."""
    return LeadOffer.objects.filter(lead=lead, partner__slug=partner).order_by("-pk")[0]


def plain_offer(cast: Cast, number: int) -> LeadOffer:
    """Write a lead that is offered to Brightpath, as rows alone: nobody is told."""
    now, side = timezone.now(), cast.northwind
    name = f"Lead {number} AG"
    lead = Lead.objects.create(
        reference=f"NW-L-{number:04d}-ABCD",
        vendor=side.vendor,
        program=side.program,
        source=LeadSource.HAND,
        company=name,
        country="DE",
        families=[side.robots.pk],
        consent_text="Yes",
        consent_source="Fair",
        consent_at=now,
        account_id=create_account(side.vendor.pk, Identity(name=name, country="DE")),
        account_link="new",
        state="offered",
    )
    return LeadOffer.objects.create(
        lead=lead,
        vendor=side.vendor,
        partner=cast.brightpath,
        enrollment=cast.enrollments["brightpath_northwind"],
        way=Way.PINNED,
        fit=50,
        until=now + timedelta(days=1),
    )
