"""Partners over the API, and who the caller is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from partners.enums import Headcount, Industry, PartnerType, Region, Service, SpokenLanguage
from partners.models import Partner
from partners.permissions import EDIT_PROFILE
from partners.profiles import MOST_DOMAINS, MOST_PRODUCT_LINES, completeness_of
from partners.seats import places_of
from partners.services import change_profile
from people.api import ProfileSerializer
from prm.kernel.actors import PERMISSIONS, Kind, Reach, Role, Via
from prm.kernel.api import ReadSerializer, ScopedViewSet, StaleRevision, WriteSerializer
from prm.kernel.api_defaults import Pagination, actor_of_request
from prm.kernel.api_headers import ETAG, IF_MATCH
from prm.kernel.errors import Conflict, Forbidden

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
    type = serializers.ChoiceField(choices=PartnerType.choices, help_text="Which of the fields below it is asked for.")
    country = serializers.CharField(help_text="ISO 3166-1 alpha-2.")
    city = serializers.CharField(help_text="May be empty.")
    website = serializers.CharField(help_text="May be empty.")
    domains = serializers.SerializerMethodField(help_text="Its web and mail domains.")
    description = serializers.CharField(help_text="May be empty.")
    regions = serializers.ListField(child=serializers.ChoiceField(choices=Region.choices))
    languages = serializers.ListField(child=serializers.CharField(), help_text="ISO 639-1.")
    industries = serializers.ListField(child=serializers.ChoiceField(choices=Industry.choices))
    services = serializers.ListField(child=serializers.ChoiceField(choices=Service.choices))
    product_lines = serializers.ListField(child=serializers.CharField())
    headcount = serializers.CharField(help_text="A band such as 11-50; may be empty.")
    specialisms = serializers.CharField(help_text="May be empty.")
    customers = serializers.CharField(help_text="May be empty.")
    logo = serializers.CharField(source="logo_url", help_text="The path of its picture; may be empty.")
    complete = serializers.SerializerMethodField(help_text="How much of the profile is filled in, in per cent.")
    revision = serializers.IntegerField(help_text="The entity tag's number.")

    def get_domains(self, partner: Partner) -> list[str]:
        """Return the domains, the oldest first."""
        return domain_names(partner)

    def get_complete(self, partner: Partner) -> int:
        """Return the completeness."""
        return completeness_of(partner, domain_names(partner)).percent


def domain_names(partner: Partner) -> list[str]:
    """Return a partner's domains, which were read with it."""
    return [row.domain for row in sorted(partner.domains.all(), key=lambda row: row.pk)]


class PartnerWriteSerializer(WriteSerializer):
    """What a partner changes of its own profile. Only the fields that are sent change; `domains` replace all."""

    name = serializers.CharField(max_length=160)
    legal_name = serializers.CharField(max_length=200, allow_blank=True)
    country = serializers.CharField(max_length=2, help_text="ISO 3166-1 alpha-2.")
    city = serializers.CharField(max_length=100, allow_blank=True)
    website = serializers.CharField(max_length=200, allow_blank=True)
    domains = serializers.ListField(child=serializers.CharField(max_length=253), max_length=MOST_DOMAINS)
    description = serializers.CharField(max_length=2000, allow_blank=True)
    regions = serializers.ListField(child=serializers.ChoiceField(choices=Region.choices))
    languages = serializers.ListField(child=serializers.ChoiceField(choices=SpokenLanguage.choices))
    industries = serializers.ListField(child=serializers.ChoiceField(choices=Industry.choices))
    services = serializers.ListField(child=serializers.ChoiceField(choices=Service.choices))
    product_lines = serializers.ListField(child=serializers.CharField(max_length=60), max_length=MOST_PRODUCT_LINES)
    headcount = serializers.ChoiceField(choices=Headcount.choices, allow_blank=True)
    specialisms = serializers.CharField(max_length=1000, allow_blank=True)
    customers = serializers.CharField(max_length=2000, allow_blank=True)


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
    retrieve=extend_schema(operation_id="partners_retrieve", summary="Read a partner", parameters=[ETAG]),
)
@extend_schema(tags=["Partners"])
class PartnerViewSet(ScopedViewSet):
    """A vendor sees the partners that are or were enrolled with it, a partner sees itself."""

    model = Partner
    prefetched = ("domains",)
    read_scope = "partners:read"
    write_scope = "profile:write"
    serializer_class = PartnerSerializer
    filterset_class = PartnerFilter
    pagination_class = Pagination
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]+"

    @extend_schema(
        operation_id="partners_update",
        summary="Change the own profile",
        request=PartnerWriteSerializer(partial=True),
        responses=PartnerSerializer,
        parameters=[IF_MATCH, ETAG],
    )
    def partial_update(self, request: Request, slug: str) -> Response:
        """Change the profile of the caller's own organisation: its administrators alone do."""
        partner = self.named_row()
        if not self.actor.may(EDIT_PROFILE):
            raise Forbidden("not_allowed", _("Only the partner’s own administrators change its profile."))
        revision = self.revision_asked(request, partner)
        changes = self.parsed(request, PartnerWriteSerializer, partial=True)
        try:
            fresh = change_profile(actor=self.actor, partner=partner, changes=changes, revision=revision)
        except Conflict as late:
            raise StaleRevision(late.code, str(late.message), late.fresh) from None
        return self.answer_afresh(fresh)


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
