"""Lists of certificates and courses, and of exchange rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports.changes import note_changing, note_made
from imports.kinds import ImportKind, Target
from imports.parsers import Refused, currency, day, mail, strict_text, text
from imports.registry import import_kind
from partners.models import ExchangeRate
from partners.permissions import EDIT_RATES
from partners.services.rates import take_rates
from prm.kernel.actors import system
from prm.kernel.money import CURRENCIES
from standing.intake_lists import CANCELLED, FROM, PARTNER, PROGRAM, FactList, decimal_text
from standing.models import Achievement

if TYPE_CHECKING:
    from imports.models import Import, StagedRow


@import_kind
class Certificates(FactList):
    """Certificates and courses that people earned elsewhere."""

    name, noun, facts = "certificates", "certificate", "certificates"
    model = Achievement
    label, objects = gettext_lazy("Certificates and courses"), gettext_lazy("certificates")
    intro = gettext_lazy(
        "What your partners’ people earned in your learning system. One row for each person and certificate; it counts "
        "for the partner at which the person with this address works."
    )
    icon = "star"
    targets = (
        Target(
            "credential",
            gettext_lazy("Certificate or course"),
            required=True,
            help=gettext_lazy("Its slug, as set up under Certificates and courses"),
            aliases=("certificate", "course", "certification", "zertifikat", "kurs"),
            parser=text(80),
            example=("cell-designer", "cell-basics"),
        ),
        Target(
            "holder_name",
            gettext_lazy("Person"),
            required=True,
            aliases=("name", "full name", "learner", "student", "teilnehmer"),
            parser=text(150),
            example=("Ada Lovelace", "Mara Lindqvist"),
        ),
        Target(
            "holder_email",
            gettext_lazy("E-mail"),
            aliases=("email", "e mail", "mail", "address"),
            parser=mail,
            example=("ada@kappel.example", "mara@brightpath.example"),
        ),
        Target(
            "earned_on",
            gettext_lazy("Earned"),
            required=True,
            aliases=("date", "earned on", "completed", "completion date", "issued", "datum"),
            parser=day,
            example=("2026-03-31", "2026-02-12"),
        ),
        Target(
            "expires_on",
            gettext_lazy("Expires"),
            help=gettext_lazy("Without it, as set up for the certificate"),
            aliases=("expires on", "expiry", "valid until", "gültig bis"),
            parser=day,
            example=("2028-03-31", ""),
        ),
        Target(
            "external_id",
            gettext_lazy("Number"),
            help=gettext_lazy("Its number in your learning system; without it, person, certificate and day tell"),
            aliases=("id", "certificate number", "credential id"),
            parser=strict_text(120),
            example=("C-1001", ""),
        ),
        PARTNER,
        PROGRAM,
        FROM,
        CANCELLED,
    )

    def parse(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """Return a row's data; where it has no number, it gets one that the same row always gets."""
        data = super().parse(cells)
        if data["expires_on"] and data["expires_on"] <= data["earned_on"]:
            raise Refused(_("It expires after the day on which it was earned."))
        who = data["holder_email"] or data["holder_name"].lower()
        data["external_id"] = data["external_id"] or f"{data['credential']}:{who}:{data['earned_on']}"[:120]
        return data

    def title(self, data: Mapping[str, Any]) -> str:
        """Return person and certificate."""
        return f"{data.get('holder_name', '')}: {data.get('credential', '')}"


def known_currency(cell: str) -> str:
    """Return a currency that amounts may have."""
    code = currency(cell)
    if code not in CURRENCIES:
        raise Refused(_("“%(text)s” is no currency that amounts may have.") % {"text": code})
    return code


@import_kind
class Rates(ImportKind):
    """Exchange rates."""

    name, noun = "rates", "rate"
    label, objects = gettext_lazy("Exchange rates"), gettext_lazy("exchange rates")
    intro = gettext_lazy(
        "What one unit of another currency is worth in yours, from a day on. What waited for a rate is booked, and "
        "stays booked if the import is undone."
    )
    icon = "money"
    permission = EDIT_RATES
    targets = (
        Target(
            "currency",
            gettext_lazy("Currency"),
            required=True,
            aliases=("code", "from", "währung"),
            parser=known_currency,
            example=("USD", "GBP"),
        ),
        Target(
            "day",
            gettext_lazy("From"),
            required=True,
            aliases=("date", "valid from", "day", "datum"),
            parser=day,
            example=("2026-03-01", "2026-03-01"),
        ),
        Target(
            "rate",
            gettext_lazy("Worth in your currency"),
            required=True,
            help=gettext_lazy("0.92 if 1 USD is 0.92 EUR"),
            aliases=("rate", "exchange rate", "kurs"),
            parser=decimal_text(10),
            example=("0.9234", "1.1712"),
        ),
    )

    def parse(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """Return a row's data; a rate is above zero."""
        data = super().parse(cells)
        if Decimal(data["rate"]) <= 0:
            raise Refused(_("A rate is above zero."))
        return data

    def key(self, data: Mapping[str, Any]) -> str:
        """Return currency and day."""
        return f"{data['currency']} {data['day']}"

    def title(self, data: Mapping[str, Any]) -> str:
        """Return currency and day."""
        return f"{data.get('currency', '')} {data.get('day', '')}"

    def compare(self, run: Import, rows: Sequence[StagedRow]) -> None:
        """Find the rates that are there."""
        own = run.vendor.currency
        found = ExchangeRate.objects.filter(
            vendor_id=run.vendor_id, currency__in={row.data["currency"] for row in rows}
        )
        known = {(one.currency, one.day.isoformat()): one for one in found}
        for row in rows:
            there = known.get((row.data["currency"], row.data["day"]))
            if row.data["currency"] == own:
                row.refuse(_("Your own currency needs no rate."))
            elif there is not None:
                row.finds(there.pk, changes=there.rate != Decimal(row.data["rate"]))

    def merge(self, run: Import, rows: Sequence[StagedRow]) -> None:
        """Write them."""
        note_changing(run, ExchangeRate, [row.object_id for row in rows if row.is_change and row.object_id])
        rates = [(row.data["currency"], date.fromisoformat(row.data["day"]), Decimal(row.data["rate"])) for row in rows]
        take_rates(actor=system(run.vendor_id), rates=rates)
        made = {(row.data["currency"], row.data["day"]) for row in rows if row.is_new}
        found = ExchangeRate.objects.filter(vendor_id=run.vendor_id, currency__in={code for code, _day in made})
        note_made(run, ExchangeRate, [one.pk for one in found if (one.currency, one.day.isoformat()) in made])
