"""What a partner is told of a lead: the outline before it accepts, everything while it has accepted it.

Pages, API, exports, search, mails and events that a partner reads take a lead from here and from nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django_countries.fields import Country

from dealreg.leads.candidates import named
from dealreg.leads.enums import Band
from dealreg.leads.scoring import band_of
from partners.enums import Headcount, Industry, Region
from partners.places import COUNTRIES_OF
from prm.kernel.money import shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal

    from dealreg.models import LeadOffer


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """Who it is. Only of a lead that the partner has accepted."""

    company: str
    domain: str
    city: str
    postcode: str
    contact_name: str
    contact_email: str
    contact_phone: str
    message: str
    value: Decimal | None
    currency: str
    consent_text: str
    consent_source: str
    consent_at: datetime

    @property
    def worth(self) -> str:
        """The estimated value in words, "" where there is none."""
        return shown(self.value, self.currency) if self.value is not None else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What everybody may know to whom a lead is offered."""

    country: str
    country_name: str
    region: str
    industry: str
    headcount: str
    families: tuple[str, ...]
    band: Band
    came_at: datetime
    details: Details | None = None

    @property
    def title(self) -> str:
        """What the lead is called: the company where that may be told, else what is looked for and where."""
        if self.details is not None:
            return self.details.company
        what = ", ".join(self.families) or (str(Industry(self.industry).label) if self.industry else "")
        return f"{what}, {self.country_name}" if what else self.country_name

    @property
    def industry_label(self) -> str:
        """The industry in words."""
        return str(Industry(self.industry).label) if self.industry else ""

    @property
    def headcount_label(self) -> str:
        """The size in words."""
        return str(Headcount(self.headcount).label) if self.headcount else ""

    @property
    def region_label(self) -> str:
        """The region in words."""
        return str(Region(self.region).label) if self.region else ""


def told(offer: LeadOffer, names: Mapping[int, str]) -> Outline:
    """Return what the offer's partner may know of its lead, which is at hand. `names`: product families by id."""
    lead = offer.lead
    return Outline(
        country=str(lead.country),
        country_name=str(Country(str(lead.country)).name),
        region=next((region for region, codes in COUNTRIES_OF.items() if str(lead.country) in codes), ""),
        industry=lead.industry,
        headcount=lead.headcount,
        families=named(lead.families, dict(names)),
        band=band_of(lead.score),
        came_at=lead.created_at,
        details=_details(lead) if offer.tells_all else None,
    )


def _details(lead: Any) -> Details:
    return Details(
        company=lead.company,
        domain=lead.domain,
        city=lead.city,
        postcode=lead.postcode,
        contact_name=lead.contact_name,
        contact_email=lead.contact_email,
        contact_phone=lead.contact_phone,
        message=lead.message,
        value=lead.value,
        currency=lead.currency,
        consent_text=lead.consent_text,
        consent_source=lead.consent_source,
        consent_at=lead.consent_at,
    )
