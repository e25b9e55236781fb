"""Tier schemes over the API, as data."""

from __future__ import annotations

from django_filters import ChoiceFilter, FilterSet, NumberFilter
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from partners.api import ProgramNameSerializer
from partners.enums import PartnerType
from prm.kernel.api import ReadSerializer, ScopedViewSet
from standing.enums import SchemeState
from standing.models import Scheme
from standing.permissions import VIEW_SCHEMES


class SchemeSerializer(ReadSerializer):
    """A version of what a program's tiers take and bring."""

    id = serializers.IntegerField()
    program = ProgramNameSerializer()
    partner_type = serializers.CharField(help_text="Empty where it is for all types that have none of their own.")
    number = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=SchemeState.choices)
    valid_from = serializers.DateField(allow_null=True)
    counts_from = serializers.DateField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    definition = serializers.JSONField(help_text="Rules, score, requirements, tiers, specialisations and reviews.")


class SchemeFilter(FilterSet):
    """Which schemes."""

    program = NumberFilter(field_name="program_id", help_text="The program's id.")
    state = ChoiceFilter(choices=SchemeState.choices)
    partner_type = ChoiceFilter(choices=PartnerType.choices)

    class Meta:
        model = Scheme
        fields: list[str] = []


@extend_schema_view(
    list=extend_schema(operation_id="schemes_list", summary="List tier schemes"),
    retrieve=extend_schema(operation_id="schemes_retrieve", summary="Read a tier scheme"),
)
@extend_schema(tags=["Standing"])
class SchemeViewSet(ScopedViewSet):
    """The versions of tier schemes as data, for partner managers."""

    model = Scheme
    related = ("program",)
    read_scope = "programs:read"
    read_permission = VIEW_SCHEMES
    serializer_class = SchemeSerializer
    filterset_class = SchemeFilter
    lookup_value_regex = "[1-9][0-9]{0,17}"
