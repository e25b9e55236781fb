"""Journeys' versions over the API, as data: read, draft, publish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet, NumberFilter
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action

from onboarding.enums import VersionState
from onboarding.models import JourneyVersion
from onboarding.permissions import EDIT_JOURNEYS
from onboarding.services import begin_journey, change_journey, publish_journey
from partners.api import ProgramNameSerializer
from partners.enums import PartnerType
from partners.models import Program
from prm.kernel.api import ReadSerializer, ScopedViewSet, WriteSerializer
from prm.kernel.errors import Forbidden, RuleViolation

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.response import Response


class JourneyVersionSerializer(ReadSerializer):
    """A version of a journey."""

    id = serializers.IntegerField()
    program = ProgramNameSerializer(source="template.program")
    partner_type = serializers.CharField(
        source="template.partner_type", help_text="Empty where it is for all types that have none of their own."
    )
    name = serializers.CharField(source="template.name")
    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=VersionState.choices)
    published_at = serializers.DateTimeField(allow_null=True)
    definition = serializers.JSONField(help_text="Stages and steps.")


class JourneyVersionFilter(FilterSet):
    """Which versions."""

    program = NumberFilter(field_name="template__program_id", help_text="The program's id.")
    state = ChoiceFilter(choices=VersionState.choices)
    partner_type = ChoiceFilter(field_name="template__partner_type", choices=PartnerType.choices)

    class Meta:
        model = JourneyVersion
        fields: list[str] = []


class JourneyBeginSerializer(WriteSerializer):
    """For whom a draft is, and what it begins with."""

    program = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    partner_type = serializers.CharField(max_length=12, required=False, default="", allow_blank=True)
    name = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    definition = serializers.JSONField(required=False, default=None, help_text="The published one's, if left out.")


class JourneyChangeSerializer(WriteSerializer):
    """What a draft says."""

    definition = serializers.JSONField(required=False)
    name = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")


class JourneyPublishSerializer(WriteSerializer):
    """Nothing more is needed."""


@extend_schema_view(
    list=extend_schema(operation_id="journey_versions_list", summary="List journeys' versions"),
    retrieve=extend_schema(operation_id="journey_versions_retrieve", summary="Read a journey's version"),
)
@extend_schema(tags=["Onboarding"])
class JourneyVersionViewSet(ScopedViewSet):
    """The versions of journeys as data, for partner managers."""

    model = JourneyVersion
    related: ClassVar[tuple[str, ...]] = ("template__program",)
    read_scope = "programs:read"
    write_scope = "programs:write"
    read_permission = EDIT_JOURNEYS
    serializer_class = JourneyVersionSerializer
    filterset_class = JourneyVersionFilter
    lookup_value_regex = "[1-9][0-9]{0,17}"

    @extend_schema(
        operation_id="journey_versions_create",
        summary="Begin a draft",
        request=JourneyBeginSerializer,
        responses={201: JourneyVersionSerializer},
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Begin a version as a draft. 409 where there is one."""
        if not self.actor.may(EDIT_JOURNEYS):
            raise Forbidden("not_allowed", _("Your role doesn’t set up journeys."))
        body = self.parsed(request, JourneyBeginSerializer)
        program = Program.objects.visible_to(self.actor).filter(pk=body.pop("program")).first()
        if program is None:
            raise RuleViolation("unknown_program", _("There is no such program of yours."), "program")
        return self.once(
            request, lambda: self.answer_afresh(begin_journey(actor=self.actor, program=program, **body), 201)
        )

    @extend_schema(
        operation_id="journey_versions_update",
        summary="Change a draft",
        request=JourneyChangeSerializer,
        responses=JourneyVersionSerializer,
    )
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change a draft. It must be readable as a journey, though it may still be unable to work."""
        version = self.get_object()
        revision = self.revision_asked(request, version)
        body = self.parsed(request, JourneyChangeSerializer)
        definition = body.get("definition", version.definition)
        kept = change_journey(
            actor=self.actor, version=version, definition=definition, revision=revision, name=body["name"]
        )
        return self.answer_afresh(kept)

    @extend_schema(
        operation_id="journey_versions_publish",
        summary="Publish a draft",
        request=JourneyPublishSerializer,
        responses=JourneyVersionSerializer,
    )
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, **kwargs: Any) -> Response:
        """Publish it: journeys begin with it from now on; those under way stay on theirs."""
        version = self.get_object()
        self.parsed(request, JourneyPublishSerializer)
        return self.once(
            request,
            lambda: self.answer_afresh(publish_journey(actor=self.actor, version=version, revision=version.revision)),
        )
