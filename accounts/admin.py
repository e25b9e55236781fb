"""Accounts, imports and the catalogue in the console."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from accounts.models import Account, AccountImport, Price, Product, ProductFamily
from accounts.permissions import EDIT_CATALOGUE, VIEW_ACCOUNTS
from activity.console import ScopedAdmin, ScopedInline, site


@admin.register(Account, site=site)
class AccountAdmin(ScopedAdmin):
    """End customers; they come from imports and registrations."""

    view_permission = VIEW_ACCOUNTS
    list_display = ("name", "country", "domain", "origin", "owner_name")
    list_filter = ("origin", "country")
    search_fields = ("name", "domain", "external_id")
    ordering = ("name",)


@admin.register(AccountImport, site=site)
class AccountImportAdmin(ScopedAdmin):
    """Past imports with their figures and refused rows."""

    view_permission = VIEW_ACCOUNTS
    list_display = ("file_name", "state", "rows", "created", "updated", "refused", "started_at")
    ordering = ("-id",)


@admin.register(ProductFamily, site=site)
class ProductFamilyAdmin(ScopedAdmin):
    """Product families; protection is granted by family."""

    view_permission = VIEW_ACCOUNTS
    change_permission = EDIT_CATALOGUE
    list_display = ("name", "code", "covers_all")
    ordering = ("name",)
    readonly_fields = ("covers_all",)


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
    list_display = ("name", "sku", "family", "is_active")
    list_filter = ("family", "is_active")
    list_select_related = ("family",)
    search_fields = ("name", "sku")
    ordering = ("name",)
    inlines = (PriceInline,)

    def save_formset(self, request: Any, form: Any, formset: Any, change: bool) -> None:  # noqa: FBT001
        """Give new prices the seat's vendor."""
        for inline in formset.forms:
            inline.instance.vendor_id = request.actor.vendor_id
        formset.save()
