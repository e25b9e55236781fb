"""Requests to join a partner's team over the API, for its administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action

from partners.models import JoinRequest
from partners.permissions import MANAGE_TEAM
from partners.services import approve_join, decline_join
from prm.kernel.actors import PARTNER_ROLES, Reach, Role
from prm.kernel.api import ReadSerializer, ScopedViewSet, WriteSerializer

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.response import Response

ROLES = [(role.value, role.label) for role in Role if role in PARTNER_ROLES]


class JoinRequestSerializer(ReadSerializer):
    """Somebody who asks for a seat, from a proven mail address."""

    key = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.CharField()
    note = serializers.CharField(help_text="May be empty.")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(help_text="Until then it can be decided.")
    decided_at = serializers.DateTimeField(allow_null=True)
    is_approved = serializers.BooleanField(allow_null=True)


class SeatChoiceSerializer(WriteSerializer):
    """What the newcomer may do."""

    role = serializers.ChoiceField(choices=ROLES)
    reach = serializers.ChoiceField(choices=Reach.choices, default=Reach.ALL)


class NothingSerializer(WriteSerializer):
    """An empty body."""


@extend_schema_view(
    list=extend_schema(operation_id="join_requests_list", summary="List requests to join"),
    retrieve=extend_schema(operation_id="join_requests_retrieve", summary="Read a request to join"),
)
@extend_schema(tags=["Partners"])
class JoinRequestViewSet(ScopedViewSet):
    """A partner's administrator sees who asked to join, waiting or decided."""

    model = JoinRequest
    read_scope = "partners:write"
    write_scope = "partners:write"
    read_permission = MANAGE_TEAM
    serializer_class = JoinRequestSerializer
    lookup_field = "key"
    lookup_value_regex = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

    @extend_schema(
        operation_id="join_requests_approve",
        summary="Let the newcomer join",
        request=SeatChoiceSerializer,
        responses=JoinRequestSerializer,
    )
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, **kwargs: Any) -> Response:
        """Send the newcomer an invitation to the seat."""
        row, body = self.named_row(), self.parsed(request, SeatChoiceSerializer)
        role, reach = Role(body["role"]), Reach(body["reach"])

        def answer() -> Response:
            return self.answer_afresh(approve_join(actor=self.actor, request=row, role=role, reach=reach))

        return self.once(request, answer)

    @extend_schema(
        operation_id="join_requests_decline",
        summary="Decline",
        request=NothingSerializer,
        responses=JoinRequestSerializer,
    )
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, **kwargs: Any) -> Response:
        """Say no; the newcomer is told by mail."""
        row = self.named_row()
        self.parsed(request, NothingSerializer)
        return self.once(request, lambda: self.answer_afresh(decline_join(actor=self.actor, request=row)))
