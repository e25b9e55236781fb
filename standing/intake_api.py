"""Facts from outside over the API: batches in, with an outcome for each row; certificates; the work list."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, ClassVar

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from django_filters import BooleanFilter, CharFilter, ChoiceFilter, DateFilter, FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from partners.api import PartnerNameSerializer, VendorSerializer
from prm.kernel.api import ReadSerializer, ScopedViewSet, WriteSerializer
from prm.kernel.errors import Forbidden
from prm.kernel.opaque import unveil, veil
from standing.enums import CredentialKind, CredentialLevel, Problem, WaitingState
from standing.helping import help_waiting, ignore_waiting
from standing.intake import KINDS, MOST_ROWS, Outcome, Result, Row, Unknown, take_in
from standing.models import Holding, WaitingFact
from standing.permissions import RECORD_FACTS, VIEW_ACHIEVEMENTS, VIEW_FACTS

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

LARGEST_ID = 2**63 - 1


class RowWriteSerializer(WriteSerializer):
    """What every row from outside says."""

    external_id = serializers.CharField(
        max_length=120, help_text="Its number in your system. The same again corrects it."
    )
    partner = serializers.CharField(
        max_length=200,
        required=False,
        allow_blank=True,
        help_text="Your number for the partner (`external_id` of the enrollment), its slug, domain or exact name.",
    )
    program = serializers.CharField(
        max_length=120, required=False, allow_blank=True, help_text="Where the partner is in several programs."
    )
    cancelled = serializers.BooleanField(required=False, help_text="Takes the row back.")


class AchievementWriteSerializer(RowWriteSerializer):
    """Somebody earned a certificate, course or accreditation."""

    credential = serializers.CharField(max_length=80, help_text="Its slug, as set up in the console.")
    holder_name = serializers.CharField(max_length=150)
    holder_email = serializers.EmailField(
        max_length=254, required=False, allow_blank=True, help_text="Certificates follow the person with this address."
    )
    earned_on = serializers.DateField()
    expires_on = serializers.DateField(required=False, allow_null=True, help_text="By the credential without it.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what expires before it is earned."""
        if attrs.get("expires_on") and attrs["expires_on"] <= attrs["earned_on"]:
            raise serializers.ValidationError({"expires_on": [_("It expires after the day on which it was earned.")]})
        return attrs


class BatchSerializer(WriteSerializer):
    """A batch of rows from one system."""

    source = serializers.SlugField(  # type: ignore[assignment]
        max_length=40, help_text="Which system they come from, such as `erp`."
    )
    unknown_customers = serializers.ChoiceField(
        choices=[(one.value, one.value) for one in Unknown],
        required=False,
        default=Unknown.WAIT.value,
        help_text="Customers that no account is found for: `wait` on the work list, `create` the account, or `leave` "
        "it out.",
    )
    rows = serializers.ListField(child=serializers.DictField(), min_length=1, max_length=MOST_ROWS)


class AchievementBatchSerializer(BatchSerializer):
    """A batch of certificates."""

    rows = AchievementWriteSerializer(many=True, max_length=MOST_ROWS)  # type: ignore[assignment, call-arg]


class OutcomeSerializer(ReadSerializer):
    """What became of a row."""

    index = serializers.IntegerField(help_text="The row's place in the batch, from 0.")
    external_id = serializers.CharField()
    result = serializers.ChoiceField(choices=[(one.value, one.value) for one in Result])
    problems = serializers.ListField(
        child=serializers.ChoiceField(choices=Problem.choices), help_text="What a waiting row lacks."
    )
    message = serializers.CharField(help_text="Why a row was refused, else empty.")


class BatchAnswerSerializer(ReadSerializer):
    """What became of a batch."""

    counts = serializers.DictField(child=serializers.IntegerField(), help_text="How many rows had each result.")
    rows = OutcomeSerializer(many=True)


class VeiledViewSet(ScopedViewSet):
    """A view set whose rows are named by veiled ids. A subclass says under which `veil`."""

    veil: ClassVar[str]
    lookup_value_regex = "[a-z2-7]{13}"

    def get_object(self) -> Any:
        """Return the row that the veiled id names."""
        try:
            pk = unveil(self.kwargs["pk"], self.veil)
        except ValueError:
            raise Http404 from None
        if (found := self.get_queryset().filter(pk=pk).first()) is None:
            raise Http404
        return found


class VeiledSerializer(ReadSerializer):
    """A row with its veiled id."""

    id = serializers.SerializerMethodField(help_text="Stable; says nothing about other rows.")

    def get_id(self, row: Any) -> str:
        """Return the veiled id."""
        return veil(row.pk, row._meta.model_name)


class FactViewSet(VeiledViewSet):
    """Facts of a kind: a list in sight, and batches in. A subclass names `kind`, its row and its serializer."""

    kind: ClassVar[str]
    row_serializer: ClassVar[type[WriteSerializer]]
    read_scope = "facts:read"
    write_scope = "facts:write"
    read_permission = VIEW_FACTS

    def get_queryset(self) -> QuerySet[Any]:
        """Return what holds; with `history=true` also what was corrected, and its counter-entries."""
        found = super().get_queryset()
        if getattr(self, "swagger_fake_view", False) or self.request.query_params.get("history") == "true":
            return found
        return found.standing()  # type: ignore[attr-defined]

    def take(self, request: Request) -> Response:
        """Book a batch, row by row: what is off in one row leaves the others alone."""
        if not self.actor.may(RECORD_FACTS):
            raise Forbidden("not_allowed", _("Your role doesn't record facts."))
        batch = self.parsed(request, BatchSerializer)

        def book() -> Response:
            outcomes = self._book(batch)
            answer = {
                "counts": Counter(str(outcome.result) for outcome in outcomes),
                "rows": [{"index": at, **_as_data(outcome)} for at, outcome in enumerate(outcomes)],
            }
            return Response(BatchAnswerSerializer(answer).data)

        return self.once(request, book)

    def _book(self, batch: dict[str, Any]) -> list[Outcome]:
        outcomes: list[Outcome | None] = []
        rows: list[Row] = []
        for content in batch["rows"]:
            parser = self.row_serializer(data=content, context=self.get_serializer_context())
            if parser.is_valid():
                rows.append(KINDS[self.kind].row(source=batch["source"], **parser.validated_data))
                outcomes.append(None)
            else:
                number = str(content.get("external_id", ""))[:120]
                outcomes.append(Outcome(external_id=number, result=Result.REFUSED, message=_first_error(parser.errors)))
        unknown = Unknown(batch["unknown_customers"])
        booked = iter(take_in(actor=self.actor, kind=self.kind, rows=rows, unknown=unknown))
        return [next(booked) if outcome is None else outcome for outcome in outcomes]


def _as_data(outcome: Outcome) -> dict[str, Any]:
    return {
        "external_id": outcome.external_id,
        "result": str(outcome.result),
        "problems": [str(problem) for problem in outcome.problems],
        "message": str(outcome.message),
    }


def _first_error(errors: Any) -> str:
    name, found = next(iter(errors.items()))
    return f"{name}: {found[0] if isinstance(found, list) else found}"


def documented(kind: str, word: str, batch: type[WriteSerializer]) -> Any:
    """Return the decorator that documents a fact view set's two operations."""
    return extend_schema_view(
        list=extend_schema(operation_id=f"{kind}_list", summary=f"List {word}"),
        retrieve=extend_schema(operation_id=f"{kind}_retrieve", summary=f"Read one of the {word}"),
        create=extend_schema(
            operation_id=f"{kind}_record",
            summary=f"Record {word}",
            request=batch,
            responses={200: BatchAnswerSerializer},
        ),
    )


class FactFilter(FilterSet):
    """Which facts."""

    partner = CharFilter(field_name="partner__slug", help_text="The partner's slug.")
    since = DateFilter(field_name="day", lookup_expr="gte", help_text="From this day on.")
    until = DateFilter(field_name="day", lookup_expr="lt", help_text="Before this day.")
    history = BooleanFilter(method="as_asked", help_text="`true`: also what was corrected, and its counter-entries.")

    def as_asked(self, queryset: QuerySet[Any], _name: str, _value: object) -> QuerySet[Any]:
        """Leave it to the view set, which starts from what holds."""
        return queryset


class HoldingSerializer(VeiledSerializer):
    """A certificate, course or accreditation that counts for a partner."""

    vendor = VendorSerializer()
    partner = PartnerNameSerializer()
    credential = serializers.SlugField(source="achievement.credential.slug")
    name = serializers.CharField(source="achievement.credential.name")
    kind = serializers.ChoiceField(source="achievement.credential.kind", choices=CredentialKind.choices)
    level = serializers.ChoiceField(
        source="achievement.credential.level",
        choices=[*CredentialLevel.choices, ("", "none")],
        help_text="May be empty.",
    )
    holder_name = serializers.CharField(source="achievement.holder_name")
    earned_on = serializers.DateField(source="achievement.earned_on")
    expires_on = serializers.DateField(source="achievement.expires_on", allow_null=True)
    day = serializers.DateField(help_text="From when it counts for this partner.")
    ends = serializers.DateField(allow_null=True, help_text="Until when; null where it doesn't expire.")
    n = serializers.IntegerField(help_text="1, or -1 in a counter-entry.")


class HoldingFilter(FactFilter):
    """Which certificates."""

    credential = CharFilter(field_name="achievement__credential__slug", help_text="Its slug.")
    kind = ChoiceFilter(field_name="achievement__credential__kind", choices=CredentialKind.choices)

    class Meta:
        model = Holding
        fields: list[str] = []


@documented("certificates", "certificates and courses", AchievementBatchSerializer)
@extend_schema(tags=["Facts"])
class CertificateViewSet(FactViewSet):
    """What people earned, here or elsewhere. A seat that reaches only its own records sees its own certificates."""

    model = Holding
    related = ("vendor", "partner", "achievement__credential")
    kind = "certificates"
    veil = "holding"
    row_serializer = AchievementWriteSerializer
    read_permission = VIEW_ACHIEVEMENTS
    serializer_class = HoldingSerializer
    filterset_class = HoldingFilter

    def create(self, request: Request) -> Response:
        """Record up to 1,000 rows; each has an outcome of its own. Needs the scope `facts:write`."""
        return self.take(request)


class WaitingSerializer(VeiledSerializer):
    """A row that waits to be booked."""

    kind = serializers.CharField(help_text="Such as `sales-lines`.")
    source_system = serializers.CharField(source="source")
    external_id = serializers.CharField()
    partner = serializers.CharField(source="named", help_text="The partner as named; may be empty.")
    problems = serializers.ListField(child=serializers.ChoiceField(choices=Problem.choices))
    state = serializers.ChoiceField(choices=WaitingState.choices)
    content = serializers.DictField(help_text="The row as it came.")
    created_at = serializers.DateTimeField()


class WaitingFilter(FilterSet):
    """Which rows."""

    kind = CharFilter(help_text="Such as `sales-lines`.")
    state = ChoiceFilter(choices=WaitingState.choices)
    problem = ChoiceFilter(field_name="problems", lookup_expr="contains", choices=Problem.choices, method="lacking")

    class Meta:
        model = WaitingFact
        fields: list[str] = []

    def lacking(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Keep rows that lack this."""
        return queryset.filter(problems__contains=[value])


class HelpSerializer(WriteSerializer):
    """What a row stands for."""

    enrollment = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)
    account = serializers.CharField(required=False, help_text="An account's id, `none`, or `create`.")
    product = serializers.CharField(required=False, help_text="A product's id, or `none`.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return ids as numbers."""
        return {key: int(value) if str(value).isdecimal() else value for key, value in attrs.items()}


class IgnoreSerializer(WriteSerializer):
    """Why a row is set aside."""

    reason = serializers.CharField(max_length=300)


@extend_schema_view(
    list=extend_schema(operation_id="waiting_list", summary="List rows that wait"),
    retrieve=extend_schema(operation_id="waiting_retrieve", summary="Read a row that waits"),
)
@extend_schema(tags=["Facts"])
class WaitingViewSet(VeiledViewSet):
    """The work list: rows that found no partner, customer, product or rate. For the vendor."""

    model = WaitingFact
    read_scope = "facts:read"
    write_scope = "facts:write"
    read_permission = VIEW_FACTS
    serializer_class = WaitingSerializer
    filterset_class = WaitingFilter
    veil = "waitingfact"

    @extend_schema(
        operation_id="waiting_help",
        summary="Say what a row stands for",
        request=HelpSerializer,
        responses=WaitingSerializer,
    )
    @action(detail=True, methods=["post"])
    def help(self, request: Request, pk: str) -> Response:
        """Answer what the row lacks; a partner's name then stands for this partner in all rows, also later ones."""
        fact = self.get_object()
        chosen = self.parsed(request, HelpSerializer)

        def book() -> Response:
            help_waiting(actor=self.actor, fact=fact, chosen=chosen)
            return self.answer_afresh(fact)

        return self.once(request, book)

    @extend_schema(
        operation_id="waiting_ignore", summary="Set a row aside", request=IgnoreSerializer, responses=WaitingSerializer
    )
    @action(detail=True, methods=["post"])
    def ignore(self, request: Request, pk: str) -> Response:
        """Set the row aside: it is not booked."""
        fact = self.get_object()
        reason = self.parsed(request, IgnoreSerializer)["reason"]
        return self.once(
            request, lambda: self.answer_afresh(ignore_waiting(actor=self.actor, fact=fact, reason=reason))
        )
