"""Lists of opportunities that direct sales works on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.facts.locating import Customer, CustomerFinder
from accounts.models import Opportunity
from accounts.permissions import IMPORT_ACCOUNTS
from imports.changes import note_changing, note_made
from imports.enums import Outcome
from imports.kinds import ImportKind, Target
from imports.parsers import Refused, amount, country, day, strict_text, text, yes_or_no
from imports.registry import import_kind
from standing.imports import known_currency
from standing.intake_lists import FROM

if TYPE_CHECKING:
    from imports.models import Import, StagedRow

KEPT = (
    "account_id",
    "name",
    "stage",
    "value",
    "currency",
    "close_date",
    "owner_name",
    "last_activity_on",
    "is_open",
)


@import_kind
class Opportunities(ImportKind):
    """A vendor's own opportunities, as its CRM lists them."""

    name, noun = "opportunities", "opportunity"
    label, objects = gettext_lazy("Direct opportunities"), gettext_lazy("direct opportunities")
    intro = gettext_lazy(
        "What direct sales works on, from your CRM. A registration for such a customer goes to a person first, "
        "who sees owner, stage and last activity. Import your customers before."
    )
    icon = "bolt"
    permission = IMPORT_ACCOUNTS
    unwatched: ClassVar[Mapping[str, Sequence[str]]] = {"accounts.opportunity": ("seen_at",)}
    targets = (
        Target(
            "external_id",
            gettext_lazy("Id in your CRM"),
            required=True,
            aliases=("id", "opportunity id", "deal id", "record id"),
            parser=strict_text(120),
            example=("0062x00001", "0062x00002"),
        ),
        Target(
            "name",
            gettext_lazy("Name"),
            required=True,
            aliases=("opportunity name", "deal name", "opportunity", "deal"),
            parser=text(200),
            example=("Castellan line 4", "Orbit renewal"),
        ),
        Target(
            "account_id",
            gettext_lazy("Customer’s id in your CRM"),
            aliases=("account id", "company id", "customer id", "associated company id"),
            parser=text(80),
            example=("0012x00001", ""),
        ),
        Target(
            "account_name",
            gettext_lazy("Customer"),
            aliases=("account name", "account", "company", "company name", "kunde"),
            parser=text(200),
            example=("", "Orbit Logistics Ltd"),
        ),
        Target(
            "account_domain",
            gettext_lazy("Customer’s website"),
            aliases=("website", "domain", "company domain"),
            parser=text(200),
        ),
        Target(
            "account_country",
            gettext_lazy("Customer’s country"),
            aliases=("country", "billing country", "land"),
            parser=country,
            example=("", "GB"),
        ),
        Target(
            "stage",
            gettext_lazy("Stage"),
            aliases=("stage name", "deal stage", "phase"),
            parser=text(80),
            example=("Proposal", "Negotiation"),
        ),
        Target(
            "value",
            gettext_lazy("Value"),
            aliases=("amount", "betrag", "deal amount"),
            parser=amount,
            example=("120000", ""),
        ),
        Target(
            "currency",
            gettext_lazy("Currency"),
            aliases=("currency code", "amount currency", "währung"),
            parser=known_currency,
            example=("EUR", ""),
        ),
        Target(
            "close_date",
            gettext_lazy("Expected close"),
            aliases=("close date", "closing date", "abschluss"),
            parser=day,
            example=("2027-03-31", ""),
        ),
        Target(
            "owner_name",
            gettext_lazy("Direct owner"),
            aliases=("owner", "opportunity owner", "deal owner", "sales rep"),
            parser=text(120),
            example=("Priya Rao", ""),
        ),
        Target(
            "last_activity",
            gettext_lazy("Last activity"),
            aliases=("last activity date", "last contacted", "last modified"),
            parser=day,
            example=("2026-11-02", ""),
        ),
        Target(
            "closed",
            gettext_lazy("Closed"),
            help=gettext_lazy("Yes when it was won or lost: it no longer counts"),
            aliases=("is closed", "geschlossen"),
            parser=yes_or_no,
            example=("no", "no"),
        ),
        FROM,
    )

    def parse(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """Return a row's data; a value has a currency, and is not negative."""
        data = super().parse(cells)
        if data["value"] != "" and data["currency"] == "":
            raise Refused(_("A value needs its currency."))
        if data["value"] != "" and Decimal(data["value"]) < 0:
            raise Refused(_("A value is not negative."))
        return data

    def title(self, data: Mapping[str, Any]) -> str:
        """Return its name."""
        return str(data.get("name") or data.get("external_id", ""))

    def key(self, data: Mapping[str, Any]) -> str:
        """Return source and number: a list holds each once."""
        return f"{data.get('source') or 'file'}\n{data['external_id']}"

    def compare(self, run: Import, rows: Sequence[StagedRow]) -> None:
        """Find each row's account, and the opportunity where it is known."""
        finder = CustomerFinder(run.vendor_id, [_customer(row.data) for row in rows])
        known = self._known(run, rows)
        for row in rows:
            account = finder.find(_customer(row.data))
            found = known.get(_number(row.data))
            if account is None:
                row.refuse(_refusal(row.data))
            elif found is not None:
                row.finds(found.pk, changes=_facts(row.data, account) != _facts_of(found))

    def merge(self, run: Import, rows: Sequence[StagedRow]) -> None:
        """Write what is new or changed."""
        finder = CustomerFinder(run.vendor_id, [_customer(row.data) for row in rows])
        fresh: list[Opportunity] = []
        changed: list[Opportunity] = []
        known = self._known(run, rows)
        note_changing(run, Opportunity, [row.object_id for row in rows if row.is_change and row.object_id])
        for row in rows:
            source, number = _number(row.data)
            found = known.get((source, number)) or Opportunity(
                vendor_id=run.vendor_id, source=source, external_id=number
            )
            for name, value in _facts(row.data, finder.find(_customer(row.data))).items():
                setattr(found, name, value)
            (changed if found.pk else fresh).append(found)
        Opportunity.objects.bulk_update(changed, KEPT)
        note_made(run, Opportunity, [made.pk for made in Opportunity.objects.bulk_create(fresh)])

    def merge_lines(self, run: Import, at: int, upto: int) -> None:
        """Write the rows; those that are as they were count as told again."""
        super().merge_lines(run, at, upto)
        told = run.staged.filter(line__gt=at, line__lte=upto).exclude(effect=Outcome.REFUSED)
        numbers = {_number(data) for data in told.values_list("data", flat=True) if data}
        for source in {source for source, _number_there in numbers}:
            mine = [number for where, number in numbers if where == source]
            seen = Opportunity.objects.filter(vendor_id=run.vendor_id, source=source, external_id__in=mine)
            seen.update(seen_at=timezone.now())

    def _known(self, run: Import, rows: Sequence[StagedRow]) -> dict[tuple[str, str], Opportunity]:
        numbers = {_number(row.data)[1] for row in rows}
        found = Opportunity.objects.filter(vendor_id=run.vendor_id, external_id__in=numbers)
        return {(each.source, each.external_id): each for each in found}


def _number(data: Mapping[str, Any]) -> tuple[str, str]:
    return data.get("source") or "file", data["external_id"]


def _customer(data: Mapping[str, Any]) -> Customer:
    return Customer(
        name=data["account_name"],
        domain=data["account_domain"],
        country=data["account_country"],
        number=data["account_id"],
    )


def _refusal(data: Mapping[str, Any]) -> str:
    if not _customer(data).is_named:
        return _("It doesn’t say whose it is: give the customer’s id, website or name.")
    return _("None of your accounts is this customer, or several are. Import your customers first.")


def _facts(data: Mapping[str, Any], account_id: int | None) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "name": data["name"],
        "stage": data["stage"],
        "value": Decimal(data["value"]) if data["value"] != "" else None,
        "currency": data["currency"] if data["value"] != "" else "",
        "close_date": date.fromisoformat(data["close_date"]) if data["close_date"] else None,
        "owner_name": data["owner_name"],
        "last_activity_on": date.fromisoformat(data["last_activity"]) if data["last_activity"] else None,
        "is_open": data["closed"] is not True,
    }


def _facts_of(found: Opportunity) -> dict[str, Any]:
    return {name: getattr(found, name) for name in KEPT}
