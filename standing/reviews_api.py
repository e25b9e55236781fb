"""Tier reviews and tiers given by hand, over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext_lazy as _
from django_filters import BooleanFilter, ChoiceFilter, DateFilter
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action

from people.api import PersonNameSerializer
from prm.kernel.api import WriteSerializer
from prm.kernel.api_defaults import actor_of_request
from prm.kernel.errors import Forbidden, RuleViolation
from standing.enums import ReviewState
from standing.intake_api import VeiledSerializer, VeiledViewSet
from standing.models import Tier, TierOverride, TierReview
from standing.permissions import DECIDE_STANDING, VIEW_STANDING
from standing.points_api import enrollment_named
from standing.services import end_override, give_tier, keep_tier, lower_tier
from standing.standing_api import EnrollmentKeyFilter, EnrollmentKeySerializer

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.request import Request
    from rest_framework.response import Response


class DecidedSerializer(VeiledSerializer, EnrollmentKeySerializer):
    """A row that somebody at the vendor wrote. `vendor_only` isn't in what partners read."""

    vendor_only: tuple[str, ...] = ()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Return the row as the actor may see it."""
        shown: dict[str, Any] = super().to_representation(instance)
        if actor_of_request(self.context["request"]).is_partner:
            for name in self.vendor_only:
                shown.pop(name, None)
        return shown


class ReviewSerializer(DecidedSerializer):
    """A review that may lower a tier: begun by a warning, ended by catching up or by a decision."""

    vendor_only = ("decided_by",)

    state = serializers.ChoiceField(choices=ReviewState.choices)
    due_on = serializers.DateField()
    grace_until = serializers.DateField()
    from_tier = serializers.CharField(source="from_tier.name")
    to_tier = serializers.CharField(source="to_tier.name", default=None, allow_null=True, help_text="By its figures.")
    warned_days = serializers.ListField(child=serializers.IntegerField(), help_text="Days ahead of the warnings sent.")
    decided_by = PersonNameSerializer(allow_null=True, required=False, help_text="Not for partners.")
    decided_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(help_text="Why the tier was kept; the partner reads it.")


class ReviewFilter(EnrollmentKeyFilter):
    """Which reviews."""

    state = ChoiceFilter(choices=ReviewState.choices)
    due_until = DateFilter(field_name="due_on", lookup_expr="lte", help_text="Due until this day.")

    class Meta:
        model = TierReview
        fields: list[str] = []


class ReasonSerializer(WriteSerializer):
    """Why."""

    reason = serializers.CharField(max_length=500, help_text="The partner reads it.")


class NothingSerializer(WriteSerializer):
    """Nothing more is needed."""


class DecidingViewSet(VeiledViewSet):
    """Rows that partners read and partner managers decide."""

    related: ClassVar[tuple[str, ...]] = ("partner", "vendor")
    read_scope = "standing:read"
    write_scope = "standing:write"
    read_permission = VIEW_STANDING

    def decide(self, request: Request, serializer: type[WriteSerializer], write: Callable[..., Any]) -> Response:
        """Find the row, check the right, and answer with what `write` made of it."""
        row = self.get_object()
        if not self.actor.may(DECIDE_STANDING):
            raise Forbidden("not_allowed", _("Your role doesn’t decide tiers and points."))
        body = self.parsed(request, serializer)
        return self.once(request, lambda: self.answer_afresh(write(row, **body)))


@extend_schema_view(
    list=extend_schema(operation_id="reviews_list", summary="List tier reviews"),
    retrieve=extend_schema(operation_id="reviews_retrieve", summary="Read a tier review"),
)
@extend_schema(tags=["Standing"])
class ReviewViewSet(DecidingViewSet):
    """Reviews at which a tier may be lowered."""

    model = TierReview
    veil = "tierreview"
    related = ("partner", "vendor", "from_tier", "to_tier", "decided_by")
    serializer_class = ReviewSerializer
    filterset_class = ReviewFilter

    @extend_schema(
        operation_id="reviews_lower",
        summary="Lower the tier",
        request=NothingSerializer,
        responses=ReviewSerializer,
    )
    @action(detail=True, methods=["post"])
    def lower(self, request: Request, **kwargs: Any) -> Response:
        """Lower it to what its figures bring now. 409 where it has caught up meanwhile or was decided."""
        return self.decide(request, NothingSerializer, lambda row: lower_tier(actor=self.actor, review=row))

    @extend_schema(
        operation_id="reviews_keep", summary="Let the tier stay", request=ReasonSerializer, responses=ReviewSerializer
    )
    @action(detail=True, methods=["post"])
    def keep(self, request: Request, **kwargs: Any) -> Response:
        """Let it stay until the next review."""
        return self.decide(
            request, ReasonSerializer, lambda row, reason: keep_tier(actor=self.actor, review=row, reason=reason)
        )


class OverrideSerializer(DecidedSerializer):
    """A tier given by hand, with its reason and end."""

    vendor_only = ("given_by",)

    tier = serializers.CharField(source="tier.name")
    reason = serializers.CharField()
    given_by = PersonNameSerializer(required=False, help_text="Not for partners.")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    ended_at = serializers.DateTimeField(allow_null=True, help_text="Null while it holds.")


class OverrideFilter(EnrollmentKeyFilter):
    """Which tiers by hand."""

    running = BooleanFilter(field_name="ended_at", lookup_expr="isnull", help_text="Whether it holds.")

    class Meta:
        model = TierOverride
        fields: list[str] = []


class OverrideWriteSerializer(ReasonSerializer):
    """A tier to be given by hand."""

    enrollment = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    tier = serializers.SlugField(max_length=50, help_text="The tier's slug in the ladder of the enrollment's program.")
    ends_on = serializers.DateField(help_text="After today, within three years.")


@extend_schema_view(
    list=extend_schema(operation_id="overrides_list", summary="List tiers given by hand"),
    retrieve=extend_schema(operation_id="overrides_retrieve", summary="Read a tier given by hand"),
)
@extend_schema(tags=["Standing"])
class OverrideViewSet(DecidingViewSet):
    """Tiers given by hand."""

    model = TierOverride
    veil = "tieroverride"
    related = ("partner", "vendor", "tier", "given_by")
    serializer_class = OverrideSerializer
    filterset_class = OverrideFilter

    @extend_schema(
        operation_id="overrides_give",
        summary="Give a tier by hand",
        request=OverrideWriteSerializer,
        responses={201: OverrideSerializer},
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Give a tier until a day. 409 where one is given already."""
        if not self.actor.may(DECIDE_STANDING):
            raise Forbidden("not_allowed", _("Your role doesn’t decide tiers and points."))
        body = self.parsed(request, OverrideWriteSerializer)
        enrollment = enrollment_named(self.actor, body.pop("enrollment"))
        ladder = Tier.objects.visible_to(self.actor).filter(program_id=enrollment.program_id, rank__isnull=False)
        wanted = ladder.filter(slug=body.pop("tier"), partner_type__in=["", enrollment.partner.type])
        tier = wanted.order_by("-partner_type").first()
        if tier is None:
            raise RuleViolation("unknown_tier", _("There is no such tier in this program."), "tier")

        def give() -> Response:
            return self.answer_afresh(give_tier(actor=self.actor, enrollment=enrollment, tier=tier, **body), 201)

        return self.once(request, give)

    @extend_schema(
        operation_id="overrides_end",
        summary="End a tier given by hand",
        request=NothingSerializer,
        responses=OverrideSerializer,
    )
    @action(detail=True, methods=["post"])
    def end(self, request: Request, **kwargs: Any) -> Response:
        """End it now; what was earned holds again."""
        return self.decide(request, NothingSerializer, lambda row: end_override(actor=self.actor, override=row))
