"""The columns of lists of partners."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from imports.kinds import Target
from imports.parsers import choice, choices_of, country, day, domains, mail, strict_text, text
from partners.enums import (
    EnrollmentStatus,
    Headcount,
    Industry,
    PartnerType,
    Region,
    Service,
    SpokenLanguage,
)

PROFILE_COLUMNS = (
    "name", "legal_name", "type", "country", "city", "website", "description", "regions", "languages", "industries",
    "services", "headcount",
)  # fmt: skip
"""Those that are fields of the partner itself, under the same name."""

PARTNER_COLUMNS = (
    Target(
        "name",
        _("Name"),
        required=True,
        aliases=("partner", "partner name", "company", "company name", "account name", "firma", "unternehmen"),
        parser=strict_text(160),
        example=("Brightpath", "Kappel Systems"),
    ),
    Target(
        "legal_name", _("Legal name"), aliases=("legal name",), parser=strict_text(200), example=("Brightpath GmbH",)
    ),
    Target(
        "type",
        _("Type"),
        help=_("Reseller without it"),
        aliases=("partner type", "kind", "typ"),
        parser=choice(PartnerType),
        example=("reseller", "services"),
    ),
    Target(
        "country",
        _("Country"),
        required=True,
        help=_("Code or name"),
        aliases=("country code", "billing country", "land", "pays", "país"),
        parser=country,
        example=("DE", "Austria"),
    ),
    Target("city", _("Town"), aliases=("town", "ort", "stadt", "ville"), parser=text(100), example=("Bremen", "Graz")),
    Target(
        "website",
        _("Website"),
        aliases=("web site", "url", "homepage", "webseite"),
        parser=strict_text(200),
        example=("https://www.brightpath.example",),
    ),
    Target(
        "domains",
        _("Domains"),
        help=_("Divided by commas; without them the website’s"),
        aliases=("domain", "email domain", "mail domain"),
        parser=domains,
        example=("brightpath.example", "kappel.example, kappel-service.example"),
    ),
    Target(
        "external_id",
        _("Your number for it"),
        aliases=("id", "partner id", "external id", "account id", "crm id", "number", "partnernummer"),
        parser=strict_text(80),
        example=("P-1001", "P-1002"),
    ),
    Target(
        "program",
        _("Program"),
        help=_("Name or slug; needed only where you run several"),
        aliases=("partner program", "programm"),
        parser=text(120),
    ),
    Target(
        "status",
        _("Status"),
        help=_("Active without it"),
        aliases=("partner status", "state"),
        parser=choice(EnrollmentStatus),
        example=("active", "onboarding"),
    ),
    Target(
        "manager",
        _("Partner manager"),
        help=_("Mail address of one of your people"),
        aliases=("partner manager", "owner", "owner email", "manager email", "channel manager"),
        parser=mail,
    ),
    Target(
        "since",
        _("Since"),
        aliases=("partner since", "joined", "start date", "seit"),
        parser=day,
        example=("2021-05-01",),
    ),
    Target(
        "tier",
        _("Tier"),
        help=_("Name or slug, from your program’s ladder"),
        aliases=("level", "partner level", "partner tier", "stufe"),
        parser=text(60),
    ),
    Target(
        "admin_email",
        _("Administrator’s e-mail"),
        help=_("Invited when you say so, not by the import"),
        aliases=("admin email", "administrator email", "primary contact email", "contact email", "email"),
        parser=mail,
        example=("ada@brightpath.example",),
    ),
    Target(
        "admin_name",
        _("Administrator’s name"),
        aliases=("admin name", "administrator", "primary contact", "contact name", "contact"),
        parser=text(120),
        example=("Ada Lovelace",),
    ),
    Target("description", _("Description"), parser=strict_text(2000)),
    Target("regions", _("Regions served"), aliases=("region",), parser=choices_of(Region), example=("dach; benelux",)),
    Target(
        "languages",
        _("Languages"),
        aliases=("language", "sprachen"),
        parser=choices_of(SpokenLanguage),
        example=("de; en",),
    ),
    Target(
        "industries",
        _("Industries"),
        aliases=("industry", "branche"),
        parser=choices_of(Industry),
        example=("food; retail",),
    ),
    Target("services", _("Services"), aliases=("service",), parser=choices_of(Service), example=("resale; training",)),
    Target(
        "headcount",
        _("People"),
        aliases=("employees", "company size", "mitarbeiter"),
        parser=choice(Headcount),
        example=("11-50",),
    ),
)
