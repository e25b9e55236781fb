"""The words of criteria: what each kind is called, what it asks, and which values it knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from onboarding.fit.shape import TEXTS, Criterion, Kind
from partners.enums import Headcount, Industry, PartnerType, Region, Service, SpokenLanguage

LABELS = {
    Kind.TYPE: gettext_lazy("Type of partner"),
    Kind.COUNTRY: gettext_lazy("Country"),
    Kind.REGIONS: gettext_lazy("Regions served"),
    Kind.INDUSTRIES: gettext_lazy("Industries"),
    Kind.SERVICES: gettext_lazy("Services"),
    Kind.HEADCOUNT: gettext_lazy("People"),
    Kind.LANGUAGES: gettext_lazy("Languages"),
    Kind.PRODUCTS: gettext_lazy("Products"),
    Kind.CERTIFICATIONS: gettext_lazy("Certifications"),
    Kind.CUSTOMERS: gettext_lazy("Customers that are your accounts"),
    Kind.WEBSITE: gettext_lazy("Website on its own domain"),
}
_CHOICES = {
    Kind.TYPE: PartnerType,
    Kind.REGIONS: Region,
    Kind.INDUSTRIES: Industry,
    Kind.SERVICES: Service,
    Kind.HEADCOUNT: Headcount,
    Kind.LANGUAGES: SpokenLanguage,
}
SIZES = tuple(Headcount.values)


def choices_of(kind: Kind) -> Mapping[str, str]:
    """Return the values that a kind knows, with their words; empty where it takes words of any kind, or none."""
    if kind is Kind.COUNTRY:
        return dict(countries)
    known = _CHOICES.get(kind)
    return {} if known is None else {str(value): str(label) for value, label in known.choices}


def takes_values(kind: Kind) -> bool:
    """Return whether its criteria name values."""
    return kind in _CHOICES or kind in TEXTS or kind is Kind.COUNTRY


def named(kind: Kind, values: Iterable[str]) -> str:
    """Return values as words: "Manufacturing, Energy"."""
    known = {} if kind in TEXTS else choices_of(kind)
    return ", ".join(known.get(value, value) for value in values)


def told(criterion: Criterion) -> str:
    """Return what a criterion asks for, as a sentence."""
    if criterion.kind is Kind.WEBSITE:
        return _("It has a website on a domain of its own.")
    if criterion.kind is Kind.CUSTOMERS:
        return _("Of the customers that it names, %(needed)d are your accounts.") % {"needed": criterion.needed}
    facts = {"values": named(criterion.kind, criterion.values), "needed": criterion.needed}
    if criterion.needed > 1:
        return _("At least %(needed)d of: %(values)s.") % facts
    return _("One of: %(values)s.") % facts if len(criterion.values) > 1 else f"{facts['values']}."
