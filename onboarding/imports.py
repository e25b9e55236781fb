"""Lists of prospects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports.changes import note_changing, note_made
from imports.kinds import ImportKind, Target
from imports.parsers import Refused, choice, choices_of, country, mail, strict_text, text
from imports.registry import import_kind
from onboarding.enums import ProspectState
from onboarding.models import Prospect
from onboarding.permissions import EDIT_PROSPECTS
from onboarding.recruiting import fits_of, published_profile
from partners.enums import Headcount, Industry, PartnerType, Region, Service, SpokenLanguage
from partners.models import Enrollment, Program
from partners.profile_forms import DIVIDERS
from prm.kernel.actors import system
from prm.kernel.domains import names_host, registrable_domain

if TYPE_CHECKING:
    from imports.models import Import, StagedRow

SCORED = ("score", "reasons", "profile")


def several_texts(cell: str) -> list[str]:
    """Return texts that a cell divides by commas or semicolons, each once."""
    parts = [" ".join(part.split()) for part in DIVIDERS.split(cell)]
    if any(len(part) > 60 for part in parts) or len(parts) > 30:
        raise Refused(_("“%(cell)s”: at most 30, each of at most 60 characters.") % {"cell": cell[:40]})
    return list(dict.fromkeys(part for part in parts if part))


def website(cell: str) -> str:
    """Return a website's address as it stands."""
    if len(cell) > 200 or not names_host(cell):
        raise Refused(_("“%(cell)s” isn’t a website’s address.") % {"cell": cell[:60]})
    return cell


@import_kind
class Prospects(ImportKind):
    """A vendor's prospects: new ones are added and scored, known ones are filled in."""

    name, noun = "prospects", "prospect"
    label, objects = gettext_lazy("Prospects"), gettext_lazy("prospects")
    intro = gettext_lazy(
        "Companies that you would like to have as partners, one row for each. Those on the list are known by their "
        "domain; of them a row fills in and changes what it says. New ones are scored by your ideal partner profile."
    )
    icon = "find"
    permission = EDIT_PROSPECTS
    targets = (
        Target(
            "name",
            gettext_lazy("Name"),
            required=True,
            aliases=("company", "company name", "prospect", "account name", "firma", "unternehmen"),
            parser=strict_text(160),
            example=("Atelier Cobalt", "Nordlys Integration"),
        ),
        Target(
            "website",
            gettext_lazy("Website"),
            aliases=("domain", "url", "web site", "homepage", "webseite"),
            parser=website,
            example=("www.cobalt.example", "nordlys.example"),
        ),
        Target(
            "program",
            gettext_lazy("Program"),
            help=gettext_lazy("Name or slug; needed only where you run several"),
            aliases=("partner program", "programm"),
            parser=text(120),
        ),
        Target(
            "type",
            gettext_lazy("Type"),
            aliases=("partner type", "kind", "typ"),
            parser=choice(PartnerType),
            example=("services", "reseller"),
        ),
        Target(
            "country",
            gettext_lazy("Country"),
            help=gettext_lazy("Code or name"),
            aliases=("country code", "land", "pays", "país"),
            parser=country,
            example=("FR", "Norway"),
        ),
        Target("city", gettext_lazy("Town"), aliases=("town", "ort", "stadt", "ville"), parser=text(100)),
        Target(
            "headcount",
            gettext_lazy("People"),
            aliases=("employees", "size", "mitarbeiter"),
            parser=choice(Headcount),
            example=("11-50", "51-250"),
        ),
        Target("industries", gettext_lazy("Industries"), aliases=("industry",), parser=choices_of(Industry)),
        Target("services", gettext_lazy("Services"), aliases=("service",), parser=choices_of(Service)),
        Target("regions", gettext_lazy("Regions served"), aliases=("region",), parser=choices_of(Region)),
        Target("languages", gettext_lazy("Languages"), aliases=("language",), parser=choices_of(SpokenLanguage)),
        Target("product_lines", gettext_lazy("Products"), aliases=("products", "product"), parser=several_texts),
        Target("certifications", gettext_lazy("Certifications"), aliases=("certificates",), parser=several_texts),
        Target("customers", gettext_lazy("Customers and references"), aliases=("references",), parser=text(2000)),
        Target("contact_name", gettext_lazy("Contact"), aliases=("contact name", "person"), parser=text(120)),
        Target(
            "contact_email",
            gettext_lazy("Contact’s e-mail"),
            aliases=("email", "e mail", "mail", "contact email"),
            parser=mail,
            example=("ines@cobalt.example", ""),
        ),
        Target("source", gettext_lazy("Source"), aliases=("lead source", "found at"), parser=text(80)),
        Target("note", gettext_lazy("Note"), aliases=("notes", "comment", "remarks"), parser=text(2000)),
    )

    def parse(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """Return a row's data with the domain by which it is known."""
        data = super().parse(cells)
        domain = registrable_domain(data["website"]) or registrable_domain(data["contact_email"])
        return {**data, "domain": domain}

    def key(self, data: Mapping[str, Any]) -> str:
        """Return the domain, by program: a list has it once."""
        return f"{data['domain']}\n{data['program']}".lower() if data["domain"] else ""

    def compare(self, run: Import, rows: Sequence[StagedRow]) -> None:
        """Find each row's prospect; refuse partners of the program, and programs that aren't there."""
        known = _Known(run, rows)
        for row in rows:
            program = known.program_of(row)
            if program is None:
                continue
            if name := known.partners.get((program.pk, row.data["domain"])):
                row.refuse(_("%(name)s is enrolled in this program already.") % {"name": name})
            elif (found := known.prospect_of(row, program)) is not None:
                row.finds(found.pk, changes=bool(_changes(found, row.data)))

    def merge(self, run: Import, rows: Sequence[StagedRow]) -> None:
        """Add those that are new, change the others, and score both."""
        known = _Known(run, rows)
        note_changing(run, Prospect, [row.object_id for row in rows if row.is_change and row.object_id])
        changed: list[Prospect] = []
        made: list[Prospect] = []
        for row in rows:
            program = known.program_of(row)
            if program is None:
                continue
            found = known.prospect_of(row, program) if row.is_change else None
            prospect = found or Prospect(vendor_id=run.vendor_id, program=program, domain=row.data["domain"])
            for name, value in _changes(prospect, row.data).items():
                setattr(prospect, name, value)
            prospect.revision += found is not None
            (changed if found else made).append(prospect)
        _score([*changed, *made])
        fields = [*(target.name for target in self.targets if target.name != "program"), "revision", *SCORED]
        Prospect.objects.bulk_update(changed, fields)
        Prospect.objects.bulk_create(made)
        note_made(run, Prospect, [each.pk for each in made])
        for row, each in zip((row for row in rows if not row.is_change), made, strict=False):
            row.object_id = each.pk


def _changes(prospect: Prospect, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a row says that the prospect doesn't have; empty cells say nothing."""
    given = {name: value for name, value in data.items() if value and name not in {"program", "domain"}}
    return {name: value for name, value in given.items() if _plain(getattr(prospect, name)) != value}


def _plain(value: Any) -> Any:
    return value if isinstance(value, list) else str(value or "")


def _score(prospects: Sequence[Prospect]) -> None:
    """Score prospects that are pursued, by their programs' profiles."""
    for program in {each.program for each in prospects}:
        profile = published_profile(program)
        its = [each for each in prospects if each.program == program and each.state != ProspectState.APPLIED]
        if profile is None or not its:
            continue
        for prospect, fit in zip(its, fits_of(profile, its), strict=True):
            prospect.score, prospect.reasons, prospect.profile = fit.score, fit.as_data(), profile


class _Known:
    """What rows may refer to: programs, prospects by domain or by name, partners by domain. Three queries."""

    def __init__(self, run: Import, rows: Sequence[StagedRow]) -> None:
        actor = system(run.vendor_id)
        self.programs = list(Program.objects.visible_to(actor).order_by("pk"))
        domains = {row.data["domain"] for row in rows if row.data["domain"]}
        names = {row.data["name"] for row in rows if not row.data["domain"]}
        mine = Prospect.objects.visible_to(actor).select_related("program")
        self.by_domain = {(each.program_id, each.domain): each for each in mine.filter(domain__in=domains)}
        self.by_name = {
            (each.program_id, each.name, str(each.country)): each for each in mine.filter(name__in=names, domain="")
        }
        enrolled = Enrollment.objects.visible_to(actor).filter(partner__domains__domain__in=domains)
        found = enrolled.values_list("program_id", "partner__domains__domain", "partner__name")
        self.partners = {(program, domain): name for program, domain, name in found if domain in domains}

    def program_of(self, row: StagedRow) -> Program | None:
        """Return the program that a row names, or the only one; else refuse the row."""
        wanted = row.data["program"].casefold()
        fitting = [each for each in self.programs if not wanted or wanted in {each.slug, each.name.casefold()}]
        if len(fitting) == 1:
            return fitting[0]
        words = _("There is no program called “%(name)s”.") if wanted else _("Say for which program: you run several.")
        row.refuse(words % {"name": row.data["program"]} if wanted else words)
        return None

    def prospect_of(self, row: StagedRow, program: Program) -> Prospect | None:
        """Return the prospect that a row is about; without a domain it is known by name and country."""
        if row.data["domain"]:
            return self.by_domain.get((program.pk, row.data["domain"]))
        return self.by_name.get((program.pk, row.data["name"], row.data["country"]))
