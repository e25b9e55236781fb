"""What the demo's partners say of themselves, when they changed it, and one that is there twice."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from django.contrib.auth.hashers import make_password

from activity.models import Event
from partners.enums import Headcount, Industry, PartnerType, Region, Service
from partners.events import MERGE_PROPOSED, PROFILE_CHANGED, TYPE_PROPOSED
from partners.models import Enrollment, Partner, PartnerDomain, PartnerMerge, Seat, TypeChange
from partners.places import COUNTRIES_OF
from partners.profiles import LABELS, asks_of
from partners.services import store_partner_logo
from people.models import Person
from portal.demo.logos import brightpath
from portal.demo.names import domain_of
from portal.demo.signins import PASSWORD
from prm.kernel.actors import Role, Via

if TYPE_CHECKING:
    from portal.demo.world import World

SPOKEN = {
    "DE": "de", "AT": "de", "CH": "de", "FR": "fr", "IT": "it", "ES": "es", "NL": "nl", "BE": "nl", "DK": "da",
    "SE": "sv", "NO": "no", "FI": "fi", "PL": "pl", "CZ": "cs", "JP": "ja", "BR": "pt", "AE": "ar", "IN": "hi",
}  # fmt: skip
OFFERS = {
    PartnerType.DISTRIBUTOR: [Service.DISTRIBUTION, Service.SUPPORT, Service.TRAINING],
    PartnerType.SERVICES: [Service.CONSULTING, Service.INTEGRATION, Service.IMPLEMENTATION, Service.TRAINING],
    PartnerType.MSP: [Service.MANAGED, Service.HOSTING, Service.SECURITY, Service.SUPPORT],
    PartnerType.AGENCY: [Service.DESIGN, Service.CAMPAIGNS],
}
BRANCHES = (
    Industry.LOGISTICS,
    Industry.FOOD,
    Industry.MANUFACTURING,
    Industry.RETAIL,
    Industry.AUTOMOTIVE,
    Industry.HEALTH,
)
LINES = ("Palletising", "Conveyors", "Machine vision", "Warehouse software", "Spare parts", "Cloud back-up")
SPECIALISMS = (
    "Cold stores and food-grade cells.",
    "Retrofits of lines older than ten years.",
    "Sites that run around the clock, with spare parts on the spot.",
)
CUSTOMERS = "Castellan Foods (packaging hall, 2024)\nNordhafen Logistik (three sites)\nMeridian Dairy (cold store)"
COMPLETE = frozenset({"brightpath", "kappel", "tessellate"})
TOLD = (
    (410, "admin@brightpath.example", "description", "", "Automation for mid-sized warehouses in northern Germany."),
    (260, "admin@brightpath.example", "regions", [Region.DACH], [Region.DACH, Region.NORDICS]),
    (96, "admin@brightpath.example", "headcount", Headcount.UPTO_10, Headcount.UPTO_50),
    (12, "admin@brightpath.example", "services", [Service.RESALE, Service.IMPLEMENTATION], [
        Service.RESALE, Service.IMPLEMENTATION, Service.SUPPORT]),
)  # fmt: skip
"""Brightpath's history: days ago, who, field, before, after."""
TWIN = "Brightpath Nord"


def write_profiles(world: World) -> None:
    """Fill in the partners' profiles: a few wholly, the others as people do, with what is least work."""
    rng, domains = Random(40), []  # noqa: S311  (invented data, no secret)
    for partner in world.partners.values():
        asked = {ask.name for ask in asks_of(partner.type)}
        for name, value in _said(partner, rng).items():
            if name in asked and (partner.slug in COMPLETE or rng.random() < 0.72):
                setattr(partner, name, value)
        domains.append(PartnerDomain(partner=partner, domain=domain_of(partner.name), is_verified=True))
    first = world.partners["brightpath"]
    for _days, _who, name, _before, after in TOLD:
        setattr(first, name, after)
    store_partner_logo(first, brightpath())
    fields = [*_said(first, rng), "logo"]
    Partner.objects.bulk_update(world.partners.values(), fields)
    PartnerDomain.objects.bulk_create(domains)
    _write_history(world, first)
    _write_type_change(world, first)
    _write_twin(world, first)


def _said(partner: Partner, rng: Random) -> dict[str, Any]:
    home = [region for region, countries in COUNTRIES_OF.items() if str(partner.country) in countries]
    spoken = SPOKEN.get(str(partner.country))
    return {
        "description": f"{partner.name} plans, supplies and looks after automation, from {partner.city}.",
        "regions": home,
        "languages": sorted({"en", spoken} if spoken else {"en"}),
        "industries": sorted(rng.sample(BRANCHES, 2), key=list(Industry).index),
        "services": OFFERS.get(PartnerType(partner.type), [Service.RESALE, Service.IMPLEMENTATION]),
        "product_lines": rng.sample(LINES, 3),
        "headcount": rng.choice(list(Headcount)[:4]),
        "specialisms": rng.choice(SPECIALISMS),
        "customers": CUSTOMERS,
    }


def _write_history(world: World, partner: Partner) -> None:
    Event.objects.bulk_create(
        Event(
            kind=PROFILE_CHANGED.name,
            partner_id=partner.pk,
            subject_type=Partner._meta.label_lower,
            subject_id=partner.pk,
            person=seat.person,
            seat_id=seat.pk,
            role=seat.role,
            via=Via.SESSION,
            before={name: before},
            after={name: after},
            data={"fields": str(LABELS[name])},
            occurred_at=world.now - timedelta(days=days),
        )
        for days, who, name, before, after in TOLD
        for seat in [world.seat(who, partner.slug)]
    )


def _write_twin(world: World, first: Partner) -> None:
    """Write a second record of Brightpath, which its branch applied with, and Northwind's proposal to merge the two."""
    side, at = world.sides["northwind"], world.now - timedelta(days=3)
    twin = Partner.objects.create(
        name=TWIN, legal_name=first.legal_name, slug="brightpath-nord", type=first.type, country="DE", city="Kiel"
    )
    PartnerDomain.objects.create(partner=twin, domain=domain_of(first.name))
    Enrollment.objects.create(
        vendor=side.vendor, program=side.program, partner=twin, enrolled_at=world.now - timedelta(days=40)
    )
    person = Person.objects.create(
        email="nord@brightpath.example", name="Jule Harms", password=make_password(PASSWORD), date_joined=at
    )
    Seat.objects.create(person=person, partner=twin, role=Role.ADMINISTRATOR, created_at=at)
    manager = world.seat("manager@northwind.example", "northwind")
    note = "Same domain, same legal name: Kiel applied on its own."
    merge = PartnerMerge.objects.create(
        vendor=side.vendor, kept=first, absorbed=twin, note=note, proposed_by=manager.person, proposed_at=at
    )
    Event.objects.bulk_create(
        [
            Event(
                kind=MERGE_PROPOSED.name,
                vendor_id=side.vendor.pk,
                subject_type=PartnerMerge._meta.label_lower,
                subject_id=merge.pk,
                person=manager.person,
                seat_id=manager.pk,
                role=manager.role,
                via=Via.SESSION,
                data={"kept": first.name, "absorbed": twin.name},
                occurred_at=at,
            )
        ]
    )


def _write_type_change(world: World, partner: Partner) -> None:
    """Write Halden's proposal that Brightpath is a services partner, which waits for its administrator."""
    vendor, at = world.sides["halden"].vendor, world.now - timedelta(days=2)
    manager = world.seat("manager@halden.example", "halden")
    change = TypeChange.objects.create(
        vendor=vendor,
        partner=partner,
        before=partner.type,
        after=PartnerType.SERVICES,
        reason="You plan and run what our customers bought elsewhere: eight projects of the last ten.",
        proposed_by=manager.person,
        proposed_at=at,
    )
    Event.objects.bulk_create(
        [
            Event(
                kind=TYPE_PROPOSED.name,
                vendor_id=vendor.pk,
                partner_id=partner.pk,
                subject_type=TypeChange._meta.label_lower,
                subject_id=change.pk,
                person=manager.person,
                seat_id=manager.pk,
                role=manager.role,
                via=Via.SESSION,
                data={"name": partner.name, "after": str(PartnerType.SERVICES.label), "reason": change.reason},
                occurred_at=at,
            )
        ]
    )
