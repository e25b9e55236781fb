"""Tiers and what they bring, in the console."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from activity.console import ScopedAdmin, ScopedInline, site
from activity.console.facets import Facet
from partners.permissions import VIEW_PARTNERS
from standing.enums import OPEN_REVIEWS, ReviewState
from standing.models import Achievement, Benefit, Credential, Standing, Tier, TierReview
from standing.permissions import EDIT_CREDENTIALS, VIEW_FACTS

if TYPE_CHECKING:
    from django.db.models import QuerySet


class BenefitInline(ScopedInline):
    """What the tier brings; written from the scheme, so only shown."""

    model = Benefit
    extra = 0

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Change none here."""
        return False

    has_add_permission = has_delete_permission = has_change_permission


@admin.register(Tier, site=site)
class TierAdmin(ScopedAdmin):
    """Tiers."""

    view_permission = VIEW_PARTNERS
    icon = "tier"
    intro = _("Each program’s ladder as it is in force, and what a tier brings. It follows from the tier scheme.")
    list_display = ("name", "program", "partner_type", "rank")
    list_filter = ("program", "partner_type")
    list_select_related = ("program",)
    ordering = ("program", "rank")
    inlines = (BenefitInline,)


class CalculatedFacet(Facet):
    """Filters by the tier that the figures bring."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.title = _("by its figures")


class ReviewFacet(Facet):
    """Filters by the review that isn't over; an enrollment has one at most."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.title = _("review")

    @cached_property
    def values(self) -> list[tuple[str, Any]]:
        """States of reviews that aren't over."""
        return [(str(state), state.label) for state in OPEN_REVIEWS]


@admin.register(Standing, site=site)
class StandingAdmin(ScopedAdmin):
    """Which tier each enrollment holds; awarded by rules, so only shown."""

    view_permission = VIEW_PARTNERS
    icon = "star"
    intro = _("Which tier each partner holds, and since when.")
    list_display = ("partner", "tier", "calculated", "under_review", "since")
    fields = ("partner", "tier", "earned", "since", "why")
    list_filter = (
        "tier",
        ("enrollment__calculation__tier", CalculatedFacet),
        ("enrollment__reviews__state", ReviewFacet),
    )
    list_select_related = ("partner", "tier", "enrollment__calculation__tier")
    search_fields = ("partner__name",)
    ordering = ("partner__name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Standing]:
        """Return the standings in sight, each with the state of its review that isn't over."""
        found: QuerySet[Standing] = super().get_queryset(request)
        opened = TierReview.objects.visible_to(request.actor).open()  # type: ignore[attr-defined]
        opened = opened.filter(enrollment_id=OuterRef("enrollment_id"))
        return found.annotate(review_state=Subquery(opened.values("state")[:1]))

    @admin.display(description=_("by its figures"))
    def calculated(self, standing: Standing) -> str:
        """Show the tier that the figures bring now."""
        calculation = getattr(standing.enrollment, "calculation", None)
        return str(calculation.tier) if calculation is not None and calculation.tier is not None else "–"

    @admin.display(description=_("review"))
    def under_review(self, standing: Any) -> str:
        """Show the review that isn't over."""
        return str(ReviewState(standing.review_state).label) if standing.review_state else "–"

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Add none here."""
        return False


@admin.register(Credential, site=site)
class CredentialAdmin(ScopedAdmin):
    """Certificates, courses and accreditations."""

    view_permission = VIEW_FACTS
    change_permission = EDIT_CREDENTIALS
    icon = "star"
    intro = _("What people can earn, here or in your LMS, and how long it is valid.")
    empty = _("Add the certificates and courses that count for tiers.")
    list_display = ("name", "slug", "kind", "level", "months")
    list_filter = ("kind", "level")
    search_fields = ("name", "slug")
    ordering = ("name",)
    prefilled = {"slug": ("name",)}


@admin.register(Achievement, site=site)
class AchievementAdmin(ScopedAdmin):
    """Who earned what."""

    view_permission = VIEW_FACTS
    icon = "star"
    intro = _("Who earned what, and when it expires. It counts for the partner at which its holder works.")
    empty = _("Import certificates from your LMS, or send them over the API.")
    list_display = ("holder_name", "credential", "earned_on", "expires_on", "revoked_on")
    list_filter = ("credential",)
    list_select_related = ("credential",)
    search_fields = ("holder_name", "holder_email", "external_id")
    ordering = ("-earned_on", "-id")
    fields = (
        *("holder_name", "holder_email", "credential", "earned_on", "expires_on", "revoked_on"),
        *("enrollment", "source", "external_id", "recorded_at"),
    )

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Add none here: they come from other systems."""
        return False
