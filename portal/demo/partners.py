"""The demo's forty partners, of every type, and their enrollments."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.text import slugify

from accounts.naming import fold_text
from partners.enums import EnrollmentStatus as Status
from partners.enums import PartnerType as Type


@dataclass(frozen=True, slots=True)
class PartnerPlan:
    """A partner. northwind, halden: its tier there, or "" where it isn't enrolled, maybe with another status.

    weight: how much it registers, next to the others. skill: from 0 to 1, how often it wins.
    """

    name: str
    legal_form: str
    type: str
    country: str
    city: str
    northwind: str
    halden: str
    weight: float
    skill: float

    @property
    def slug(self) -> str:
        """The first word, in plain small letters."""
        return slugify(fold_text(self.name.split()[0]))

    def place_at(self, vendor: str) -> tuple[str, str] | None:
        """Return tier and status of the enrollment at a vendor, None without one."""
        text = self.northwind if vendor == "northwind" else self.halden
        if not text:
            return None
        tier, _, status = text.partition(" ")
        return tier, status or Status.ACTIVE


PARTNERS = (
    PartnerPlan("Brightpath", "GmbH", Type.RESELLER, "DE", "Hamburg", "Silver", "Advanced", 0, 0.55),
    PartnerPlan("Kappel Automation", "GmbH", Type.RESELLER, "DE", "Kassel", "Gold", "", 7, 0.6),
    PartnerPlan("Isle Integrators", "Ltd", Type.SERVICES, "GB", "Leeds", "Gold", "Associate", 6, 0.55),
    PartnerPlan("Kestrel Handling", "ApS", Type.RESELLER, "DK", "Aarhus", "Silver", "Associate", 4, 0.45),
    PartnerPlan("Tessellate Systems", "B.V.", Type.SERVICES, "NL", "Eindhoven", "Platinum", "", 8, 0.7),
    PartnerPlan("Ferrobot", "S.r.l.", Type.RESELLER, "IT", "Bologna", "Silver", "", 5, 0.4),
    PartnerPlan("Luminor Robotique", "SAS", Type.RESELLER, "FR", "Lyon", "Gold", "", 6, 0.5),
    PartnerPlan("Vantage Motion", "Inc.", Type.RESELLER, "US", "Columbus", "Platinum", "", 8, 0.6),
    PartnerPlan("Cobaltline", "LLC", Type.DISTRIBUTOR, "US", "Austin", "Gold", "Premier", 6, 0.5),
    PartnerPlan("Orrery Technik", "AG", Type.TECHNOLOGY, "CH", "Winterthur", "Registered", "Advanced", 2, 0.5),
    PartnerPlan("Sölve Automation", "AB", Type.RESELLER, "SE", "Malmö", "Silver", "", 4, 0.5),
    PartnerPlan("Fjordteknikk", "AS", Type.SERVICES, "NO", "Bergen", "Silver", "Premier", 4, 0.6),
    PartnerPlan("Granit Intralogistics", "S.A.", Type.DISTRIBUTOR, "PL", "Poznań", "Gold", "", 6, 0.45),
    PartnerPlan("Vltava Robotika", "s.r.o.", Type.RESELLER, "CZ", "Brno", "Registered", "", 3, 0.35),
    PartnerPlan("Sierra Paletizado", "S.L.", Type.RESELLER, "ES", "Zaragoza", "Silver", "", 4, 0.4),
    PartnerPlan("Aldermoor Consulting", "Ltd", Type.REFERRAL, "GB", "Bristol", "Registered", "Associate", 2, 0.3),
    PartnerPlan("Quayside Automation", "Ltd", Type.RESELLER, "IE", "Cork", "Registered", "", 2, 0.4),
    PartnerPlan("Maple Handling", "Inc.", Type.RESELLER, "CA", "Hamilton", "Silver", "Associate", 3, 0.45),
    PartnerPlan("Mangrove Systems", "Pte. Ltd.", Type.DISTRIBUTOR, "SG", "Singapore", "Gold", "Advanced", 4, 0.5),
    PartnerPlan("Banyan Technologies", "Pvt Ltd", Type.MSP, "IN", "Pune", "Registered", "Premier", 3, 0.45),
    PartnerPlan("Aoi Robotics", "K.K.", Type.RESELLER, "JP", "Nagoya", "Silver", "", 3, 0.55),
    PartnerPlan("Ipê Automação", "Ltda", Type.RESELLER, "BR", "Curitiba", "Registered", "", 3, 0.35),
    PartnerPlan("Wattle Industrial", "Pty Ltd", Type.SERVICES, "AU", "Geelong", "Silver", "", 3, 0.5),
    PartnerPlan("Protea Handling", "(Pty) Ltd", Type.RESELLER, "ZA", "Durban", "Registered suspended", "", 2, 0.3),
    PartnerPlan("Dune Logistics Tech", "FZE", Type.RESELLER, "AE", "Dubai", "Registered", "", 2, 0.35),
    PartnerPlan("Pinecone Automation", "Oy", Type.RESELLER, "FI", "Tampere", "Silver", "Associate", 3, 0.5),
    PartnerPlan("Donauwerk", "GmbH", Type.SERVICES, "AT", "Linz", "Gold", "", 4, 0.55),
    PartnerPlan("Scheldt Robotics", "NV", Type.RESELLER, "BE", "Gent", "Registered retired", "", 2, 0.3),
    PartnerPlan("Hallmark Palletising", "Ltd", Type.RESELLER, "GB", "Derby", "Silver suspended", "", 3, 0.35),
    PartnerPlan("Rivulet Media", "GmbH", Type.AGENCY, "DE", "Leipzig", "Registered", "Associate", 1, 0.3),
    PartnerPlan("Warehouse Voices", "LLC", Type.INFLUENCER, "US", "Portland", "Registered", "", 1, 0.25),
    PartnerPlan("Cirrus Managed", "Ltd", Type.MSP, "GB", "Norwich", "", "Premier", 8, 0.6),
    PartnerPlan("Nimbus Partners", "B.V.", Type.MSP, "NL", "Utrecht", "", "Advanced", 6, 0.5),
    PartnerPlan("Skyforge IT", "AB", Type.RESELLER, "SE", "Göteborg", "", "Advanced", 5, 0.45),
    PartnerPlan("Altocloud", "SAS", Type.RESELLER, "FR", "Nantes", "", "Associate", 4, 0.4),
    PartnerPlan("Stratus Beratung", "GmbH", Type.SERVICES, "DE", "Mannheim", "", "Premier", 6, 0.55),
    PartnerPlan("Cumulo Sistemas", "S.L.", Type.MSP, "ES", "Valencia", "", "Advanced", 4, 0.45),
    PartnerPlan("Overcast Labs", "Inc.", Type.TECHNOLOGY, "US", "Tacoma", "", "Associate", 2, 0.4),
    PartnerPlan("Fogbank Networks", "Inc.", Type.RESELLER, "CA", "Halifax", "", "Associate onboarding", 1, 0.35),
    PartnerPlan(
        "Meltemi Data", "Ltd", Type.REFERRAL, "IE", "Galway", "Registered onboarding", "Associate retired", 1, 0.3
    ),
)
