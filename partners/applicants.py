"""What is known of a company by the domain of an address, for who has proven to read mail there.

Nobody else is told: whether a company works with some vendor here is nobody's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from partners.enums import LIVE
from partners.models import Enrollment, Partner, PartnerDomain, Seat
from prm.kernel.actors import Role


class Relation(StrEnum):
    """How a company stands to one vendor."""

    UNKNOWN = "unknown"
    WITH_VENDOR = "with_vendor"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Company:
    """The partner, with an administrator, that a domain was proven to be; and how it stands to the vendor."""

    relation: Relation
    partner: Partner | None = None


def company_at(domain: str, vendor_id: int) -> Company:
    """Return the company at a proven domain, as one vendor's applicant may learn of it. At most two queries.

    Only domains that a partner has proven count, and only partners with an administrator: a name on some vendor's list
    is nobody who could let one in.
    """
    managed = Seat.objects.active().filter(role=Role.ADMINISTRATOR, partner__isnull=False).values("partner")
    proven = PartnerDomain.objects.filter(domain=domain, is_verified=True).values("partner")
    found = list(Partner.objects.filter(pk__in=proven, merged_into=None).filter(pk__in=managed).order_by("pk"))
    if not found:
        return Company(Relation.UNKNOWN)
    live = Enrollment.objects.live().filter(vendor_id=vendor_id, partner__in=found)
    here = set(live.values_list("partner_id", flat=True))
    with_vendor = next((partner for partner in found if partner.pk in here), None)
    if with_vendor is not None:
        return Company(Relation.WITH_VENDOR, with_vendor)
    return Company(Relation.ELSEWHERE, found[0])


def own_records(domain: str, vendor_id: int) -> list[str]:
    """Return the names of the vendor's own live partners that use a domain, proven or not: the approver sees them."""
    live = Enrollment.objects.filter(vendor_id=vendor_id, status__in=LIVE).values("partner")
    found = Partner.objects.filter(pk__in=live, merged_into=None, domains__domain=domain)
    return list(found.order_by("name").values_list("name", flat=True).distinct())
