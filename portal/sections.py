"""What the portal calls things, and which of them it has, by the kind of partner: one table.

A partner that introduces customers sees referrals rather than deals, and none of what it takes to quote and deliver.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from dealreg.enums import Part
from partners.enums import PartnerType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import Promise


REGISTER, DEALS = _("Register a deal"), _("Deals")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    """The portal of a kind of partner.

    hidden: names of menu entries that it doesn't have. words: what entries are called instead. register, deals: the
    words for registering and for what was registered. part: what the partner does in a new deal, unless it says
    otherwise. asks_products: whether the form asks for products and quantities.
    """

    hidden: frozenset[str] = frozenset()
    words: Mapping[str, str | Promise] = field(default_factory=dict)
    register: str | Promise = REGISTER
    deals: str | Promise = DEALS
    part: str = Part.SELL
    asks_products: bool = True


USUAL = Sections()
REFERRING = Sections(
    words={"portal:deal-list": _("Referrals"), "portal:deal-register": _("Refer")},
    register=_("Refer a customer"),
    deals=_("Referrals"),
    part=Part.REFER,
    asks_products=False,
)
SECTIONS_OF: Mapping[str, Sections] = {
    PartnerType.RESELLER: USUAL,
    PartnerType.DISTRIBUTOR: USUAL,
    PartnerType.MSP: USUAL,
    PartnerType.TECHNOLOGY: Sections(part=Part.REFER),
    PartnerType.SERVICES: Sections(part=Part.INSTALL),
    PartnerType.REFERRAL: REFERRING,
    PartnerType.INFLUENCER: REFERRING,
    PartnerType.AGENCY: REFERRING,
}


def sections_of(partner_type: str) -> Sections:
    """Return the portal of a kind of partner; the usual one for whoever is none."""
    return SECTIONS_OF.get(partner_type, USUAL)
