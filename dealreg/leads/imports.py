"""Lists of leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import ProductFamily
from accounts.naming import normalise_name
from dealreg.leads.enums import LeadSource
from dealreg.leads.permissions import ADD_LEADS
from dealreg.models import Lead
from dealreg.services.leads import Consent, LeadInput, add_lead
from imports.changes import note_made
from imports.kinds import ImportKind, Target
from imports.parsers import Refused, amount, choice, country, currency, day, mail, strict_text, text
from imports.registry import import_kind
from partners.enums import Headcount, Industry
from partners.models import Program, Vendor
from partners.profile_forms import DIVIDERS
from prm.kernel.actors import system
from prm.kernel.domains import names_host
from prm.kernel.errors import RuleViolation
from prm.kernel.money import CURRENCIES

if TYPE_CHECKING:
    from imports.models import Import, StagedRow

NOT_DETAILS = frozenset({"external_id", "program", "products", "consent_text", "consent_source", "consent_on"})


def website(cell: str) -> str:
    """Return a website's address as it stands."""
    if len(cell) > 200 or not names_host(cell):
        raise Refused(_("“%(cell)s” isn’t a website’s address.") % {"cell": cell[:60]})
    return cell


def worth(cell: str) -> str:
    """Return an estimated value, which isn't negative."""
    found = amount(cell)
    if Decimal(found) < 0:
        raise Refused(_("A value can’t be below zero."))
    return found


def known_currency(cell: str) -> str:
    """Return a currency that amounts are kept in."""
    found = currency(cell)
    if found not in CURRENCIES:
        raise Refused(_("We don’t know the currency “%(code)s”.") % {"code": found})
    return found


def day_of_consent(cell: str) -> str:
    """Return a day that isn't in the future."""
    found = day(cell)
    if date.fromisoformat(found) > timezone.localdate():
        raise Refused(_("Consent can’t be given in the future: %(day)s.") % {"day": found})
    return found


@import_kind
class Leads(ImportKind):
    """A vendor's leads: each with the consent of whom it names."""

    name, noun = "leads", "lead_list"
    label, objects = gettext_lazy("Leads"), gettext_lazy("leads")
    intro = gettext_lazy(
        "Who may buy, one row for each, with the words to which the person agreed, where and when: a lead without "
        "consent is refused. New ones are scored, then given out by the program’s rules; those that are there, by your "
        "number for them, stay as they are."
    )
    icon = "lead"
    permission = ADD_LEADS
    targets = (
        Target(
            "company",
            gettext_lazy("Company"),
            required=True,
            aliases=("company name", "account", "organisation", "organization", "firma", "unternehmen"),
            parser=strict_text(200),
            example=("Castellan Foods GmbH",),
        ),
        Target(
            "country",
            gettext_lazy("Country"),
            required=True,
            aliases=("country code", "land", "pays"),
            parser=country,
            example=("DE",),
        ),
        Target(
            "consent_text",
            gettext_lazy("Consent"),
            required=True,
            help=gettext_lazy("The words to which the person agreed"),
            aliases=("consent text", "opt in", "opt-in", "einwilligung"),
            parser=text(2000),
            example=("You may call me about robots.",),
        ),
        Target(
            "consent_source",
            gettext_lazy("Consent given at"),
            required=True,
            help=gettext_lazy("A fair’s or form’s name"),
            aliases=("consent source", "opt in source"),
            parser=text(120),
            example=("Fair in Hanover",),
        ),
        Target(
            "consent_on",
            gettext_lazy("Consent given on"),
            required=True,
            aliases=("consent date", "opt in date", "consent day"),
            parser=day_of_consent,
            example=("2026-03-31",),
        ),
        Target(
            "external_id",
            gettext_lazy("Your number for it"),
            aliases=("id", "lead id", "number"),
            parser=strict_text(80),
            example=("L-1001",),
        ),
        Target(
            "program",
            gettext_lazy("Program"),
            help=gettext_lazy("Name or slug; needed only where you run several"),
            aliases=("partner program", "programm"),
            parser=text(120),
        ),
        Target("domain", gettext_lazy("Website"), aliases=("url", "web site", "homepage"), parser=website),
        Target("city", gettext_lazy("Town"), aliases=("town", "ort", "stadt"), parser=text(100)),
        Target("postcode", gettext_lazy("Postcode"), aliases=("zip", "postal code", "plz"), parser=strict_text(12)),
        Target("industry", gettext_lazy("Industry"), aliases=("branch", "branche"), parser=choice(Industry)),
        Target(
            "headcount", gettext_lazy("People"), aliases=("employees", "size", "mitarbeiter"), parser=choice(Headcount)
        ),
        Target(
            "products",
            gettext_lazy("Products"),
            help=gettext_lazy("Product families by name or code"),
            aliases=("product", "families", "interest"),
            parser=text(300),
        ),
        Target("contact_name", gettext_lazy("Contact"), aliases=("contact name", "name"), parser=text(120)),
        Target("contact_email", gettext_lazy("Contact’s e-mail"), aliases=("email", "e mail", "mail"), parser=mail),
        Target("contact_phone", gettext_lazy("Contact’s phone"), aliases=("phone", "telefon"), parser=text(40)),
        Target("message", gettext_lazy("What is wanted"), aliases=("message", "notes", "comment"), parser=text(5000)),
        Target("value", gettext_lazy("Estimated value"), aliases=("amount", "budget"), parser=worth),
        Target("currency", gettext_lazy("Currency"), parser=known_currency),
        Target("campaign", gettext_lazy("Campaign"), aliases=("lead source", "source"), parser=text(80)),
    )

    def missing(self, target: Target) -> str:
        """Say that a required cell is empty; of consent, why it is needed."""
        if target.name.startswith("consent"):
            return _("“%(label)s” is missing: a lead needs consent.") % {"label": target.label}
        return super().missing(target)

    def key(self, data: Mapping[str, Any]) -> str:
        """Return its number, else company, country and contact: a list has each once."""
        if data["external_id"]:
            return str(data["external_id"]).casefold()
        return f"{normalise_name(data['company'])}\n{data['country']}\n{data['contact_email']}"

    def compare(self, run: Import, rows: Sequence[StagedRow]) -> None:
        """Find those that are there by their number; refuse programs and products that aren't there."""
        known = _Known(run, rows)
        for row in rows:
            if not normalise_name(row.data["company"]):
                row.refuse(_("“%(company)s” is no company’s name.") % {"company": row.data["company"]})
            elif (program := known.program_of(row)) is not None and known.families_of(row) is not None:
                found = known.there.get((program.pk, row.data["external_id"]))
                if found is not None:
                    row.finds(found, changes=False)

    def merge(self, run: Import, rows: Sequence[StagedRow]) -> None:
        """Take in those that are new."""
        known, actor = _Known(run, rows), system(run.vendor_id)
        zone = ZoneInfo(Vendor.objects.values_list("time_zone", flat=True).get(pk=run.vendor_id))
        made = []
        for row in rows:
            program, families = known.program_of(row), known.families_of(row)
            if program is None or families is None:
                continue
            try:
                lead = add_lead(actor=actor, program=program, lead=_input(row.data, families, zone))
            except RuleViolation as refusal:
                row.refuse(refusal.message)
            else:
                made.append(lead.pk)
                row.object_id = lead.pk
        note_made(run, Lead, made)


def _input(data: Mapping[str, Any], families: list[int], zone: ZoneInfo) -> LeadInput:
    details = {name: value for name, value in data.items() if value and name not in NOT_DETAILS}
    if "value" in details:
        details["value"] = Decimal(details["value"])
    # A day has no time: its beginning, which is never in the future.
    at = datetime.combine(date.fromisoformat(data["consent_on"]), time(), zone)
    return LeadInput(
        details={**details, "families": families},
        consent=Consent(text=data["consent_text"], source=data["consent_source"], at=at),
        source=LeadSource.IMPORT,
        external_id=data["external_id"],
    )


class _Known:
    """What rows may refer to: programs, product families, leads by number. Three queries."""

    def __init__(self, run: Import, rows: Sequence[StagedRow]) -> None:
        actor = system(run.vendor_id)
        self.programs = list(Program.objects.visible_to(actor).order_by("pk"))
        families = ProductFamily.objects.visible_to(actor).filter(covers_all=False).order_by("pk")
        self.families = {word.casefold(): each.pk for each in families for word in (each.code, each.name)}
        numbers = {row.data["external_id"] for row in rows if row.data["external_id"]}
        there = Lead.objects.visible_to(actor).filter(external_id__in=numbers)
        found = there.values_list("program_id", "external_id", "pk")
        self.there = {(program, number): pk for program, number, pk in found}

    def program_of(self, row: StagedRow) -> Program | None:
        """Return the program that a row names, or the only one; else refuse the row."""
        wanted = row.data["program"].casefold()
        fitting = [each for each in self.programs if not wanted or wanted in {each.slug, each.name.casefold()}]
        if len(fitting) == 1:
            return fitting[0]
        words = _("There is no program called “%(name)s”.") if wanted else _("Say for which program: you run several.")
        row.refuse(words % {"name": row.data["program"]} if wanted else words)
        return None

    def families_of(self, row: StagedRow) -> list[int] | None:
        """Return the product families that a row names; else refuse the row."""
        wanted = [part.strip() for part in DIVIDERS.split(row.data["products"]) if part.strip()]
        unknown = [part for part in wanted if part.casefold() not in self.families]
        if unknown:
            row.refuse(_("“%(name)s” is none of your product families.") % {"name": unknown[0][:60]})
            return None
        return [self.families[part.casefold()] for part in wanted]
