"""Partners over the API, and who the caller is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_filters import CharFilter, ChoiceFilter, FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from partners.enums import PartnerType
from partners.models import Partner
from partners.seats import places_of
from people.api import ProfileSerializer
from prm.kernel.actors import PERMISSIONS, Kind, Reach, Role, Via
from prm.kernel.api import ReadSerializer, ScopedViewSet
from prm.kernel.api_defaults import Pagination, actor_of_request

if TYPE_CHECKING:
    from rest_framework.request import Request


class VendorSerializer(ReadSerializer):
    """A vendor by name."""

    id = serializers.IntegerField()
    slug = serializers.SlugField(help_text="Used in filters.")
    name = serializers.CharField()


class ProgramNameSerializer(ReadSerializer):
    """A program by name."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class PartnerNameSerializer(ReadSerializer):
    """A partner by name."""

    slug = serializers.SlugField(help_text="Used in filters and addresses.")
    name = serializers.CharField()


class PartnerSerializer(PartnerNameSerializer):
    """A partner organisation: only what is the same for every vendor it works with."""

    legal_name = serializers.CharField(help_text="May be empty.")
    type = serializers.ChoiceField(choices=PartnerType.choices)
    country = serializers.CharField(help_text="ISO 3166-1 alpha-2.")
    city = serializers.CharField(help_text="May be empty.")
    website = serializers.CharField(help_text="May be empty.")


class PartnerFilter(FilterSet):
    """Which partners."""

    name = CharFilter(lookup_expr="icontains", help_text="Part of the name.")
    type = ChoiceFilter(choices=PartnerType.choices)
    country = CharFilter(max_length=2, help_text="ISO 3166-1 alpha-2.")

    class Meta:
        model = Partner
        fields: list[str] = []


@extend_schema_view(
    list=extend_schema(operation_id="partners_list", summary="List partners"),
    retrieve=extend_schema(operation_id="partners_retrieve", summary="Read a partner"),
)
@extend_schema(tags=["Partners"])
class PartnerViewSet(ScopedViewSet):
    """A vendor sees the partners that are or were enrolled with it, a partner sees itself."""

    model = Partner
    read_scope = "partners:read"
    serializer_class = PartnerSerializer
    filterset_class = PartnerFilter
    pagination_class = Pagination
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]+"

    def answer(self, row: Any, status: int = 200) -> Response:
        """Answer without an entity tag: a partner isn't changed over the API."""
        return Response(self.get_serializer(row).data, status=status)


class PlaceSerializer(ReadSerializer):
    """The seat that the caller acts from."""

    id = serializers.IntegerField()
    side = serializers.ChoiceField(choices=[Kind.PARTNER.value, Kind.VENDOR.value])
    organisation = serializers.CharField(help_text="The partner's or the vendor's name.")
    role = serializers.ChoiceField(choices=Role.choices)
    reach = serializers.ChoiceField(choices=Reach.choices)


class MeSerializer(ReadSerializer):
    """Who asks, from where, and what that allows."""

    person = ProfileSerializer()
    seat = PlaceSerializer()
    vendors = VendorSerializer(many=True, help_text="The vendors whose records the seat may see.")
    enrollments = serializers.ListField(
        child=serializers.IntegerField(), help_text="A partner's live ones: deals are registered for one of them."
    )
    signed_in_by = serializers.ChoiceField(choices=[Via.SESSION.value, Via.COMPANY.value, Via.TOKEN.value])
    scopes = serializers.ListField(
        child=serializers.CharField(), allow_null=True, help_text="The token's scopes; null for a signed-in person."
    )
    permissions = serializers.ListField(
        child=serializers.CharField(), help_text="What role and scopes allow, such as `deal.register`."
    )


class MeView(APIView):
    """The caller."""

    http_method_names = ["get", "head"]

    @extend_schema(operation_id="me", summary="Who am I?", tags=["Me"], responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """Answer with person, seat, role, scopes and permissions: what a client asks first."""
        actor = actor_of_request(request)
        place = next(place for place in places_of(request.user) if place.id == actor.seat_id)
        found = {
            "person": request.user,
            "seat": {
                "id": place.id,
                "side": actor.kind.value,
                "organisation": place.organisation,
                "role": place.role,
                "reach": place.reach,
            },
            "vendors": place.brands,
            "enrollments": actor.enrollment_ids,
            "signed_in_by": actor.via.value,
            "scopes": None if actor.scopes is None else sorted(actor.scopes),
            "permissions": sorted(name for name, permission in PERMISSIONS.items() if actor.may(permission)),
        }
        return Response(MeSerializer(found).data)
