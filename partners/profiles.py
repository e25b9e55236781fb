"""What each kind of partner is asked for: one table from which form, page, API and completeness follow.

No size fits all: an influencer has no product lines, and a services partner without services says nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.enums import PartnerType

if TYPE_CHECKING:
    from partners.models import Partner

MOST_DOMAINS = 20
MOST_PRODUCT_LINES = 30


class Section(TextChoices):
    """The parts of a profile, in the order of the page."""

    WHO = "who", gettext_lazy("Who you are")
    WHERE = "where", gettext_lazy("Where you work")
    WHAT = "what", gettext_lazy("What you offer")
    PROOF = "proof", gettext_lazy("What speaks for you")


@dataclass(frozen=True, slots=True)
class Ask:
    """A field that a kind of partner is asked for.

    weight: its part in completeness. needed: what was given can be changed, but not left empty. label, help: where the
    kind calls it something else.
    """

    name: str
    section: Section
    weight: int
    needed: bool = False
    label: str | Promise = ""
    help: str | Promise = ""


WHO = (
    Ask("name", Section.WHO, 5, needed=True),
    Ask("legal_name", Section.WHO, 5),
    Ask("description", Section.WHO, 15),
    Ask("website", Section.WHO, 5),
    Ask("domains", Section.WHO, 10),
    Ask("logo", Section.WHO, 10),
    Ask("country", Section.WHERE, 5, needed=True),
    Ask("city", Section.WHERE, 3),
    Ask("languages", Section.WHERE, 7),
)
"""Everybody is asked for these."""

REGIONS = Ask("regions", Section.WHERE, 10)
INDUSTRIES = Ask("industries", Section.WHAT, 10)
SERVICES = Ask("services", Section.WHAT, 10)
PRODUCTS = Ask("product_lines", Section.WHAT, 5, label=gettext_lazy("Product families sold"))
HEADCOUNT = Ask("headcount", Section.PROOF, 5)
SPECIALISMS = Ask("specialisms", Section.PROOF, 10)
CUSTOMERS = Ask("customers", Section.PROOF, 10)

FIELDS_OF: dict[str, tuple[Ask, ...]] = {
    PartnerType.RESELLER: (*WHO, REGIONS, INDUSTRIES, SERVICES, PRODUCTS, HEADCOUNT, SPECIALISMS, CUSTOMERS),
    PartnerType.DISTRIBUTOR: (
        *WHO,
        Ask("regions", Section.WHERE, 15, needed=True, label=gettext_lazy("Regions supplied")),
        Ask("services", Section.WHAT, 10, label=gettext_lazy("Services for resellers")),
        Ask("product_lines", Section.WHAT, 10, label=gettext_lazy("Product families stocked")),
        HEADCOUNT,
    ),
    PartnerType.REFERRAL: (
        *WHO,
        REGIONS,
        INDUSTRIES,
        Ask("specialisms", Section.PROOF, 10, label=gettext_lazy("Whom you can introduce")),
    ),
    PartnerType.TECHNOLOGY: (
        *WHO,
        INDUSTRIES,
        Ask("product_lines", Section.WHAT, 15, needed=True, label=gettext_lazy("Your own products")),
        Ask("specialisms", Section.PROOF, 10, label=gettext_lazy("What your products integrate with")),
        HEADCOUNT,
        CUSTOMERS,
    ),
    PartnerType.SERVICES: (
        *WHO,
        REGIONS,
        INDUSTRIES,
        Ask("services", Section.WHAT, 15, needed=True),
        Ask("headcount", Section.PROOF, 10, label=gettext_lazy("Consultants and engineers")),
        SPECIALISMS,
        CUSTOMERS,
    ),
    PartnerType.MSP: (
        *WHO,
        REGIONS,
        INDUSTRIES,
        Ask("services", Section.WHAT, 15, needed=True, label=gettext_lazy("Services that you run")),
        PRODUCTS,
        HEADCOUNT,
        Ask("customers", Section.PROOF, 10, label=gettext_lazy("Customers under contract")),
    ),
    PartnerType.INFLUENCER: (
        *WHO,
        REGIONS,
        INDUSTRIES,
        Ask(
            "specialisms",
            Section.PROOF,
            15,
            label=gettext_lazy("Topics and audience"),
            help=gettext_lazy("Channels, readers or listeners, how often you publish."),
        ),
    ),
    PartnerType.AGENCY: (
        *WHO,
        REGIONS,
        INDUSTRIES,
        Ask("services", Section.WHAT, 15, needed=True),
        HEADCOUNT,
        Ask("customers", Section.PROOF, 10, label=gettext_lazy("Clients and campaigns")),
    ),
}
EDITABLE = frozenset(ask.name for asks in FIELDS_OF.values() for ask in asks) - {"logo"}
"""What a partner changes by a form or the API; its logo has a way of its own."""

LABELS: dict[str, str | Promise] = {
    "name": gettext_lazy("Brand"),
    "legal_name": gettext_lazy("Legal name"),
    "description": gettext_lazy("Description"),
    "website": gettext_lazy("Website"),
    "domains": gettext_lazy("Web and mail domains"),
    "logo": gettext_lazy("Logo"),
    "country": gettext_lazy("Country"),
    "city": gettext_lazy("City"),
    "languages": gettext_lazy("Languages"),
    "regions": gettext_lazy("Regions served"),
    "industries": gettext_lazy("Industries"),
    "services": gettext_lazy("Services"),
    "product_lines": gettext_lazy("Products"),
    "headcount": gettext_lazy("People"),
    "specialisms": gettext_lazy("Specialisms"),
    "customers": gettext_lazy("Customers and references"),
}


def label_of(ask: Ask) -> str:
    """Return what a field is called in the form of this kind."""
    return str(ask.label or LABELS[ask.name])


def asks_of(partner_type: str) -> tuple[Ask, ...]:
    """Return what a kind of partner is asked for, in the order of the page."""
    order = list(Section)
    return tuple(sorted(FIELDS_OF[partner_type], key=lambda ask: order.index(ask.section)))


def value_of(partner: Partner, name: str, domains: Collection[str]) -> Any:
    """Return a profile's field; domains are rows of their own and come from the caller."""
    return list(domains) if name == "domains" else getattr(partner, name)


@dataclass(frozen=True, slots=True)
class Missing:
    """A field that is empty, and by how many per cent the profile gains with it."""

    name: str
    label: str
    gain: int


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of a profile is filled in, in per cent, and what isn't, the weightiest first."""

    percent: int
    filled: int
    asked: int
    missing: tuple[Missing, ...]

    @property
    def why(self) -> str:
        """One sentence with the figures."""
        if not self.missing:
            return _("All %(asked)d fields of your kind of partner are filled in.") % {"asked": self.asked}
        words = {
            "filled": self.filled,
            "asked": self.asked,
            "label": self.missing[0].label,
            "gain": self.missing[0].gain,
        }
        return _("%(filled)d of %(asked)d fields are filled in; %(label)s would add most: %(gain)d per cent.") % words


def completeness_of(partner: Partner, domains: Collection[str]) -> Completeness:
    """Weigh what is filled in against what the kind of partner is asked for. No query."""
    asks = asks_of(partner.type)
    total = sum(ask.weight for ask in asks)
    empty = [ask for ask in asks if not value_of(partner, ask.name, domains)]
    missing = sorted(empty, key=lambda ask: -ask.weight)
    # Rounded down: it says 100 only when nothing is missing.
    percent = 100 * (total - sum(ask.weight for ask in empty)) // total
    gains = tuple(Missing(ask.name, label_of(ask), round(100 * ask.weight / total)) for ask in missing)
    return Completeness(percent, len(asks) - len(empty), len(asks), gains)
