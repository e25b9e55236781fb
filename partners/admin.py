"""Programs, partners, enrollments and seats in the console."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from activity.console import ScopedAdmin, site
from activity.console.facets import MOST_VALUES, Facet
from partners.models import Enrollment, ExchangeRate, Partner, Program, Seat
from partners.permissions import EDIT_PARTNERS, EDIT_PROGRAMS, EDIT_RATES, VIEW_PARTNERS
from partners.reports import staff_of
from partners.services.enrollments import write_enrollment
from partners.services.rates import write_rate
from partners.workflow import ENROLLMENT

if TYPE_CHECKING:
    from django.db.models import QuerySet


@admin.register(Program, site=site)
class ProgramAdmin(ScopedAdmin):
    """Programs."""

    view_permission = VIEW_PARTNERS
    change_permission = EDIT_PROGRAMS
    icon = "flag"
    intro = _("What partners join: its terms are rules of engagement, its ladder are tiers.")
    list_display = ("name", "slug", "is_open")
    list_filter = ("is_open",)
    search_fields = ("name",)
    prefilled = {"slug": ("name",)}
    ordering = ("name",)


@admin.register(Partner, site=site)
class PartnerAdmin(ScopedAdmin):
    """Partners that are or were enrolled with this vendor; the partner edits its own profile."""

    view_permission = VIEW_PARTNERS
    icon = "building"
    intro = _("Every partner that is or was enrolled with you. Partners look after their own profile.")
    empty = _("Partners enrolled in your programs appear here.")
    list_display = ("name", "type", "country", "city", "on_the_desk")
    list_filter = ("type", "country")
    search_fields = ("name", "legal_name")
    ordering = ("name",)
    fields = ("name", "legal_name", "type", "country", "city", "website")

    @admin.display(description=_("desk"))
    def on_the_desk(self, partner: Partner) -> SafeString:
        """Link to the desk's page, where deals, people and figures stand."""
        return format_html('<a href="{}">{}</a>', partner.get_absolute_url(), _("Open on the desk"))


class ManagerFacet(Facet):
    """Filters by partner manager."""

    @cached_property
    def values(self) -> list[tuple[str, Any]]:
        """The vendor's own people."""
        return [(str(person.pk), person) for person in staff_of(self.request.actor)[:MOST_VALUES]]  # type: ignore[attr-defined]


@admin.register(Enrollment, site=site)
class EnrollmentAdmin(ScopedAdmin):
    """Who is in which program, its partner manager and its status."""

    view_permission = VIEW_PARTNERS
    change_permission = EDIT_PARTNERS
    service = staticmethod(write_enrollment)
    icon = "team"
    intro = _("Who is in which program, who looks after it, and how it stands.")
    empty = _("Partners that join a program of yours appear here.")
    list_display = ("partner", "program", "status", "manager", "enrolled_at")
    list_filter = ("status", "program", ("manager", ManagerFacet))
    actions = ("assign_manager",)
    list_select_related = ("partner", "program", "manager")
    search_fields = ("partner__name", "external_id")
    ordering = ("partner__name",)
    fields = ("partner", "program", "status", "enrolled_at", "manager", "external_id")
    readonly_fields = ("partner", "program", "status", "enrolled_at")

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Add none here: partners come through applications."""
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Offer the vendor's own people as partner managers."""
        if db_field.name == "manager":
            kwargs |= {"queryset": staff_of(request.actor), "empty_label": _("Nobody")}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Offer the steps that the enrollment can take."""
        found = self.get_object(request, object_id or "") if object_id else None
        steps = ENROLLMENT.available(found, request.actor) if found is not None else []  # type: ignore[attr-defined]
        return super().changeform_view(request, object_id, form_url, {**(extra_context or {}), "steps": steps})

    @admin.action(description=_("Assign a partner manager"))
    def assign_manager(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        """Ask whom, for those selected."""
        query = urlencode({"id": sorted(queryset.values_list("pk", flat=True))}, doseq=True)
        return redirect(f"{reverse('console:enrollment-assign')}?{query}")

    assign_manager.icon = "user"  # type: ignore[attr-defined]


@admin.register(Seat, site=site)
class SeatAdmin(ScopedAdmin):
    """The vendor's own people and those of its partners."""

    view_permission = VIEW_PARTNERS
    icon = "user"
    intro = _("Your own people and those of your partners, each with a role.")
    list_display = ("person", "organisation", "role", "is_active")
    fields = ("person", "organisation", "role", "reach", "is_active", "created_at")
    readonly_fields = fields
    list_filter = ("role", "is_active")
    list_select_related = ("person", "vendor", "partner")
    search_fields = ("person__name", "person__email", "partner__name")
    ordering = ("person__name",)

    @admin.display(description=_("at"))
    def organisation(self, seat: Seat) -> str:
        """Name the vendor or the partner."""
        return str(seat.vendor or seat.partner)


@admin.register(ExchangeRate, site=site)
class ExchangeRateAdmin(ScopedAdmin):
    """What other currencies are worth."""

    view_permission = VIEW_PARTNERS
    change_permission = EDIT_RATES
    service = staticmethod(write_rate)
    icon = "money"
    intro = _(
        "What other currencies are worth in yours. A deal or sales line counts at the latest rate on or before its "
        "day; without one it waits."
    )
    empty = _("Add the currencies that your partners quote and sell in.")
    list_display = ("currency", "day", "rate")
    list_filter = ("currency",)
    ordering = ("-day", "currency")
