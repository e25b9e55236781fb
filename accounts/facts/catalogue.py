"""Lists of products with their list prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Price, Product, ProductFamily
from accounts.permissions import EDIT_CATALOGUE
from imports.changes import note_changing, note_made
from imports.kinds import ImportKind, Target
from imports.parsers import Refused, amount, day, strict_text, text, yes_or_no
from imports.registry import import_kind
from standing.imports import known_currency

if TYPE_CHECKING:
    from imports.models import Import, StagedRow


@import_kind
class Products(ImportKind):
    """Products and prices: a row for each product, or for each of its prices."""

    name, noun = "products", "product"
    label, objects = gettext_lazy("Products and prices"), gettext_lazy("products and prices")
    intro = gettext_lazy(
        "What partners sell. One row for each product, or one for each of its prices by currency and first day."
    )
    icon = "tier"
    permission = EDIT_CATALOGUE
    targets = (
        Target(
            "sku",
            gettext_lazy("SKU"),
            required=True,
            aliases=("article number", "item", "part number", "artikelnummer"),
            parser=strict_text(40),
            example=("PC-40", "PC-40"),
        ),
        Target(
            "name",
            gettext_lazy("Name"),
            required=True,
            aliases=("product", "product name", "description", "bezeichnung"),
            parser=text(120),
            example=("PalletCell 40", "PalletCell 40"),
        ),
        Target(
            "family",
            gettext_lazy("Product family"),
            required=True,
            help=gettext_lazy("Its code or name; it must be there"),
            aliases=("family", "category", "group", "warengruppe"),
            parser=text(80),
            example=("robots", "robots"),
        ),
        Target(
            "is_active", gettext_lazy("Sold"), aliases=("active", "aktiv"), parser=yes_or_no, example=("yes", "yes")
        ),
        Target(
            "amount",
            gettext_lazy("List price"),
            aliases=("price", "unit price", "preis", "listenpreis"),
            parser=amount,
            example=("13500.00", "14900.00"),
        ),
        Target(
            "currency", gettext_lazy("Currency"), aliases=("währung",), parser=known_currency, example=("EUR", "USD")
        ),
        Target(
            "valid_from",
            gettext_lazy("Valid from"),
            help=gettext_lazy("Today without it"),
            aliases=("from", "gültig ab"),
            parser=day,
            example=("2026-01-01", "2026-01-01"),
        ),
    )

    def parse(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """Return a row's data; a price has a currency, and isn't below zero."""
        data = super().parse(cells)
        if bool(data["amount"]) != bool(data["currency"]):
            raise Refused(_("A list price needs its currency, and a currency its price."))
        if data["amount"] and Decimal(data["amount"]) < 0:
            raise Refused(_("A list price can't be below zero."))
        if data["amount"]:
            data["valid_from"] = data["valid_from"] or timezone.localdate().isoformat()
        return data

    def key(self, data: Mapping[str, Any]) -> str:
        """Return the product, or which of its prices it is."""
        return f"{data['sku'].lower()} {data['currency']} {data['valid_from'] if data['amount'] else ''}"

    def compare(self, run: Import, rows: Sequence[StagedRow]) -> None:
        """Find products, families and prices."""
        families, products, prices = _known(run, rows)
        for row in rows:
            product = products.get(row.data["sku"].lower())
            family = families.get(row.data["family"].lower())
            if family is None:
                row.refuse(_("There is no product family “%(name)s”. Add it first.") % {"name": row.data["family"]})
            elif product is not None:
                price = prices.get(_price_key(product.pk, row.data)) if row.data["amount"] else None
                same_price = not row.data["amount"] or (
                    price is not None and price.amount == Decimal(row.data["amount"])
                )
                row.finds(product.pk, changes=not (same_price and _same(product, row.data, family)))

    def merge(self, run: Import, rows: Sequence[StagedRow]) -> None:
        """Write products, then prices."""
        families, products, prices = _known(run, rows)
        note_changing(run, Product, {row.object_id for row in rows if row.is_change and row.object_id})
        for row in rows:
            product = products.get(row.data["sku"].lower()) or Product(vendor_id=run.vendor_id, sku=row.data["sku"])
            adding = product._state.adding
            product.name, product.family = row.data["name"], families[row.data["family"].lower()]
            product.is_active = product.is_active if row.data["is_active"] == "" else row.data["is_active"]
            product.save()
            products[row.data["sku"].lower()] = product
            row.object_id = product.pk
            if adding:
                note_made(run, Product, [product.pk])
            if row.data["amount"]:
                _write_price(run, product, prices.get(_price_key(product.pk, row.data)), row.data)


PriceKey = tuple[int, str, str]


def _known(
    run: Import, rows: Sequence[StagedRow]
) -> tuple[dict[str, ProductFamily], dict[str, Product], dict[PriceKey, Price]]:
    families: dict[str, ProductFamily] = {}
    for family in ProductFamily.objects.filter(vendor_id=run.vendor_id):
        families.setdefault(family.name.lower(), family)
        families[family.code.lower()] = family
    wanted = {row.data["sku"].lower() for row in rows}
    every = Product.objects.filter(vendor_id=run.vendor_id)
    products = {product.sku.lower(): product for product in every if product.sku.lower() in wanted}
    found = Price.objects.filter(product__in=[product.pk for product in products.values()])
    prices = {(price.product_id, price.currency, price.valid_from.isoformat()): price for price in found}
    return families, products, prices


def _price_key(product_id: int, data: Mapping[str, Any]) -> PriceKey:
    return product_id, data["currency"], data["valid_from"]


def _same(product: Product, data: Mapping[str, Any], family: ProductFamily) -> bool:
    sold = data["is_active"] in {"", product.is_active}
    return product.name == data["name"] and product.family_id == family.pk and sold


def _write_price(run: Import, product: Product, price: Price | None, data: Mapping[str, Any]) -> None:
    if price is not None:
        if price.amount != Decimal(data["amount"]):
            note_changing(run, Price, [price.pk])
            price.amount = Decimal(data["amount"])
            price.save(update_fields=["amount"])
        return
    made = Price.objects.create(
        vendor_id=run.vendor_id,
        product=product,
        currency=data["currency"],
        amount=Decimal(data["amount"]),
        valid_from=date.fromisoformat(data["valid_from"]),
    )
    note_made(run, Price, [made.pk])
