"""The values that an agreement's text may use: what each is, where it is entered, and what it is for a partner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from partners.places import COUNTRIES_OF
from standing.enums import BenefitKind
from standing.models import Benefit, Standing

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from onboarding.models import AgreementTemplate
    from partners.models import Enrollment, Partner


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose agreement it is: the enrollment with partner, vendor, program and manager, and its tier's benefits."""

    enrollment: Enrollment
    reference: str
    months: int | None
    tier: str
    benefits: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """A value. label: what it is; where: who enters it where; sample: what a preview without a partner shows."""

    label: str | Promise
    where: str | Promise
    sample: str
    of: Callable[[Subject], str]


def country_name(partner: Partner) -> str:
    """Return a country's name in the active language, "" where there is none."""
    return str(getattr(partner.country, "name", "") or "")


IN_PROFILE = _("the partner’s administrator enters it in the partner’s profile")
IN_BRANDING = _("the operator sets it with the vendor’s name and address")
BY_TIER = _("it comes with the partner’s tier: see the tier scheme in the console")
BY_MANAGER = _("choose a partner manager on the partner’s page in the console")
BY_ITSELF = _("it is known by itself")
MONTHS = _("set the months in force on the agreement’s template")

FIELDS: Mapping[str, Field] = {
    "partner.legal_name": Field(
        _("the partner’s legal name"),
        IN_PROFILE,
        "Brightpath Automation GmbH",
        lambda subject: subject.enrollment.partner.legal_name,
    ),
    "partner.name": Field(
        _("the partner’s brand"), IN_PROFILE, "Brightpath", lambda subject: subject.enrollment.partner.name
    ),
    "partner.city": Field(_("the partner’s city"), IN_PROFILE, "Lyon", lambda subject: subject.enrollment.partner.city),
    "partner.country": Field(
        _("the partner’s country"),
        IN_PROFILE,
        "France",
        lambda subject: country_name(subject.enrollment.partner),
    ),
    "partner.website": Field(
        _("the partner’s website"),
        IN_PROFILE,
        "brightpath.example",
        lambda subject: subject.enrollment.partner.website,
    ),
    "partner.type": Field(
        _("the partner’s type"),
        IN_PROFILE,
        "Reseller",
        lambda subject: str(subject.enrollment.partner.get_type_display()),
    ),
    "vendor.name": Field(
        _("your company’s name"), IN_BRANDING, "Northwind Robotics", lambda subject: subject.enrollment.vendor.name
    ),
    "vendor.support_email": Field(
        _("your support address"),
        IN_BRANDING,
        "partners@northwind.example",
        lambda subject: subject.enrollment.vendor.support_email,
    ),
    "program.name": Field(
        _("the program’s name"), BY_ITSELF, "Northwind Partners", lambda subject: subject.enrollment.program.name
    ),
    "manager.name": Field(
        _("the partner manager’s name"),
        BY_MANAGER,
        "Mara Lindqvist",
        lambda subject: str(subject.enrollment.manager or ""),
    ),
    "tier.name": Field(_("the partner’s tier"), BY_TIER, "Silver", lambda subject: subject.tier),
    "tier.discount": Field(
        _("the tier’s discount in percent"),
        BY_TIER,
        "18",
        lambda subject: subject.benefits.get(BenefitKind.DISCOUNT, ""),
    ),
    "tier.protection_days": Field(
        _("the tier’s days of protection"),
        BY_TIER,
        "120",
        lambda subject: subject.benefits.get(BenefitKind.PROTECTION_DAYS, ""),
    ),
    "agreement.reference": Field(
        _("the agreement’s number"), BY_ITSELF, "NW-A-4K7Q-2M9P", lambda subject: subject.reference
    ),
    "agreement.months": Field(
        _("for how many months it is in force"), MONTHS, "24", lambda subject: str(subject.months or "")
    ),
    "today": Field(
        _("the day on which it is put to the partner"),
        BY_ITSELF,
        "28 November 2026",
        lambda subject: date_format(subject.enrollment.vendor.today(), "DATE_FORMAT"),
    ),
}


def subject_of(enrollment: Enrollment, template: AgreementTemplate, reference: str) -> Subject:
    """Return what the fields read, in two queries. The enrollment comes with partner, vendor, program and manager."""
    standing = Standing.objects.filter(enrollment=enrollment).select_related("tier").first()
    rows = Benefit.objects.filter(tier=standing.tier) if standing else Benefit.objects.none()
    benefits = {row.kind: row.text if row.value is None else f"{row.value.normalize():f}" for row in rows}
    return Subject(enrollment, reference, template.months, standing.tier.name if standing else "", benefits)


def values_of(names: list[str], subject: Subject, language: str) -> dict[str, str]:
    """Return the values of fields in a language; "" where one is missing."""
    with translation.override(language):
        return {name: " ".join(FIELDS[name].of(subject).split()) for name in names}


def samples(names: list[str]) -> dict[str, str]:
    """Return what a preview without a partner shows."""
    return {name: FIELDS[name].sample for name in names if name in FIELDS}


def conditions_of(partner: Partner) -> dict[str, set[str]]:
    """Return what conditions read of a partner: its type, and the regions that it is in or serves."""
    home = {region for region, countries in COUNTRIES_OF.items() if str(partner.country) in countries}
    return {"type": {partner.type}, "region": {*partner.regions, *home}}
