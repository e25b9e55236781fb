"""Standings over the API: where an enrollment stands and why, its tiers so far, and specialisations."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q
from django_filters import BooleanFilter, CharFilter, DateFilter, FilterSet, NumberFilter
from drf_spectacular.helpers import lazy_serializer
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers

from partners.api import PartnerNameSerializer, ProgramNameSerializer, VendorSerializer
from partners.models import Enrollment
from prm.kernel.api import ReadSerializer, ScopedViewSet
from standing.intake_api import VeiledSerializer, VeiledViewSet
from standing.models import Specialisation, TierSpan
from standing.permissions import VIEW_STANDING
from standing.reports import Place, enrolled, place_of, read_schemes_once
from standing.scheme.evaluating import Judged, share
from standing.scheme.shape import Group, Need, Op, Ref
from standing.words import figure_name, named, need_name

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from standing.scheme import Figure
    from standing.scheme.evaluating import Value

Shown = dict[str, Any]


class EnrollmentKeySerializer(ReadSerializer):
    """Whose row it is."""

    enrollment = serializers.IntegerField(source="enrollment_id")
    partner = serializers.CharField(source="partner.slug", help_text="The partner's slug.")
    vendor = serializers.CharField(source="vendor.slug", help_text="The vendor's slug.")


class EnrollmentKeyFilter(FilterSet):
    """Whose rows."""

    enrollment = NumberFilter(field_name="enrollment_id", help_text="The enrollment's id.")
    partner = CharFilter(field_name="partner__slug", help_text="The partner's slug.")
    vendor = CharFilter(field_name="vendor__slug", help_text="The vendor's slug.")


# -- Standings


class StandingSerializer(ReadSerializer):
    """Where an enrollment stands."""

    enrollment = serializers.IntegerField(source="enrollment.pk")
    vendor = VendorSerializer(source="enrollment.vendor")
    program = ProgramNameSerializer(source="enrollment.program")
    partner = PartnerNameSerializer(source="enrollment.partner")
    tier = serializers.CharField(source="standing.tier.name", default=None, allow_null=True, help_text="What it holds.")
    since = serializers.DateTimeField(source="standing.since", default=None, allow_null=True)
    why = serializers.CharField(source="standing.why", default="", help_text="The sentence with which it was awarded.")
    calculated_tier = serializers.CharField(source="calculation.tier.name", default=None, allow_null=True)
    score = serializers.DecimalField(
        source="calculation.total", max_digits=16, decimal_places=2, default=None, allow_null=True
    )
    figures_on = serializers.DateField(
        source="calculation.day", default=None, allow_null=True, help_text="The day whose figures count."
    )
    next_review = serializers.SerializerMethodField()

    def to_representation(self, instance: Any) -> Shown:
        """Return an enrollment's standing."""
        shown: Shown = super().to_representation(place_of(instance))
        return shown

    def get_next_review(self, place: Place) -> date | None:
        """Return the next day on which tiers may be lowered."""
        if place.calculation is None:
            return None
        return place.next_review(place.enrollment.vendor.today())


class RequirementSerializer(ReadSerializer):
    """A requirement: a single one, or several of which all or any are needed (`parts`)."""

    kind = serializers.ChoiceField(choices=["need", "all", "any"])
    name = serializers.CharField(help_text="May be empty for a group.")
    met = serializers.BooleanField()
    share = serializers.DecimalField(max_digits=5, decimal_places=4, help_text="How much of it is done, 0 to 1.")
    op = serializers.ChoiceField(choices=list(Op), allow_null=True)
    value = serializers.CharField(allow_null=True, help_text="What there is; null for groups and lists.")
    low = serializers.CharField(allow_null=True)
    high = serializers.CharField(allow_null=True)
    missing = serializers.CharField(allow_null=True, help_text="How much more, or less, is needed.")
    values = serializers.ListField(child=serializers.CharField(), help_text="Of a list: what is asked for.")
    missing_values = serializers.ListField(child=serializers.CharField())
    parts = serializers.SerializerMethodField()

    @extend_schema_field(lazy_serializer("standing.standing_api.RequirementSerializer")(many=True))
    def get_parts(self, shown: Shown) -> list[Shown]:
        """Return what it is made of."""
        return [RequirementSerializer(part).data for part in shown["parts"]]


class ScoreLineSerializer(ReadSerializer):
    """What a figure adds."""

    slug = serializers.SlugField()
    name = serializers.CharField()
    figure = serializers.CharField(help_text="What is counted, over which time.")
    value = serializers.CharField()
    points = serializers.DecimalField(max_digits=16, decimal_places=2)


class ScoreCategorySerializer(ReadSerializer):
    """A category: its lines added up, at most `most`; `weight` times that is what the score takes."""

    slug = serializers.SlugField()
    name = serializers.CharField()
    points = serializers.DecimalField(max_digits=16, decimal_places=2)
    most = serializers.DecimalField(max_digits=16, decimal_places=4, allow_null=True)
    weight = serializers.DecimalField(max_digits=16, decimal_places=4)
    lines = ScoreLineSerializer(many=True)


class LadderTierSerializer(ReadSerializer):
    """A tier with how its own requirements stand. It takes those of all tiers below, too."""

    slug = serializers.SlugField()
    name = serializers.CharField()
    rank = serializers.IntegerField()
    met = serializers.BooleanField(help_text="Whether its own are met, and those of all below.")
    missing = serializers.ListField(child=serializers.CharField(), help_text="In words.")
    requirements = RequirementSerializer()


class OpenSpecialisationSerializer(ReadSerializer):
    """A specialisation with how its requirements stand."""

    slug = serializers.SlugField()
    name = serializers.CharField()
    met = serializers.BooleanField()
    requirements = RequirementSerializer()


class StandingDetailSerializer(StandingSerializer):
    """Where an enrollment stands, with the explanation: figures, points and requirements that add up."""

    categories = serializers.SerializerMethodField(help_text="What the score is made of.")
    tiers = serializers.SerializerMethodField(help_text="The ladder, lowest first.")
    specialisations = serializers.SerializerMethodField()

    @extend_schema_field(ScoreCategorySerializer(many=True))
    def get_categories(self, place: Place) -> list[Shown]:
        """Return the categories."""
        if place.calculation is None:
            return []
        found = [{**_shape(each, "slug", "name", "most", "weight"), "lines": _lines(place, each.slug),
                  "points": place.verdict.categories[each.slug]} for each in place.shape.categories]  # fmt: skip
        return [ScoreCategorySerializer(each).data for each in found]

    @extend_schema_field(LadderTierSerializer(many=True))
    def get_tiers(self, place: Place) -> list[Shown]:
        """Return the ladder."""
        if place.calculation is None:
            return []
        tiers = enumerate(zip(place.shape.tiers, place.verdict.tiers, strict=True), 1)
        return [
            LadderTierSerializer({
                **_shape(tier, "slug", "name"), "rank": rank, "met": rank <= place.verdict.rank,
                "missing": place.missing(rank), "requirements": requirement(place, judged),
            }).data
            for rank, (tier, judged) in tiers
        ]  # fmt: skip

    @extend_schema_field(OpenSpecialisationSerializer(many=True))
    def get_specialisations(self, place: Place) -> list[Shown]:
        """Return the scheme's specialisations."""
        if place.calculation is None:
            return []
        found = [(each, place.verdict.specialisations[each.slug]) for each in place.shape.specialisations]
        return [
            OpenSpecialisationSerializer({
                **_shape(each, "slug", "name"), "met": judged.met, "requirements": requirement(place, judged),
            }).data
            for each, judged in found
        ]  # fmt: skip


def _shape(of: Any, *names: str) -> Shown:
    return {name: getattr(of, name) for name in names}


def _lines(place: Place, category: str) -> list[Shown]:
    return [
        {
            "slug": line.slug,
            "name": line.name,
            "figure": figure_name(line.figure, place.labels),
            "value": _value(place, line.figure),
            "points": place.verdict.lines[line.slug],
        }
        for line in place.shape.lines
        if line.category == category
    ]


def _value(place: Place, figure: Figure) -> str:
    return _number(place.values.get(figure, Decimal(0))) or "0"


def _number(value: Value | None) -> str | None:
    if isinstance(value, tuple):
        return str(len(value))
    return None if value is None else f"{value.normalize():f}"


def requirement(place: Place, judged: Judged) -> Shown:
    """Return a judged requirement as plain values, with its parts."""
    node = judged.node
    shown: Shown = {
        "kind": "all", "name": "", "met": judged.met, "share": share(judged).quantize(Decimal("0.0001")), "op": None,
        "value": None, "low": None, "high": None, "missing": None, "values": [], "missing_values": [],
        "parts": [requirement(place, part) for part in judged.parts],
    }  # fmt: skip
    if isinstance(node, Need):
        listed = isinstance(judged.missing, tuple)
        return shown | {
            "kind": "need",
            "name": need_name(place.shape, node, place.labels),
            "op": node.op,
            "value": None if node.values else _number(judged.value),
            "low": _number(node.low),
            "high": _number(node.high),
            "missing": None if listed or node.values else _number(judged.missing),
            "values": list(node.values),
            "missing_values": list(judged.missing) if isinstance(judged.missing, tuple) else [],
        }
    if isinstance(node, Ref):
        return shown | {"name": named(place.shape, node)}
    assert isinstance(node, Group)  # noqa: S101  (there is nothing else)
    return shown | {"kind": "all" if node.every else "any", "name": node.name}


class StandingFilter(FilterSet):
    """Which standings."""

    partner = CharFilter(field_name="partner__slug", help_text="The partner's slug.")
    vendor = CharFilter(field_name="vendor__slug", help_text="The vendor's slug.")
    tier = CharFilter(field_name="standing__tier__slug", help_text="The slug of the tier that is held.")
    calculated_tier = CharFilter(field_name="calculation__tier__slug", help_text="The slug of what figures bring.")
    below = BooleanFilter(method="only_below", help_text="Whether figures don't reach the tier that was earned.")

    class Meta:
        model = Enrollment
        fields: list[str] = []

    def only_below(self, found: QuerySet[Any], name: str, wanted: bool) -> QuerySet[Any]:  # noqa: FBT001 -- django-filter's signature
        """Keep those whose figures lie below, or don't."""
        below = Q(standing__earned__rank__gt=F("calculation__rank"))
        return found.filter(below) if wanted else found.exclude(below)


@extend_schema_view(
    list=extend_schema(operation_id="standings_list", summary="List standings"),
    retrieve=extend_schema(
        operation_id="standings_retrieve",
        summary="Read a standing with its reasons",
        responses=StandingDetailSerializer,
    ),
)
@extend_schema(tags=["Standing"])
class StandingViewSet(ScopedViewSet):
    """Where enrollments stand, as it was computed last. Named by the enrollment's id."""

    model = Enrollment
    read_scope = "standing:read"
    read_permission = VIEW_STANDING
    filterset_class = StandingFilter
    lookup_value_regex = "[1-9][0-9]{0,17}"

    def get_queryset(self) -> QuerySet[Any]:
        """Return the enrollments in sight that stand somewhere."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return enrolled(self.actor).filter(Q(standing__isnull=False) | Q(calculation__isnull=False))

    def get_serializer_class(self) -> type[ReadSerializer]:
        """Return the explanation for one, the figures alone for a list."""
        return StandingDetailSerializer if self.detail else StandingSerializer

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        """Return a page of it."""
        rows: list[Any] = super().paginate_queryset(queryset) or []
        read_schemes_once(rows)
        return rows


# -- Tiers so far, specialisations


class TierChangeSerializer(VeiledSerializer, EnrollmentKeySerializer):
    """A time for which a tier was held."""

    tier = serializers.CharField(source="tier.name")
    since = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True, help_text="Null while it is held.")
    why = serializers.CharField(help_text="Why it was awarded.")


class TierChangeFilter(EnrollmentKeyFilter):
    """Which changes."""

    since = DateFilter(field_name="since", lookup_expr="date__gte", help_text="Begun from this day on.")

    class Meta:
        model = TierSpan
        fields: list[str] = []


@extend_schema_view(
    list=extend_schema(operation_id="tier_changes_list", summary="List the tiers held so far"),
    retrieve=extend_schema(operation_id="tier_changes_retrieve", summary="Read a time for which a tier was held"),
)
@extend_schema(tags=["Standing"])
class TierChangeViewSet(VeiledViewSet):
    """The history of tiers: each with from when to when, and why."""

    model = TierSpan
    veil = "tierspan"
    related = ("tier", "partner", "vendor")
    read_scope = "standing:read"
    read_permission = VIEW_STANDING
    serializer_class = TierChangeSerializer
    filterset_class = TierChangeFilter


class SpecialisationSerializer(VeiledSerializer, EnrollmentKeySerializer):
    """Something that a partner is recognised for."""

    slug = serializers.SlugField()
    name = serializers.CharField()
    since = serializers.DateField()
    expires_on = serializers.DateField()
    ended_on = serializers.DateField(allow_null=True)


class SpecialisationFilter(EnrollmentKeyFilter):
    """Which specialisations."""

    slug = CharFilter(help_text="The specialisation's slug.")
    held = BooleanFilter(field_name="ended_on", lookup_expr="isnull", help_text="Whether it is held today.")

    class Meta:
        model = Specialisation
        fields: list[str] = []


@extend_schema_view(
    list=extend_schema(operation_id="specialisations_list", summary="List specialisations"),
    retrieve=extend_schema(operation_id="specialisations_retrieve", summary="Read a specialisation"),
)
@extend_schema(tags=["Standing"])
class SpecialisationViewSet(VeiledViewSet):
    """What partners are, or were, recognised for."""

    model = Specialisation
    veil = "specialisation"
    related = ("partner", "vendor")
    read_scope = "standing:read"
    read_permission = VIEW_STANDING
    serializer_class = SpecialisationSerializer
    filterset_class = SpecialisationFilter
