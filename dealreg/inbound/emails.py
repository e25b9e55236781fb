"""The answer to a forwarded mail: what was understood, what is missing, and where it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_countries import countries

from activity.mailing import Letter, mail_template
from activity.registry import notice
from dealreg.emails import DEALS
from dealreg.inbound.reading import day_in
from prm.kernel.actors import Role
from prm.kernel.money import parse_amount, shown

FIELDS = {
    "enrollment": gettext_lazy("Program"),
    "customer_name": gettext_lazy("Customer"),
    "customer_domain": gettext_lazy("Website"),
    "customer_country": gettext_lazy("Country"),
    "customer_city": gettext_lazy("Town"),
    "contact_name": gettext_lazy("Contact at the customer"),
    "contact_email": gettext_lazy("Contact's e-mail"),
    "title": gettext_lazy("Project"),
    "value": gettext_lazy("Value"),
    "close_date": gettext_lazy("Expected close"),
}
"""What a mail may say of a deal, in the form's words and order."""

MAIL_READ = notice(
    "mail.received",
    gettext_lazy("Your mail about {customer} is a draft now"),
    icon="mail",
    group=DEALS,
    label=gettext_lazy("A mail that you forwarded became a draft"),
    mail="mail_received",
    roles={Role.ADMINISTRATOR, Role.SALES},
)
SAMPLE = {
    "subject": "Fwd: Palletising in Ulm",
    "customer": "Castellan Foods GmbH",
    "understood": {"customer_name": "Castellan Foods GmbH", "value": "120000", "currency": "EUR"},
    "products": 1,
    "files": 1,
    "missing": ["close_date"],
    "refused": ["setup.exe can’t be taken. We take csv, docx, pdf."],
    "path": "/portal/drafts/00000000-0000-4000-8000-000000000000/",
}


def understood_rows(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what was understood, as labels and words."""
    found = facts["understood"]
    rows = [(str(label), _words(name, found)) for name, label in FIELDS.items() if found.get(name)]
    if facts["products"]:
        rows.append(
            (_("Products"), ngettext("%(n)d line", "%(n)d lines", facts["products"]) % {"n": facts["products"]})
        )
    if facts["files"]:
        rows.append((_("Files"), ngettext("%(n)d file", "%(n)d files", facts["files"]) % {"n": facts["files"]}))
    return [row for row in rows if row[1]]


def missing_words(facts: Mapping[str, Any]) -> str:
    """Return what is missing, in words."""
    return ", ".join(str(FIELDS[name]) for name in facts["missing"] if name in FIELDS)


def _words(name: str, found: Mapping[str, str]) -> str:
    text = str(found[name])
    if name == "value":
        return shown(parse_amount(text), found["currency"]) if found.get("currency") else text
    if name == "close_date":
        day = day_in(text)
        return date_format(day, "DATE_FORMAT") if day else text
    if name == "customer_country":
        return str(countries.name(text))
    return "" if name == "enrollment" else text


@mail_template("mail_received", sample=SAMPLE)
def mail_received(facts: Mapping[str, Any]) -> Letter:
    """Answer a forwarded mail."""
    missing = missing_words(facts)
    says = [
        _("Nothing is registered yet: look it over and submit it. Your place in line counts from then."),
        _("Still missing: %(fields)s.") % {"fields": missing} if missing else _("Nothing is missing."),
        *(_("Left out: %(why)s") % {"why": why} for why in facts["refused"]),
    ]
    return Letter(
        subject=_("Draft: %(customer)s") % facts,
        heading=_("We made a draft of “%(subject)s”") % facts,
        paragraphs=tuple(says),
        facts=tuple(understood_rows(facts)),
        button=(_("Look it over and submit"), facts["path"]),
        why=_("You get this because you forwarded a mail to your own address for registrations."),
    )
