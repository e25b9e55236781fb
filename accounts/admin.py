"""Accounts and the catalogue in the console."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.facts import admin as facts  # noqa: F401  (facts from outside register themselves)
from accounts.models import Account, Opportunity, Price, Product, ProductFamily
from accounts.permissions import EDIT_CATALOGUE, VIEW_ACCOUNTS
from activity.console import ScopedAdmin, ScopedInline, site

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(Account, site=site)
class AccountAdmin(ScopedAdmin):
    """End customers; they come from imports and registrations."""

    view_permission = VIEW_ACCOUNTS
    icon = "building"
    intro = _("Your end customers, as imports and registrations brought them. Partners never see this list.")
    empty = _("Import your customers, so that registrations can be checked against them.")
    list_display = ("name", "country", "domain", "origin", "owner_name")
    fields = (
        "name",
        "country",
        "city",
        "postcode",
        "street",
        "phone",
        "domain",
        "registry_number",
        "vat_number",
        "origin",
        "owner_name",
        "last_activity_on",
        "external_id",
        "created_at",
        "further",
    )
    list_filter = ("origin", "country")
    search_fields = ("name", "domain", "external_id")
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave out what was merged into another account."""
        return super().get_queryset(request).filter(merged_into=None)


@admin.register(Opportunity, site=site)
class OpportunityAdmin(ScopedAdmin):
    """Opportunities of direct sales; they come from the CRM."""

    view_permission = VIEW_ACCOUNTS
    icon = "bolt"
    intro = _("What your own sales people work on, as your CRM says. Partners never see this list.")
    empty = _("Import your opportunities, or connect your CRM, so that registrations for them reach a person first.")
    list_display = ("name", "account", "stage", "owner_name", "last_activity_on", "is_open")
    list_filter = ("is_open", "source")
    list_select_related = ("account",)
    search_fields = ("name", "account__name", "external_id")
    ordering = ("name",)


@admin.register(ProductFamily, site=site)
class ProductFamilyAdmin(ScopedAdmin):
    """Product families; protection is granted by family."""

    view_permission = VIEW_ACCOUNTS
    change_permission = EDIT_CATALOGUE
    icon = "split"
    intro = _("Protection is granted for a customer and a product family.")
    list_display = ("name", "code", "covers_all")
    search_fields = ("name", "code")
    ordering = ("name",)
    readonly_fields = ("covers_all",)
    prefilled = {"code": ("name",)}


class PriceInline(ScopedInline):
    """List prices by currency and day."""

    model = Price
    change_permission = EDIT_CATALOGUE
    ordering = ("currency", "-valid_from")


@admin.register(Product, site=site)
class ProductAdmin(ScopedAdmin):
    """Products with their prices."""

    view_permission = VIEW_ACCOUNTS
    change_permission = EDIT_CATALOGUE
    icon = "tier"
    intro = _("What partners sell, with list prices by currency and day.")
    empty = _("Add the products that partners register deals for.")
    list_display = ("name", "sku", "family", "is_active")
    list_filter = ("family", "is_active")
    list_select_related = ("family",)
    search_fields = ("name", "sku")
    ordering = ("name",)
    inlines = (PriceInline,)
