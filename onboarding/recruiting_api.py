"""Prospects over the API, and time to value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail
from rest_framework.response import Response
from rest_framework.views import APIView

from onboarding.enums import ProspectState
from onboarding.filters import ProspectApiFilter
from onboarding.models import Prospect
from onboarding.permissions import EDIT_PROSPECTS, VIEW_RECRUITING
from onboarding.reports import DIMENSIONS, Asked, Milestone, Spread, Summary, summaries
from onboarding.services.prospects import (
    EDITABLE,
    LONGEST_WORDS,
    add_prospect,
    change_prospect,
    contact_prospect,
    drop_prospect,
    invite_prospect,
    reopen_prospect,
)
from partners.api import ProgramNameSerializer
from partners.enums import Headcount, Industry, PartnerType, Region, Service, SpokenLanguage
from partners.models import Program, Vendor
from prm.kernel.api import ReadSerializer, WriteSerializer
from prm.kernel.api_defaults import actor_of_request
from prm.kernel.errors import Forbidden, RuleViolation
from standing.intake_api import VeiledSerializer, VeiledViewSet

if TYPE_CHECKING:
    from rest_framework.request import Request


NO_PARAMETER = ErrorDetail("There is no such parameter here.", "unknown_parameter")


class FitReasonSerializer(ReadSerializer):
    """What a criterion of the ideal partner profile brought."""

    criterion = serializers.CharField(help_text="Its slug.")
    name = serializers.CharField()
    weight = serializers.IntegerField(help_text="What it brings at most; all together 100.")
    earned = serializers.IntegerField(help_text="All together the score.")
    known = serializers.BooleanField(help_text="Whether anything was stated about it.")
    sentence = serializers.CharField()


class ProspectSerializer(VeiledSerializer):
    """An organisation that the vendor would like to have as a partner."""

    program = ProgramNameSerializer()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=ProspectState.choices)
    state_at = serializers.DateTimeField()
    type = serializers.CharField(help_text="May be empty, as all that follows.")
    country = serializers.CharField(source="country.code", allow_null=True)
    city = serializers.CharField()
    website = serializers.CharField()
    domain = serializers.CharField(help_text="By it the company is known; once per program.")
    headcount = serializers.CharField()
    regions = serializers.ListField(child=serializers.CharField())
    languages = serializers.ListField(child=serializers.CharField())
    industries = serializers.ListField(child=serializers.CharField())
    services = serializers.ListField(child=serializers.CharField())
    product_lines = serializers.ListField(child=serializers.CharField())
    certifications = serializers.ListField(child=serializers.CharField())
    customers = serializers.CharField()
    contact_name = serializers.CharField()
    contact_email = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    note = serializers.CharField()
    owner = serializers.CharField(source="owner.name", default=None, allow_null=True)
    score = serializers.IntegerField(allow_null=True, help_text="0 to 100; null without a published profile.")
    reasons = FitReasonSerializer(many=True)
    invited_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


def _choices(choices: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.ChoiceField(choices=choices.choices), required=False, max_length=60)


class ProspectChangeSerializer(WriteSerializer):
    """What is known of a prospect."""

    name = serializers.CharField(max_length=160, required=False)
    type = serializers.ChoiceField(choices=PartnerType.choices, required=False, allow_blank=True)
    country = serializers.CharField(max_length=2, required=False, allow_blank=True, help_text="ISO 3166, two letters.")
    city = serializers.CharField(max_length=100, required=False, allow_blank=True)
    website = serializers.CharField(max_length=200, required=False, allow_blank=True)
    headcount = serializers.ChoiceField(choices=Headcount.choices, required=False, allow_blank=True)
    regions = _choices(Region)
    languages = _choices(SpokenLanguage)
    industries = _choices(Industry)
    services = _choices(Service)
    product_lines = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=30)
    certifications = serializers.ListField(child=serializers.CharField(max_length=80), required=False, max_length=30)
    customers = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    contact_name = serializers.CharField(max_length=120, required=False, allow_blank=True)
    contact_email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    source = serializers.CharField(max_length=80, required=False, allow_blank=True)  # type: ignore[assignment]
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class ProspectAddSerializer(ProspectChangeSerializer):
    """A new prospect."""

    name = serializers.CharField(max_length=160)
    program = serializers.SlugField(help_text="Its slug.")


class InviteSerializer(WriteSerializer):
    """How to invite."""

    words = serializers.CharField(
        max_length=LONGEST_WORDS, required=False, allow_blank=True, default="", help_text="Your own, for the mail."
    )


class EmptySerializer(WriteSerializer):
    """An empty body."""


@extend_schema_view(
    list=extend_schema(operation_id="prospects_list", summary="List prospects"),
    retrieve=extend_schema(operation_id="prospects_retrieve", summary="Read a prospect"),
)
@extend_schema(tags=["Recruiting"])
class ProspectViewSet(VeiledViewSet):
    """A vendor's prospects; partners see none."""

    model = Prospect
    veil = "prospect"
    related = ("program", "owner")
    order = ("-id",)
    read_scope = "onboarding:read"
    write_scope = "onboarding:write"
    read_permission = VIEW_RECRUITING
    serializer_class = ProspectSerializer
    filterset_class = ProspectApiFilter

    @extend_schema(
        operation_id="prospects_create",
        summary="Add a prospect",
        request=ProspectAddSerializer,
        responses={201: ProspectSerializer},
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Add it to a program's list and score it."""
        if not self.actor.may(EDIT_PROSPECTS):
            raise Forbidden("not_allowed", _("Your role doesn’t work on prospects."))
        body = self.parsed(request, ProspectAddSerializer)
        slug = body.pop("program")
        program = get_object_or_404(Program.objects.visible_to(self.actor), slug=slug)

        def answer() -> Response:
            return self.answer_afresh(add_prospect(actor=self.actor, program=program, details=body), 201)

        return self.once(request, answer)

    @extend_schema(
        operation_id="prospects_update",
        summary="Change a prospect",
        request=ProspectChangeSerializer,
        responses=ProspectSerializer,
    )
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change what is known, and score it anew."""
        row = self.get_object()
        body = self.parsed(request, ProspectChangeSerializer)
        details = {name: value for name, value in body.items() if name in EDITABLE}
        revision = self.revision_asked(request, row)
        return self.answer_afresh(change_prospect(actor=self.actor, prospect=row, details=details, revision=revision))

    @extend_schema(
        operation_id="prospects_invite",
        summary="Invite to apply",
        request=InviteSerializer,
        responses=ProspectSerializer,
    )
    @action(detail=True, methods=["post"])
    def invite(self, request: Request, **kwargs: Any) -> Response:
        """Send the contact one mail with a link to the form."""
        row, body = self.get_object(), self.parsed(request, InviteSerializer)

        def answer() -> Response:
            return self.answer_afresh(invite_prospect(actor=self.actor, prospect=row, words=body["words"]))

        return self.once(request, answer)

    @extend_schema(
        operation_id="prospects_contact",
        summary="Note as contacted",
        request=EmptySerializer,
        responses=ProspectSerializer,
    )
    @action(detail=True, methods=["post"])
    def contact(self, request: Request, **kwargs: Any) -> Response:
        """Note that somebody talked to it."""
        return self._moved(request, contact_prospect)

    @extend_schema(
        operation_id="prospects_drop", summary="Stop pursuing", request=EmptySerializer, responses=ProspectSerializer
    )
    @action(detail=True, methods=["post"])
    def drop(self, request: Request, **kwargs: Any) -> Response:
        """Stop pursuing it; its invitation's link ends."""
        return self._moved(request, drop_prospect)

    @extend_schema(
        operation_id="prospects_reopen", summary="Take up again", request=EmptySerializer, responses=ProspectSerializer
    )
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, **kwargs: Any) -> Response:
        """Take it up again."""
        return self._moved(request, reopen_prospect)

    def _moved(self, request: Request, deed: Any) -> Response:
        row = self.get_object()
        self.parsed(request, EmptySerializer)
        return self.once(request, lambda: self.answer_afresh(deed(actor=self.actor, prospect=row)))


class SpreadSerializer(ReadSerializer):
    """Days between two milestones."""

    partners = serializers.IntegerField(source="count", help_text="Who has both.")
    lower_quartile = serializers.FloatField(source="low", allow_null=True)
    median = serializers.FloatField(allow_null=True)
    upper_quartile = serializers.FloatField(source="high", allow_null=True)


class ReachedSerializer(ReadSerializer):
    """How many reached each milestone, or a later one."""

    applied = serializers.IntegerField(help_text="Applied, or enrolled without an application.")
    approved = serializers.IntegerField()
    onboarded = serializers.IntegerField()
    registered = serializers.IntegerField()
    won = serializers.IntegerField()


class DaysSerializer(ReadSerializer):
    """Days of each span."""

    approved = SpreadSerializer(help_text="From application to approval.")
    onboarded = SpreadSerializer(help_text="From approval to the end of onboarding.")
    registered = SpreadSerializer(help_text="From onboarded to the first registered deal.")
    won = SpreadSerializer(help_text="From the first registered to the first won deal.")
    all = SpreadSerializer(help_text="From the beginning to the first won deal.")


class TimeToValueSerializer(ReadSerializer):
    """A funnel with its days."""

    key = serializers.CharField(help_text="The program’s slug, the type or the quarter; empty for all together.")
    reached = ReachedSerializer()
    days = DaysSerializer()


def _plain(summary: Summary, programs: dict[str, str]) -> dict[str, Any]:
    spreads: dict[str, Spread] = summary.spans
    return {
        "key": programs.get(summary.key, summary.key),
        "reached": {str(each): summary.reached[each] for each in Milestone},
        "days": spreads,
    }


class TimeToValueView(APIView):
    """How long partners take from the application to the first won deal."""

    http_method_names = ["get", "head"]
    read_scope = "onboarding:read"
    read_permission = VIEW_RECRUITING

    @extend_schema(
        operation_id="time_to_value",
        summary="Read time to value",
        tags=["Recruiting"],
        parameters=[
            OpenApiParameter("by", OpenApiTypes.STR, enum=sorted(DIMENSIONS), description="Without it all together."),
            OpenApiParameter("program", OpenApiTypes.STR, description="A program’s slug."),
            OpenApiParameter("type", OpenApiTypes.STR, enum=PartnerType.values),
            OpenApiParameter("cohort", OpenApiTypes.STR, description="The quarter of the beginning, as 2026-Q3."),
        ],
        responses=TimeToValueSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Answer with one funnel, or one for each program, type or cohort."""
        actor, query = actor_of_request(request), request.query_params
        if unknown := set(query) - {"by", "program", "type", "cohort"}:
            raise serializers.ValidationError({name[:60]: [NO_PARAMETER] for name in sorted(unknown)[:10]})
        by = query.get("by", "")
        if by and by not in DIMENSIONS:
            raise RuleViolation("unknown_dimension", _("One of: program, type, cohort."), "by")
        vendor = Vendor.objects.visible_to(actor).get()
        programs = {str(each.pk): each.slug for each in Program.objects.visible_to(actor)}
        asked = Asked(_program(programs, query.get("program", "")), query.get("type", ""), query.get("cohort", ""))
        found = [_plain(each, programs if by == "program" else {}) for each in summaries(vendor, asked, by)]
        return Response(TimeToValueSerializer(found, many=True).data)


def _program(programs: dict[str, str], slug: str) -> int | None:
    """Return the id of a program by its slug, None for none.

    Raises:
        RuleViolation: the vendor has no such program.
    """
    if not slug:
        return None
    found = next((key for key, each in programs.items() if each == slug), None)
    if found is None:
        raise RuleViolation("unknown_program", _("There is no such program."), "program")
    return int(found)
