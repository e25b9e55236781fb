"""Journeys over the API: how far each is, its steps, and what is done with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet, NumberFilter
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action

from onboarding.enums import JourneyState, Side, StepState, VersionState
from onboarding.models import Journey, JourneyStep, JourneyVersion
from onboarding.permissions import RUN_JOURNEYS, VIEW_JOURNEYS
from onboarding.services import cancel_journey, end_step, migrate_journey, retry_step, skip_step
from prm.kernel.api import ReadSerializer, ScopedViewSet, WriteSerializer
from prm.kernel.api_defaults import actor_of_request
from prm.kernel.errors import Forbidden, RuleViolation

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from rest_framework.request import Request
    from rest_framework.response import Response

STEP = r"steps/(?P<slug>[-a-z0-9_]{1,60})"


class StepSerializer(ReadSerializer):
    """A step. What went wrong with it isn't for partners."""

    slug = serializers.SlugField()
    name = serializers.CharField()
    stage = serializers.CharField()
    kind = serializers.CharField()
    side = serializers.ChoiceField(choices=Side.choices, help_text="Whose turn it is.")
    state = serializers.ChoiceField(choices=StepState.choices)
    after = serializers.ListField(child=serializers.CharField(), help_text="Steps that have to end before it opens.")
    opened_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    why = serializers.CharField(help_text="Why it was skipped, or ended by itself.")
    error = serializers.CharField(required=False, help_text="Not for partners.")
    given = serializers.SerializerMethodField(help_text="A form's answers and the note.")

    def get_given(self, row: JourneyStep) -> dict[str, Any]:
        """Return what was given."""
        result = row.result or {}
        return {key: result[key] for key in ("answers", "note", "meeting") if key in result}

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Return the step as the actor may see it."""
        shown: dict[str, Any] = super().to_representation(instance)
        if actor_of_request(self.context["request"]).is_partner:
            shown.pop("error", None)
        return shown


class JourneySerializer(ReadSerializer):
    """A journey under way, or one that has ended."""

    key = serializers.UUIDField()
    vendor = serializers.CharField(source="vendor.slug")
    partner = serializers.CharField(source="partner.slug")
    enrollment = serializers.IntegerField(source="enrollment_id")
    name = serializers.CharField(source="version.template.name")
    version = serializers.IntegerField(source="version.number")
    state = serializers.ChoiceField(choices=JourneyState.choices)
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    steps = StepSerializer(many=True)


class JourneyApiFilter(FilterSet):
    """Which journeys."""

    state = ChoiceFilter(choices=JourneyState.choices)
    enrollment = NumberFilter(field_name="enrollment_id")

    class Meta:
        model = Journey
        fields: list[str] = []


class StepDoneSerializer(WriteSerializer):
    """What a step takes that somebody ends."""

    note = serializers.CharField(max_length=2000, required=False)
    answers = serializers.DictField(required=False, help_text="A form's answers by the names of its questions.")


class StepSkipSerializer(WriteSerializer):
    """Why."""

    reason = serializers.CharField(max_length=500, help_text="The partner reads it.")


class StepNothingSerializer(WriteSerializer):
    """Nothing more is needed."""


@extend_schema_view(
    list=extend_schema(operation_id="journeys_list", summary="List journeys"),
    retrieve=extend_schema(operation_id="journeys_retrieve", summary="Read a journey with its steps"),
)
@extend_schema(tags=["Onboarding"])
class JourneyViewSet(ScopedViewSet):
    """Journeys. Partners read their own and do their side's steps; the vendor runs them."""

    model = Journey
    related: ClassVar[tuple[str, ...]] = ("vendor", "partner", "version__template")
    read_scope = "onboarding:read"
    write_scope = "onboarding:write"
    read_permission = VIEW_JOURNEYS
    open_while_gated = True
    serializer_class = JourneySerializer
    filterset_class = JourneyApiFilter
    lookup_field = "key"
    lookup_value_regex = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

    def get_queryset(self) -> QuerySet[Any]:
        """Return those in sight with their steps."""
        found = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return found
        steps = JourneyStep.objects.visible_to(self.actor).order_by("position")
        return found.prefetch_related(Prefetch("steps", steps))

    def _step(
        self, request: Request, slug: str, serializer: type[WriteSerializer], write: Callable[..., Any]
    ) -> Response:
        """Find the step, do it, and answer with the journey as it is then."""
        journey = self.get_object()
        step = get_object_or_404(JourneyStep.objects.visible_to(self.actor), journey=journey, slug=slug)
        if self.action != "done":
            self._may_run()
        body = self.parsed(request, serializer)

        def answer() -> Response:
            write(step, **body)
            return self.answer_afresh(journey)

        return self.once(request, answer)

    def _may_run(self) -> None:
        if not self.actor.may(RUN_JOURNEYS):
            raise Forbidden("not_allowed", _("Your role doesn’t run journeys."))

    @extend_schema(
        operation_id="journeys_step_done", summary="End a step", request=StepDoneSerializer, responses=JourneySerializer
    )
    @action(detail=True, methods=["post"], url_path=f"{STEP}/done")
    def done(self, request: Request, slug: str, **kwargs: Any) -> Response:
        """End a step whose turn is one's own side: the form filled in, the task done, the approval given."""

        def write(step: JourneyStep, note: str = "", answers: dict[str, Any] | None = None) -> None:
            given = {_control(key): value for key, value in (answers or {}).items()}
            end_step(actor=self.actor, step=step, given={**given, "note": note})

        return self._step(request, slug, StepDoneSerializer, write)

    @extend_schema(
        operation_id="journeys_step_skip",
        summary="Skip a step",
        request=StepSkipSerializer,
        responses=JourneySerializer,
    )
    @action(detail=True, methods=["post"], url_path=f"{STEP}/skip")
    def skip(self, request: Request, slug: str, **kwargs: Any) -> Response:
        """End a step without its work, for a reason."""
        return self._step(
            request,
            slug,
            StepSkipSerializer,
            lambda step, reason: skip_step(actor=self.actor, step=step, reason=reason),
        )

    @extend_schema(
        operation_id="journeys_step_retry",
        summary="Try a failed step again",
        request=StepNothingSerializer,
        responses=JourneySerializer,
    )
    @action(detail=True, methods=["post"], url_path=f"{STEP}/retry")
    def retry(self, request: Request, slug: str, **kwargs: Any) -> Response:
        """Put a failed step's work back into the queue."""
        return self._step(request, slug, StepNothingSerializer, lambda step: retry_step(actor=self.actor, step=step))

    @extend_schema(
        operation_id="journeys_cancel", summary="End a journey", request=StepSkipSerializer, responses=JourneySerializer
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, **kwargs: Any) -> Response:
        """End a journey before its end."""
        journey = self.get_object()
        self._may_run()
        body = self.parsed(request, StepSkipSerializer)

        def answer() -> Response:
            return self.answer_afresh(cancel_journey(actor=self.actor, journey=journey, reason=body["reason"]))

        return self.once(request, answer)

    @extend_schema(
        operation_id="journeys_migrate",
        summary="Move a journey to the published version",
        request=StepNothingSerializer,
        responses=JourneySerializer,
    )
    @action(detail=True, methods=["post"])
    def migrate(self, request: Request, **kwargs: Any) -> Response:
        """Let a running journey go on with the published version of its template."""
        journey = self.get_object()
        self.parsed(request, StepNothingSerializer)
        newest = JourneyVersion.objects.filter(
            template_id=journey.version.template_id, vendor_id=journey.vendor_id, state=VersionState.PUBLISHED
        ).first()
        if newest is None:
            raise RuleViolation("not_published", _("This journey has no published version."))
        return self.once(
            request,
            lambda: self.answer_afresh(migrate_journey(actor=self.actor, journey=journey, to_version=newest)),
        )


def _control(name: str) -> str:
    """Return a question's name as the form calls it."""
    return f"own_{name.removeprefix('own:').replace('-', '_')}"
