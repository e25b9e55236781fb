"""Trials of schemes on history over the API: begun, read, and who would move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet, NumberFilter
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action

from jobs.enums import JobState
from partners.api import PartnerNameSerializer, ProgramNameSerializer
from prm.kernel.api import ReadSerializer, WriteSerializer
from prm.kernel.errors import Forbidden, RuleViolation
from standing.backtest import words
from standing.enums import Direction
from standing.intake_api import VeiledSerializer, VeiledViewSet
from standing.models import BackTest, BackTestMove, Scheme
from standing.models.backtests import MOST_MONTHS
from standing.permissions import EDIT_SCHEMES, VIEW_SCHEMES
from standing.services import try_scheme
from standing.services.trials import USUAL_MONTHS

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.response import Response


class TrialSerializer(VeiledSerializer):
    """A scheme, as it was, tried on the months up to a day."""

    program = ProgramNameSerializer()
    scheme = serializers.IntegerField(source="scheme_id", help_text="Which version was tried.")
    name = serializers.CharField()
    months = serializers.IntegerField()
    on = serializers.DateField(help_text="The day up to which history goes.")
    state = serializers.ChoiceField(choices=JobState.choices)
    months_done = serializers.SerializerMethodField(help_text="How many months are computed.")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    currency = serializers.CharField(source="vendor.currency")
    result = serializers.SerializerMethodField(
        help_text="Null until it is finished. `now`, `then`: tiers, lowest first; `flows`: [tier now, tier then, "
        "partners], empty for no tier; `months`: partners per tier at the end of each; `moved`: partners per "
        "direction; `revenue` of the last 12 months; `costs` a year by benefit: [now, then]; `uncosted`: benefits "
        "without a price."
    )

    def get_months_done(self, trial: BackTest) -> int:
        """Return how far it is."""
        return int(trial.months if trial.is_finished or trial.job is None else trial.job.done)

    def get_result(self, trial: BackTest) -> dict[str, Any] | None:
        """Return what came out."""
        found: dict[str, Any] = trial.figures
        return found if trial.is_finished else None


class MoveSerializer(ReadSerializer):
    """What a trial would change for an enrollment."""

    enrollment = serializers.IntegerField(source="enrollment_id")
    partner = PartnerNameSerializer()
    direction = serializers.ChoiceField(choices=Direction.choices)
    tier = serializers.CharField(source="tier.slug", default=None, allow_null=True, help_text="The one it holds.")
    tier_then = serializers.CharField(source="slug", help_text="The one it would hold; empty for none.")
    since = serializers.DateField(help_text="From when it would hold it.")
    score = serializers.DecimalField(max_digits=16, decimal_places=2)
    revenue = serializers.DecimalField(max_digits=20, decimal_places=2)
    cost = serializers.DecimalField(max_digits=20, decimal_places=2, help_text="The difference in a year.")
    why = serializers.SerializerMethodField()

    def get_why(self, move: BackTestMove) -> str:
        """Return the sentence that says why."""
        trial: BackTest = self.context["trial"]
        return words.why(move, trial, trial.vendor.currency)


class TrialWriteSerializer(WriteSerializer):
    """Which scheme, and how far back."""

    scheme = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    months = serializers.IntegerField(min_value=1, max_value=MOST_MONTHS, default=USUAL_MONTHS)


class TrialFilter(FilterSet):
    """Which trials."""

    program = NumberFilter(field_name="program_id", help_text="The program's id.")
    scheme = NumberFilter(field_name="scheme_id", help_text="The scheme's id.")

    class Meta:
        model = BackTest
        fields: list[str] = []


class MoveFilter(FilterSet):
    """Which moves."""

    direction = ChoiceFilter(choices=Direction.choices)

    class Meta:
        model = BackTestMove
        fields: list[str] = []


@extend_schema_view(
    list=extend_schema(operation_id="scheme_trials_list", summary="List trials of schemes on history"),
    retrieve=extend_schema(operation_id="scheme_trials_retrieve", summary="Read a trial and its result"),
)
@extend_schema(tags=["Standing"])
class TrialViewSet(VeiledViewSet):
    """Schemes tried on real history: who would hold which tier, and what that costs."""

    model = BackTest
    veil = "backtest"
    related = ("program", "vendor", "job")
    read_scope = "programs:read"
    write_scope = "programs:write"
    read_permission = VIEW_SCHEMES
    serializer_class = TrialSerializer
    filterset_class = TrialFilter

    @extend_schema(
        operation_id="scheme_trials_begin",
        summary="Try a scheme on history",
        request=TrialWriteSerializer,
        responses={201: TrialSerializer},
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Begin a trial; read it again until its `state` is `done`. 409 while another one of the program is running."""
        if not self.actor.may(EDIT_SCHEMES):
            raise Forbidden("not_allowed", _("Your role doesn’t set up tiers."))
        body = self.parsed(request, TrialWriteSerializer)
        scheme = Scheme.objects.visible_to(self.actor).filter(pk=body["scheme"]).first()
        if scheme is None:
            raise RuleViolation("unknown_scheme", _("There is no such scheme in your programs."), "scheme")

        def begin() -> Response:
            return self.answer_afresh(try_scheme(actor=self.actor, scheme=scheme, months=body["months"]), 201)

        return self.once(request, begin)

    @extend_schema(
        operation_id="scheme_trials_moves", summary="List who would move", responses=MoveSerializer(many=True)
    )
    @action(detail=True)
    def moves(self, request: Request, **kwargs: Any) -> Response:
        """List the enrollments whose tier or costs would change."""
        trial = self.get_object()
        self.check_parameters(*MoveFilter.base_filters)
        rows = BackTestMove.objects.visible_to(self.actor).filter(back_test=trial).select_related("partner", "tier")
        filtered = MoveFilter(request.query_params, queryset=rows, request=request)
        if not filtered.is_valid():
            raise serializers.ValidationError(filtered.errors)
        found = self.paginate_queryset(filtered.qs)
        context = {**self.get_serializer_context(), "trial": trial}
        return self.get_paginated_response(MoveSerializer(found, many=True, context=context).data)
