"""Enrollments over the API, with the tier that each holds, and the steps of their life."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action

from partners.api import PartnerNameSerializer, ProgramNameSerializer, VendorSerializer
from partners.enums import DealsAfter, EnrollmentStatus
from partners.models import Enrollment
from partners.permissions import EDIT_PARTNERS
from partners.services.enrollments import LONGEST_REASON, OffBoarding, move_enrollment
from people.api import PersonSerializer
from prm.kernel.api import ReadSerializer, ScopedViewSet, WriteSerializer
from prm.kernel.errors import Forbidden
from standing.reports import place_of, read_schemes_once

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.response import Response


class EnrollmentSerializer(ReadSerializer):
    """A partner in a program."""

    id = serializers.IntegerField(help_text="Named when a deal is registered.")
    vendor = VendorSerializer()
    program = ProgramNameSerializer()
    partner = PartnerNameSerializer()
    status = serializers.ChoiceField(choices=EnrollmentStatus.choices)
    tier = serializers.CharField(source="standing.tier.name", default=None, allow_null=True)
    calculated_tier = serializers.CharField(
        source="calculation.tier.name",
        default=None,
        allow_null=True,
        help_text="What its figures bring today; a tier falls at a review only.",
    )
    score = serializers.DecimalField(
        source="calculation.total", max_digits=16, decimal_places=2, default=None, allow_null=True
    )
    next_review = serializers.SerializerMethodField(help_text="The next day on which tiers may be lowered.")
    manager = PersonSerializer(allow_null=True, help_text="The partner manager.")
    enrolled_at = serializers.DateTimeField()

    def get_next_review(self, row: Enrollment) -> date | None:
        """Return the next review by the scheme that it was computed by."""
        place = place_of(row)
        return None if place.calculation is None else place.next_review(row.vendor.today())


class StepSerializer(WriteSerializer):
    """Why an enrollment takes a step."""

    reason = serializers.CharField(max_length=LONGEST_REASON, help_text="Kept, and shown on the partner’s timeline.")


class RetirementSerializer(StepSerializer):
    """Why, and what becomes of open deals."""

    deals = serializers.ChoiceField(
        choices=DealsAfter.choices, default=DealsAfter.KEEP, help_text="Keep: in line and protected; release: freed."
    )
    until = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="With keep: protection ends on this day at the latest."
    )


class EnrollmentFilter(FilterSet):
    """Which enrollments."""

    status = ChoiceFilter(choices=EnrollmentStatus.choices)
    partner = CharFilter(field_name="partner__slug", help_text="The partner's slug.")
    vendor = CharFilter(field_name="vendor__slug", help_text="The vendor's slug.")

    class Meta:
        model = Enrollment
        fields: list[str] = []


@extend_schema_view(
    list=extend_schema(operation_id="enrollments_list", summary="List enrollments"),
    retrieve=extend_schema(operation_id="enrollments_retrieve", summary="Read an enrollment"),
)
@extend_schema(tags=["Partners"])
class EnrollmentViewSet(ScopedViewSet):
    """A vendor sees every enrollment in its programs, a partner its own live ones."""

    model = Enrollment
    related = ("vendor", "program", "partner", "manager", "standing__tier", "calculation__tier", "calculation__scheme")
    read_scope = "partners:read"
    serializer_class = EnrollmentSerializer
    filterset_class = EnrollmentFilter
    lookup_value_regex = "[1-9][0-9]{0,17}"
    write_scope = "partners:write"

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        """Return a page of it."""
        rows: list[Any] = super().paginate_queryset(queryset) or []
        read_schemes_once(rows)
        return rows

    @extend_schema(
        operation_id="enrollments_onboard",
        summary="Start onboarding",
        request=StepSerializer,
        responses=EnrollmentSerializer,
    )
    @action(detail=True, methods=["post"])
    def onboard(self, request: Request, **kwargs: Any) -> Response:
        """Let an applicant in, or a retired partner in again."""
        return self._step(request, "onboard")

    @extend_schema(
        operation_id="enrollments_activate",
        summary="Make active",
        request=StepSerializer,
        responses=EnrollmentSerializer,
    )
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, **kwargs: Any) -> Response:
        """End onboarding or a suspension."""
        return self._step(request, "activate")

    @extend_schema(
        operation_id="enrollments_suspend", summary="Suspend", request=StepSerializer, responses=EnrollmentSerializer
    )
    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, **kwargs: Any) -> Response:
        """End access for the time being, at once."""
        return self._step(request, "suspend")

    @extend_schema(
        operation_id="enrollments_retire",
        summary="Retire",
        request=RetirementSerializer,
        responses=EnrollmentSerializer,
    )
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, **kwargs: Any) -> Response:
        """End access for good, at once. Nothing is deleted; open deals are settled within seconds."""
        return self._step(request, "retire")

    def _step(self, request: Request, name: str) -> Response:
        row = self.named_row()
        if not self.actor.may(EDIT_PARTNERS):
            raise Forbidden("not_allowed", _("Your role doesn't allow this."))
        body = self.parsed(request, RetirementSerializer if name == "retire" else StepSerializer)
        plan = OffBoarding(DealsAfter(body["deals"]), body["until"]) if name == "retire" else None

        def answer() -> Response:
            moved = move_enrollment(
                actor=self.actor, enrollment=row, transition=name, reason=body["reason"], off_boarding=plan
            )
            return self.answer_afresh(moved)

        return self.once(request, answer)
