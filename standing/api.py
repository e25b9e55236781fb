"""Enrollments over the API, with the tier that each holds."""

from __future__ import annotations

from django_filters import CharFilter, ChoiceFilter, FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from partners.api import PartnerNameSerializer, ProgramNameSerializer, VendorSerializer
from partners.enums import EnrollmentStatus
from partners.models import Enrollment
from people.api import PersonSerializer
from prm.kernel.api import ReadSerializer, ScopedViewSet


class EnrollmentSerializer(ReadSerializer):
    """A partner in a program."""

    id = serializers.IntegerField(help_text="Named when a deal is registered.")
    vendor = VendorSerializer()
    program = ProgramNameSerializer()
    partner = PartnerNameSerializer()
    status = serializers.ChoiceField(choices=EnrollmentStatus.choices)
    tier = serializers.CharField(source="standing.tier.name", default=None, allow_null=True)
    manager = PersonSerializer(allow_null=True, help_text="The partner manager.")
    enrolled_at = serializers.DateTimeField()


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
    related = ("vendor", "program", "partner", "manager", "standing__tier")
    read_scope = "partners:read"
    serializer_class = EnrollmentSerializer
    filterset_class = EnrollmentFilter
    lookup_value_regex = "[1-9][0-9]{0,17}"
