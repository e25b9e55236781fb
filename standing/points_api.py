"""The points ledger over the API, and points by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, NumberFilter
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from partners.models import Enrollment
from prm.kernel.api import WriteSerializer
from prm.kernel.api_defaults import actor_of_request
from prm.kernel.errors import Forbidden, RuleViolation
from prm.kernel.opaque import veil
from standing.enums import EntryKind
from standing.filters import PointFilter
from standing.intake_api import VeiledSerializer, VeiledViewSet
from standing.models import PointEntry
from standing.permissions import DECIDE_STANDING, VIEW_STANDING
from standing.services import adjust_points
from standing.standing_api import EnrollmentKeySerializer

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.response import Response

    from prm.kernel.actors import Actor


def enrollment_named(actor: Actor, pk: int) -> Enrollment:
    """Return the enrollment that a request's body names, for somebody who may decide about standings.

    Raises:
        Forbidden: the right is missing. RuleViolation: there is no such enrollment in sight.
    """
    if not actor.may(DECIDE_STANDING):
        raise Forbidden("not_allowed", _("Your role doesn’t decide tiers and points."))
    found: Enrollment | None = Enrollment.objects.visible_to(actor).filter(pk=pk).first()
    if found is None:
        raise RuleViolation("unknown_enrollment", _("There is no such enrollment in your programs."), "enrollment")
    return found


class PointSerializer(VeiledSerializer, EnrollmentKeySerializer):
    """An entry of the ledger. What a fact earned is the sum of its entries; nothing is ever changed."""

    kind = serializers.ChoiceField(choices=EntryKind.choices)
    rule = serializers.CharField(help_text="The rule's slug; `by-hand` where somebody gave them.")
    key = serializers.SerializerMethodField(help_text="The fact that earned them: the same in its corrections.")
    category = serializers.CharField()
    points = serializers.DecimalField(max_digits=14, decimal_places=2)
    amount = serializers.DecimalField(max_digits=20, decimal_places=4, allow_null=True, help_text="The fact's own.")
    day = serializers.DateField(help_text="From when they count.")
    ends = serializers.DateField(allow_null=True, help_text="From when they no longer count.")
    fades_months = serializers.IntegerField(help_text="They lose an equal part each month; 0: they don't.")
    note = serializers.CharField(help_text="Why they were given by hand, else empty.")
    recorded_at = serializers.DateTimeField()

    def get_key(self, entry: PointEntry) -> str:
        """Return the fact's key: to partners, whose ids count others' rows too, a veiled one."""
        if not actor_of_request(self.context["request"]).is_partner:
            return str(entry.key)
        subject, _colon, number = entry.key.partition(":")
        return f"{subject}:{veil(int(number), subject)}" if number.isdigit() else str(entry.key)


class PointApiFilter(PointFilter):
    """Which entries."""

    enrollment = NumberFilter(field_name="enrollment_id", help_text="The enrollment's id.")
    partner = CharFilter(field_name="partner__slug", help_text="The partner's slug.")
    vendor = CharFilter(field_name="vendor__slug", help_text="The vendor's slug.")


class PointWriteSerializer(WriteSerializer):
    """Points by hand."""

    enrollment = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    points = serializers.DecimalField(max_digits=9, decimal_places=2, help_text="Below zero to take some back.")
    reason = serializers.CharField(max_length=300, help_text="The partner reads it.")
    ends = serializers.DateField(required=False, allow_null=True, default=None, help_text="From when they don't count.")


@extend_schema_view(
    list=extend_schema(operation_id="points_list", summary="List the points ledger, newest first"),
    retrieve=extend_schema(operation_id="points_retrieve", summary="Read an entry"),
)
@extend_schema(tags=["Standing"])
class PointViewSet(VeiledViewSet):
    """Points that enrollments earned, each with its rule and fact."""

    model = PointEntry
    veil = "pointentry"
    related = ("partner", "vendor")
    read_scope = "standing:read"
    write_scope = "standing:write"
    read_permission = VIEW_STANDING
    serializer_class = PointSerializer
    filterset_class = PointApiFilter

    @extend_schema(
        operation_id="points_book",
        summary="Book points by hand",
        request=PointWriteSerializer,
        responses={201: PointSerializer},
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Add an entry with a reason; the standing follows at once, and the partner is told."""
        if not self.actor.may(DECIDE_STANDING):
            raise Forbidden("not_allowed", _("Your role doesn’t decide tiers and points."))
        body = self.parsed(request, PointWriteSerializer)
        enrollment = enrollment_named(self.actor, body.pop("enrollment"))

        def book() -> Response:
            return self.answer_afresh(adjust_points(actor=self.actor, enrollment=enrollment, **body), 201)

        return self.once(request, book)
