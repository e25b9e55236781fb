"""Rules of engagement and deals in the console. Deals are decided on the desk; here they are only shown."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.forms.models import model_to_dict
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from activity.console import ScopedAdmin, site
from dealreg.fields import ClausesField
from dealreg.leads.permissions import EDIT_LEAD_RULES, VIEW_LEADS
from dealreg.models import Deal, LeadRules, Policy
from dealreg.permissions import EDIT_POLICIES, VIEW_DEALS
from dealreg.services import write_policy
from dealreg.services.lead_rules import write_lead_rules


@admin.register(Policy, site=site)
class PolicyAdmin(ScopedAdmin):
    """Rules of engagement: a new version is added with the day from which it holds; one in force only shows."""

    view_permission = VIEW_DEALS
    change_permission = EDIT_POLICIES
    service = staticmethod(write_policy)
    icon = "book"
    intro = _(
        "Only the plain figures and clauses of each version. Rules are written, tried on history and published under "
        "Rules of engagement in the menu."
    )
    list_display = ("program", "reference", "valid_from", "protection_days", "discount", "decision_hours")
    list_filter = ("program",)
    list_select_related = ("program",)
    search_fields = ("reference",)
    ordering = ("program", "-valid_from")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse a version that decisions may cite already."""
        return super().has_change_permission(request, obj) and not (obj is not None and obj.is_published)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Take the clauses as lines, not as code."""
        if db_field.name == "clauses":
            said = _("One to a line, each with its number: decisions cite it.")
            return ClausesField(required=False, label=db_field.verbose_name, help_text=said)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin a new version with what the one before says (`?after=` its number)."""
        number = request.GET.get("after", "")
        before = (
            Policy.objects.visible_to(request.actor).filter(pk=number).first()  # type: ignore[attr-defined]
            if number.isascii() and number.isdigit()
            else None
        )
        if before is None:
            return super().get_changeform_initial_data(request)
        return {**model_to_dict(before, exclude=["id", "vendor", "reference", "valid_from"])}


@admin.register(LeadRules, site=site)
class LeadRulesAdmin(ScopedAdmin):
    """How each program gives out its leads."""

    view_permission = VIEW_LEADS
    change_permission = EDIT_LEAD_RULES
    service = staticmethod(write_lead_rules)
    icon = "lead"
    intro = _("Who is offered a lead, how long they have to answer and to call, and what counts for the fit.")
    empty = _("Without rules, your people choose by hand who is offered a lead.")
    list_display = ("program", "distribution", "hours_to_accept", "hours_to_contact", "most_open", "form_open")
    list_select_related = ("program",)
    ordering = ("program",)


@admin.register(Deal, site=site)
class DealAdmin(ScopedAdmin):
    """Deals, to look things up."""

    view_permission = VIEW_DEALS
    icon = "deal"
    intro = _("Every registration, to look things up. Decisions are made on the desk.")
    empty = _("What your partners register appears here.")
    list_display = ("reference", "customer_name", "partner", "status", "outcome", "submitted_at", "on_the_desk")
    list_filter = ("status", "outcome", "partner__type")
    list_select_related = ("partner",)
    search_fields = ("reference", "customer_name")
    ordering = ("-submitted_at",)
    fields = (
        "reference", "partner", "customer_name", "account", "title", "value", "currency", "stage", "status", "outcome",
        "submitted_at", "due_at", "decided_at", "protected_until", "policy_reference", "discount", "on_the_desk",
    )  # fmt: skip
    readonly_fields = fields

    @admin.display(description=_("desk"))
    def on_the_desk(self, deal: Deal) -> SafeString:
        """Link to the desk's page."""
        return format_html('<a href="{}">{}</a>', deal.get_desk_url(), _("Open on the desk"))
