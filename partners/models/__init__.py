"""Vendors, their programs, partners, enrollments, the seats people act from, and how they come to them."""

from partners.models.domains import PartnerDomain
from partners.models.joining import JoinRequest
from partners.models.merges import MergedRows, PartnerMerge
from partners.models.organisations import LOGO_FOLDER, Enrollment, Partner, Program, Vendor, logo_url
from partners.models.providers import CompanyIdentity, IdentityProvider, SeenAssertion
from partners.models.rates import ExchangeRate
from partners.models.seats import AccessToken, Invitation, Seat
from partners.models.type_changes import TypeChange
from partners.models.viewings import PartnerViewing

__all__ = [
    "LOGO_FOLDER",
    "AccessToken",
    "CompanyIdentity",
    "Enrollment",
    "ExchangeRate",
    "IdentityProvider",
    "Invitation",
    "JoinRequest",
    "MergedRows",
    "Partner",
    "PartnerDomain",
    "PartnerMerge",
    "PartnerViewing",
    "Program",
    "Seat",
    "SeenAssertion",
    "TypeChange",
    "Vendor",
    "logo_url",
]
