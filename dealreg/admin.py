"""Rules of engagement and deals in the console. Deals are decided on the desk; here they are only shown."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from activity.console import ScopedAdmin, site
from dealreg.models import Deal, Policy
from dealreg.permissions import EDIT_POLICIES, VIEW_DEALS


@admin.register(Policy, site=site)
class PolicyAdmin(ScopedAdmin):
    """Rules of engagement: a new version is added with the day from which it holds."""

    view_permission = VIEW_DEALS
    change_permission = EDIT_POLICIES
    list_display = ("program", "reference", "valid_from", "protection_days", "discount", "decision_hours")
    list_filter = ("program",)
    list_select_related = ("program",)
    ordering = ("program", "-valid_from")


@admin.register(Deal, site=site)
class DealAdmin(ScopedAdmin):
    """Deals, to look things up."""

    view_permission = VIEW_DEALS
    list_display = ("reference", "customer_name", "partner", "status", "outcome", "submitted_at", "on_the_desk")
    list_filter = ("status", "outcome", "partner__type")
    list_select_related = ("partner",)
    search_fields = ("reference", "customer_name")
    ordering = ("-submitted_at",)

    @admin.display(description=_("desk"))
    def on_the_desk(self, deal: Deal) -> SafeString:
        """Link to the desk's page."""
        return format_html('<a href="{}">{}</a>', deal.get_desk_url(), _("Open"))
