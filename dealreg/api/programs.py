"""Programs over the API, with what a registration brings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers

from dealreg.terms import terms_for
from partners.api import VendorSerializer
from partners.models import Program
from prm.kernel.api import ReadSerializer, ScopedViewSet

if TYPE_CHECKING:
    from dealreg.rules import Terms


class TermsSerializer(ReadSerializer):
    """What a registration brings today, and under which rules."""

    enrollment = serializers.IntegerField(source="enrollment_id", help_text="To be named when a deal is registered.")
    policy = serializers.CharField(help_text="The version of the rules of engagement.")
    tier = serializers.CharField(help_text="The tier that these terms come from, or empty.")
    protection_days = serializers.IntegerField()
    discount = serializers.DecimalField(max_digits=5, decimal_places=2, help_text="Percent.")
    decision_hours = serializers.IntegerField(help_text="Working hours until a decision.")
    currency = serializers.CharField(help_text="The vendor's own, ISO 4217.")
    why = serializers.CharField(help_text="In one sentence, in the caller's language.")


class ProgramSerializer(ReadSerializer):
    """A vendor's partner program."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    slug = serializers.SlugField()
    vendor = VendorSerializer()
    summary = serializers.CharField()
    is_open = serializers.BooleanField(help_text="Whether it takes registrations.")
    terms = serializers.SerializerMethodField(
        help_text="For partners with a live enrollment in a program that takes registrations; else null."
    )

    @extend_schema_field(TermsSerializer(allow_null=True))
    def get_terms(self, program: Program) -> dict[str, Any] | None:
        """Return what a registration by the caller's partner brings."""
        terms = self.context["terms"].get(program.pk)
        found: dict[str, Any] | None = None if terms is None else TermsSerializer(terms).data
        return found


@extend_schema_view(
    list=extend_schema(operation_id="programs_list", summary="List programs"),
    retrieve=extend_schema(operation_id="programs_retrieve", summary="Read a program"),
)
@extend_schema(tags=["Programs"])
class ProgramViewSet(ScopedViewSet):
    """The vendor's own programs, or those of the vendors that the partner works with."""

    model = Program
    related = ("vendor",)
    read_scope = "programs:read"
    serializer_class = ProgramSerializer
    lookup_value_regex = "[1-9][0-9]{0,17}"

    def get_serializer_context(self) -> dict[str, Any]:
        """Hand over the partner's terms, read once."""
        terms: dict[int, Terms] = {}
        if not getattr(self, "swagger_fake_view", False) and self.actor.is_partner:
            terms = {found.program_id: found for found in terms_for(self.actor)}
        return {**super().get_serializer_context(), "terms": terms}
