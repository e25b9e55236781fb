"""What conditions of a journey may ask about a partner, and what is known about one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django_countries import countries

from partners.enums import Headcount, Industry, PartnerType, Region, Service, SpokenLanguage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import Promise

    from partners.models import Partner


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is known about a partner. is_number: compared by size instead of by values."""

    name: str
    label: str | Promise
    is_number: bool = False

    @property
    def choices(self) -> Mapping[str, str]:
        """The values that it may have, with their words; empty for numbers."""
        if self.name == "country":
            return dict(countries)
        known = _CHOICES.get(self.name)
        return {} if known is None else {str(value): str(label) for value, label in known.choices}


_CHOICES = {
    "type": PartnerType,
    "regions": Region,
    "headcount": Headcount,
    "industries": Industry,
    "services": Service,
    "languages": SpokenLanguage,
}
FACTS = {
    each.name: each
    for each in (
        Fact("type", _("Type of partner")),
        Fact("country", _("Country")),
        Fact("regions", _("Regions served")),
        Fact("headcount", _("People")),
        Fact("industries", _("Industries")),
        Fact("services", _("Services")),
        Fact("languages", _("Languages")),
        Fact("fit", _("Fit score"), is_number=True),
    )
}


def facts_of(partner: Partner, **more: Any) -> dict[str, Any]:
    """Return what is known about a partner, as JSON; `more` adds what its profile doesn't say, such as `fit`."""
    return {
        "type": partner.type,
        "country": str(partner.country),
        "regions": list(partner.regions),
        "headcount": partner.headcount,
        "industries": list(partner.industries),
        "services": list(partner.services),
        "languages": list(partner.languages),
        **more,
    }
