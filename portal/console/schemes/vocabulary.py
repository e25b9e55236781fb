"""What a vendor calls the values by which facts are narrowed down, and which it can choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_countries import countries

from accounts.models import Product, ProductFamily
from standing.models import Credential

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prm.kernel.actors import Actor
    from standing.words import Labels

MOST_OFFERED = 60
"""Beyond, values are typed."""


def vocabulary(actor: Actor) -> dict[str, dict[str, str]]:
    """Return the vendor's values of tags with their names. Three queries."""
    families = ProductFamily.objects.visible_to(actor).order_by("name").values_list("code", "name")
    products = Product.objects.visible_to(actor).order_by("name").values_list("sku", "name")[:500]
    credentials = Credential.objects.visible_to(actor).order_by("name").values_list("slug", "name")[:500]
    return {"family": dict(families), "product": dict(products), "credential": dict(credentials)}


def with_countries(labels: Labels) -> dict[str, Mapping[str, str]]:
    """Return the same with countries' names."""
    return {**labels, "country": dict(countries)}
