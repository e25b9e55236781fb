"""The columns of lists of open registrations."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from dealreg.enums import Part, Stage
from imports.kinds import Target
from imports.parsers import amount, choice, country, currency, day, mail, strict_text, text

DEAL_COLUMNS = (
    Target(
        "reference",
        _("Reference there"),
        required=True,
        help=_("What your old system calls the registration"),
        aliases=("id", "deal id", "registration id", "deal registration id", "number", "deal number"),
        parser=strict_text(80),
        example=("DR-20417", "DR-20418"),
    ),
    Target(
        "partner",
        _("Partner"),
        required=True,
        help=_("Your number for it, its name or slug"),
        aliases=("partner id", "partner name", "partner account", "reseller"),
        parser=text(200),
        example=("P-1001", "P-1002"),
    ),
    Target("program", _("Program"), help=_("For partners in several"), parser=text(120)),
    Target(
        "owner",
        _("Owner at the partner"),
        help=_("Mail address; without it the administrator"),
        aliases=("owner email", "submitted by", "partner contact email", "partner user"),
        parser=mail,
        example=("sam@brightpath.example",),
    ),
    Target(
        "customer_name",
        _("Customer"),
        required=True,
        aliases=("customer", "end customer", "company", "account", "account name"),
        parser=strict_text(200),
        example=("Castellan Foods GmbH", "Orbit Logistics Ltd"),
    ),
    Target(
        "customer_country",
        _("Country"),
        required=True,
        aliases=("country", "customer country", "land"),
        parser=country,
        example=("DE", "GB"),
    ),
    Target(
        "customer_domain",
        _("Customer’s website"),
        aliases=("website", "domain", "customer website", "url"),
        parser=strict_text(200),
        example=("castellan.example",),
    ),
    Target("customer_city", _("Town"), aliases=("city", "town", "customer city"), parser=text(100)),
    Target("customer_street", _("Street and number"), aliases=("street", "address"), parser=text(160)),
    Target("customer_postcode", _("Postcode"), aliases=("zip", "postal code", "plz"), parser=text(16)),
    Target("customer_phone", _("Customer’s phone"), aliases=("phone", "telephone"), parser=text(40)),
    Target(
        "customer_registry_number",
        _("Registry number"),
        aliases=("company number", "registration number"),
        parser=text(40),
    ),
    Target("customer_vat_number", _("VAT number"), aliases=("vat", "vat id", "tax id"), parser=text(40)),
    Target("contact_name", _("Contact"), aliases=("contact", "contact name"), parser=text(120)),
    Target("contact_email", _("Contact’s e-mail"), aliases=("contact email",), parser=mail),
    Target(
        "title", _("Project"), aliases=("deal name", "opportunity", "opportunity name", "project"), parser=text(160)
    ),
    Target(
        "value",
        _("Value"),
        required=True,
        aliases=("amount", "deal value", "deal size", "expected revenue"),
        parser=amount,
        example=("48000", "12500.50"),
    ),
    Target("currency", _("Currency"), help=_("Without it yours"), parser=currency, example=("EUR", "GBP")),
    Target(
        "close_date",
        _("Expected close"),
        required=True,
        aliases=("close date", "expected close date", "closing date"),
        parser=day,
        example=("2027-03-31", "2027-01-15"),
    ),
    Target(
        "stage", _("Sales stage"), aliases=("sales stage", "deal stage"), parser=choice(Stage), example=("proposal",)
    ),
    Target("part", _("Partner’s part"), help=_("Sell without it"), parser=choice(Part)),
    Target(
        "families",
        _("Product families"),
        help=_("Codes or names, divided by semicolons; all without it"),
        aliases=("product family", "product families", "products"),
        parser=strict_text(500),
    ),
    Target(
        "submitted",
        _("Submitted"),
        required=True,
        aliases=("submitted on", "submission date", "registered", "created", "created date"),
        parser=day,
        example=("2026-09-02", "2026-11-20"),
    ),
    Target(
        "approved",
        _("Approved"),
        help=_("Empty while undecided"),
        aliases=("approved on", "approval date"),
        parser=day,
        example=("2026-09-04", ""),
    ),
    Target(
        "protected_until",
        _("Protected until"),
        help=_("Empty while undecided"),
        aliases=("expires", "expiration date", "expiry date", "protection end", "valid until"),
        parser=day,
        example=("2027-02-28", ""),
    ),
    Target("notes", _("Notes"), aliases=("comments", "description"), parser=strict_text(2000)),
)
