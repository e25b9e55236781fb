"""Lists of existing customers, so that registrations are compared with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import merging
from accounts.candidate_keys import match_keys
from accounts.crm import lists as crm_lists  # noqa: F401  (its kind of list registers itself)
from accounts.facts import catalogue, lists  # noqa: F401  (their kinds of list register themselves)
from accounts.identities import IDENTITY_COLUMNS, Identity
from accounts.models import MatchKey
from accounts.naming import normalise_name
from accounts.permissions import IMPORT_ACCOUNTS
from imports.kinds import ImportKind, Target
from imports.parsers import Refused, country, day, domain, text
from imports.registry import import_kind

if TYPE_CHECKING:
    from django.db.models import Model

    from imports.models import Import

LONGEST_NAME = 200


@import_kind
class Customers(ImportKind):
    """A vendor's existing customers. All is done in SQL: the same customer is told over the whole list."""

    name, noun = "accounts", "account"
    label, objects = gettext_lazy("Customers"), gettext_lazy("accounts")
    intro = gettext_lazy("Your end customers, so that registrations are compared with them. One row for each customer.")
    icon = "building"
    permission = IMPORT_ACCOUNTS
    keeps_further = True
    whole = True
    parts = (MatchKey,)
    targets = (
        Target(
            "name",
            gettext_lazy("Name"),
            required=True,
            help=gettext_lazy("The company, with its legal form"),
            aliases=(
                "company", "company name", "account", "account name", "customer", "customer name", "firma", "kunde",
                "kundenname", "unternehmen", "empresa", "société", "organisation", "organization",
            ),
            example=("Castellan Foods GmbH", "Orbit Logistics Ltd"),
        ),
        Target(
            "country",
            gettext_lazy("Country"),
            help=gettext_lazy("Code or name"),
            aliases=("country code", "billing country", "land", "pays", "país"),
            parser=country,
            example=("DE", "United Kingdom"),
        ),
        Target(
            "domain",
            gettext_lazy("Website or domain"),
            aliases=("website", "web site", "url", "web", "homepage", "webseite", "internet", "site web"),
            parser=domain,
            example=("castellan.example", "https://www.orbit.example/en"),
        ),
        Target(
            "city",
            gettext_lazy("Town"),
            aliases=("town", "billing city", "ort", "stadt", "ville"),
            parser=text(100),
            example=("Bremen", "Leeds"),
        ),
        Target(
            "street",
            gettext_lazy("Street and number"),
            aliases=("address", "street address", "billing street", "billing address", "address 1", "straße",
                     "strasse", "adresse", "rue", "dirección"),
            parser=text(160),
            example=("Hafenstraße 12", "40 Canal Street"),
        ),
        Target(
            "postcode",
            gettext_lazy("Postcode"),
            aliases=("zip", "zip code", "postal code", "billing postal code", "billing zip", "plz", "postleitzahl",
                     "code postal"),
            parser=text(16),
            example=("28195", "LS1 4AP"),
        ),
        Target(
            "phone",
            gettext_lazy("Phone"),
            aliases=("phone number", "telephone", "telefon", "téléphone", "tel"),
            parser=text(40),
            example=("+49 421 55501", ""),
        ),
        Target(
            "registry_number",
            gettext_lazy("Registry number"),
            help=gettext_lazy("In the companies register; the same number is the same customer"),
            aliases=("company number", "registration number", "company registration number", "handelsregister",
                     "handelsregisternummer", "siren", "organisation number"),
            parser=text(40),
            example=("HRB 20417", "04217761"),
        ),
        Target(
            "vat_number",
            gettext_lazy("VAT number"),
            help=gettext_lazy("One whose digits don’t check is kept, and not compared"),
            aliases=("vat", "vat id", "vat no", "tax id", "ust-id", "ust-idnr", "ustid", "numéro tva"),
            parser=text(40),
            example=("DE136695976", ""),
        ),
        Target(
            "external_id",
            gettext_lazy("Id in your CRM"),
            aliases=("id", "account id", "crm id", "customer id", "kundennummer"),
            parser=text(80),
            example=("0012x00001", "0012x00002"),
        ),
        Target(
            "owner_name",
            gettext_lazy("Direct owner"),
            help=gettext_lazy("Who looks after the customer in direct sales"),
            aliases=("owner", "account owner", "owner name", "sales rep"),
            parser=text(120),
            example=("Priya Rao", ""),
        ),
        Target(
            "last_activity",
            gettext_lazy("Last activity"),
            help=gettext_lazy("When direct sales was last in touch"),
            aliases=("last activity date", "last contacted", "letzte aktivität"),
            parser=day,
            example=("2026-11-02", ""),
        ),
    )  # fmt: skip

    def parse(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """Return a row's data with the name made comparable, and the match keys that its account gets."""
        name = cells.get("name", "")
        normalised = normalise_name(name)[:LONGEST_NAME]
        if not normalised:
            raise Refused(_("There is no name."))
        if len(name) > LONGEST_NAME:
            raise Refused(_("The name is longer than 200 characters."))
        data = super().parse(cells)
        data["name"] = name
        written = Identity(*(data[column] for column in IDENTITY_COLUMNS))
        return {**data, "normalised": normalised, "keys": sorted(match_keys(written))}

    def compare_lines(self, run: Import, at: int, upto: int) -> None:
        """Find each row's account, and its twins in the list."""
        merging.compare(run, at, upto)

    def merge_lines(self, run: Import, at: int, upto: int) -> None:
        """Make accounts of the rows, or add to those that are there."""
        merging.merge(run, at, upto)

    def before_undo(self, run: Import, model: type[Model], removed: Sequence[int], restored: Sequence[int]) -> None:
        """Forget the match keys of accounts that go, and those that the import added to others."""
        merging.forget_keys(run, removed, restored)
