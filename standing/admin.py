"""Tiers and what they bring, in the console."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from activity.console import ScopedAdmin, ScopedInline, site
from partners.permissions import EDIT_PROGRAMS, VIEW_PARTNERS
from standing.models import Benefit, Standing, Tier


class BenefitInline(ScopedInline):
    """What the tier brings."""

    model = Benefit
    change_permission = EDIT_PROGRAMS


@admin.register(Tier, site=site)
class TierAdmin(ScopedAdmin):
    """Tiers."""

    view_permission = VIEW_PARTNERS
    change_permission = EDIT_PROGRAMS
    list_display = ("name", "program", "rank")
    list_filter = ("program",)
    list_select_related = ("program",)
    ordering = ("program", "rank")
    inlines = (BenefitInline,)

    def save_formset(self, request: Any, form: Any, formset: Any, change: bool) -> None:  # noqa: FBT001
        """Give new benefits the seat's vendor."""
        for inline in formset.forms:
            inline.instance.vendor_id = request.actor.vendor_id
        formset.save()


@admin.register(Standing, site=site)
class StandingAdmin(ScopedAdmin):
    """Which tier each enrollment holds; awarded by rules, so only shown."""

    view_permission = VIEW_PARTNERS
    list_display = ("partner", "tier", "since")
    list_filter = ("tier",)
    list_select_related = ("partner", "tier")
    search_fields = ("partner__name",)
    ordering = ("partner__name",)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Add none here."""
        return False
