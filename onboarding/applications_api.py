"""Applications over the API: list, read, decide, ask, note. For a vendor's systems; applicants have their page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import BooleanFilter, CharFilter, FilterSet, MultipleChoiceFilter, NumberFilter
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.reverse import reverse

from onboarding.doubts import doubt_words
from onboarding.enums import ApplicationState, DeclineReason
from onboarding.models import Application, ApplicationMessage
from onboarding.permissions import DECIDE_APPLICATIONS, VIEW_RECRUITING
from onboarding.services import applications as services
from onboarding.workflow import APPLICATION
from partners.api import PartnerNameSerializer, ProgramNameSerializer
from partners.enums import Headcount, PartnerType
from people.api import PersonNameSerializer
from prm.kernel.api import MomentFilter, ReadSerializer, ScopedViewSet, WriteSerializer
from prm.kernel.api_defaults import ByTime, Pagination, actor_of_request
from prm.kernel.api_headers import ETAG
from prm.kernel.errors import Forbidden
from prm.kernel.opaque import veil

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

    from prm.kernel.workflow import Transition

SUBLIST: dict[str, Any] = {"pagination_class": Pagination, "filterset_class": None}


class CriterionSerializer(ReadSerializer):
    """What a criterion of the ideal profile brought."""

    criterion = serializers.CharField()
    name = serializers.CharField()
    weight = serializers.IntegerField(help_text="Points that it brings at most; all add up to 100.")
    earned = serializers.IntegerField()
    known = serializers.BooleanField(help_text="Whether anything was stated about it.")
    sentence = serializers.CharField()


class ApplicationTransitionSerializer(ReadSerializer):
    """Something that the caller may do with the application now."""

    name = serializers.CharField()
    label = serializers.CharField(  # type: ignore[assignment]
        help_text="What a button says, in the caller's language."
    )
    url = serializers.CharField(help_text="POST here.")


class ApplicationSerializer(ReadSerializer):
    """An application whose address is proven."""

    reference = serializers.CharField()
    revision = serializers.IntegerField(help_text="Also the ETag.")
    program = ProgramNameSerializer()
    state = serializers.ChoiceField(choices=ApplicationState.choices)
    name = serializers.CharField(help_text="The company.")
    legal_name = serializers.CharField()
    type = serializers.ChoiceField(choices=PartnerType.choices, allow_blank=True)
    country = serializers.CharField(help_text="ISO 3166-1 alpha-2; may be empty.")
    city = serializers.CharField()
    website = serializers.CharField()
    domain = serializers.CharField(help_text="Of the proven address.")
    headcount = serializers.ChoiceField(choices=Headcount.choices, allow_blank=True)
    regions = serializers.ListField(child=serializers.CharField())
    languages = serializers.ListField(child=serializers.CharField())
    industries = serializers.ListField(child=serializers.CharField())
    services = serializers.ListField(child=serializers.CharField())
    product_lines = serializers.ListField(child=serializers.CharField())
    certifications = serializers.ListField(child=serializers.CharField())
    customers = serializers.CharField()
    description = serializers.CharField()
    contact_name = serializers.CharField()
    email = serializers.EmailField()
    phone = serializers.CharField()
    answers = serializers.DictField(help_text="To the program's own questions, by slug.")
    score = serializers.IntegerField(allow_null=True, help_text="Fit, 0 to 100; null without a published profile.")
    reasons = CriterionSerializer(many=True)
    doubts = serializers.SerializerMethodField(help_text="What speaks against deciding it by rule, in sentences.")
    submitted_at = serializers.DateTimeField(help_text="When the address was proven.")
    due_at = serializers.DateTimeField(help_text="When the decision is due.")
    decided_at = serializers.DateTimeField(allow_null=True)
    decided_by = PersonNameSerializer(allow_null=True, help_text="Null while undecided, and where a rule decided.")
    decided_why = serializers.CharField(help_text="The rule's sentence; empty where a person decided.")
    decline_reason = serializers.ChoiceField(choices=DeclineReason.choices, allow_blank=True)
    decision_text = serializers.CharField(help_text="What the applicant reads.")
    partner = PartnerNameSerializer(allow_null=True)
    enrollment = serializers.IntegerField(source="enrollment_id", allow_null=True)
    updated_at = serializers.DateTimeField()
    available_transitions = serializers.SerializerMethodField()

    def get_doubts(self, application: Application) -> list[str]:
        """Return them in the caller's language."""
        return [doubt_words(doubt) for doubt in application.doubts]

    @extend_schema_field(ApplicationTransitionSerializer(many=True))
    def get_available_transitions(self, application: Application) -> list[dict[str, str]]:
        """Return what the caller may do now: the same table that makes the pages' buttons."""
        request = self.context["request"]
        base = reverse("api:application-detail", args=[application.reference], request=request)
        return [
            {"name": transition.name, "label": str(transition.label), "url": f"{base}{transition.name}/"}
            for transition in APPLICATION.available(application, actor_of_request(request))
        ]


class ApplicationMessageSerializer(ReadSerializer):
    """A question, an answer, or a note."""

    id = serializers.SerializerMethodField(help_text="Stable.")
    text = serializers.CharField()
    person = PersonNameSerializer(allow_null=True, help_text="Null where the applicant wrote it.")
    is_internal = serializers.BooleanField(help_text="Whether only the vendor reads it.")
    created_at = serializers.DateTimeField()

    def get_id(self, message: ApplicationMessage) -> str:
        """Return the veiled id."""
        return veil(message.pk, "application_message")


class ApplicationFilter(FilterSet):
    """Which applications."""

    state = MultipleChoiceFilter(choices=ApplicationState.choices, help_text="May be given several times.")
    program = NumberFilter(field_name="program_id", help_text="The program's id.")
    company = CharFilter(field_name="name", lookup_expr="icontains", help_text="Part of the company's name.")
    domain = CharFilter(field_name="domain", help_text="Of the proven address.")
    score_from = NumberFilter(field_name="score", lookup_expr="gte")
    submitted_after = MomentFilter(field_name="submitted_at", lookup_expr="gte")
    submitted_before = MomentFilter(field_name="submitted_at", lookup_expr="lt")
    updated_after = MomentFilter(field_name="updated_at", lookup_expr="gte", help_text="To read what changed.")
    overdue = BooleanFilter(method="is_overdue", help_text="Whether the decision is late.")

    class Meta:
        model = Application
        fields: list[str] = []

    def is_overdue(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001  (django-filter's hook)
        """Keep those whose service level has passed, or the others."""
        late = Q(state=ApplicationState.SUBMITTED, due_at__lte=timezone.now())
        return rows.filter(late) if value else rows.exclude(late)


class ApprovalWriteSerializer(WriteSerializer):
    """An approval."""

    message = serializers.CharField(
        max_length=services.LONGEST, required=False, allow_blank=True, help_text="The applicant reads it."
    )


class DeclineWriteSerializer(WriteSerializer):
    """A decline."""

    reason = serializers.ChoiceField(choices=DeclineReason.choices)
    message = serializers.CharField(max_length=services.LONGEST, help_text="The applicant reads it.")


class AskWriteSerializer(WriteSerializer):
    """A question to the applicant."""

    message = serializers.CharField(max_length=services.LONGEST_NOTE)


class NoteWriteSerializer(WriteSerializer):
    """A note."""

    text = serializers.CharField(max_length=services.LONGEST_NOTE)


@dataclass(frozen=True, slots=True)
class Deed:
    """How the API carries a transition out: the body it takes, the service it calls, and a line for the document."""

    body: type[WriteSerializer]
    service: Callable[..., Application]
    summary: str


DEEDS = {
    "approve": Deed(ApprovalWriteSerializer, services.approve_application, "Approve: the company is enrolled"),
    "decline": Deed(DeclineWriteSerializer, services.decline_application, "Decline with a reason"),
    "ask": Deed(AskWriteSerializer, services.ask_applicant, "Ask the applicant; the clock stops"),
    "waitlist": Deed(ApprovalWriteSerializer, services.waitlist_application, "Put on the waiting list"),
}
# What the applicant or the clock does has no address here.
BY_VENDORS = tuple(transition for transition in APPLICATION.transitions if transition.permission.roles)


def _method(transition: Transition) -> Callable[..., Response]:
    deed = DEEDS[transition.name]

    def carry_out(self: Any, request: Request, reference: str) -> Response:
        application = self.named_row()
        if not self.actor.may(transition.permission):
            raise Forbidden("not_allowed", _("Your role doesn't allow this."))
        found = self.parsed(request, deed.body)

        def act() -> Response:
            return self.answer_afresh(deed.service(actor=self.actor, application=application, **found))

        return self.once(request, act)

    carry_out.__name__ = f"carry_out_{transition.name}"
    carry_out.__doc__ = f"{deed.summary}. From {', '.join(sorted(transition.sources))}; leads to {transition.target}."
    routed = action(detail=True, methods=["post"], url_path=transition.name, url_name=transition.name)(carry_out)
    return extend_schema(
        operation_id=f"applications_{transition.name}",
        summary=deed.summary,
        request=deed.body,
        responses=ApplicationSerializer,
        parameters=[ETAG],
    )(routed)


class Decisions:
    """A method of the view set for each transition that the vendor's people may take."""


for _transition in BY_VENDORS:
    setattr(Decisions, f"carry_out_{_transition.name}", _method(_transition))


@extend_schema_view(
    list=extend_schema(operation_id="applications_list", summary="List applications, newest first"),
    retrieve=extend_schema(operation_id="applications_retrieve", summary="Read an application", parameters=[ETAG]),
)
@extend_schema(tags=["Applications"])
class ApplicationViewSet(Decisions, ScopedViewSet):
    """Applications to the vendor's programs, once their address is proven."""

    model = Application
    related: ClassVar[tuple[str, ...]] = ("program", "partner", "decided_by")
    read_scope = "onboarding:read"
    write_scope = "onboarding:write"
    read_permission = VIEW_RECRUITING
    serializer_class = ApplicationSerializer
    filterset_class = ApplicationFilter
    pagination_class = ByTime
    lookup_field = "reference"
    lookup_value_regex = "[A-Z]{2,4}-[0-9A-Z]{2,4}-[0-9A-Z]{4,8}"

    @extend_schema(
        operation_id="applications_messages",
        summary="Questions, answers and notes",
        responses=ApplicationMessageSerializer(many=True),
    )
    @action(detail=True, methods=["get"], serializer_class=ApplicationMessageSerializer, **SUBLIST)
    def messages(self, request: Request, reference: str) -> Response:
        """Answer with them, newest first."""
        self.check_parameters()
        rows = ApplicationMessage.objects.visible_to(self.actor).filter(application=self.named_row())
        return self.page(rows.select_related("person"))

    @extend_schema(
        operation_id="applications_note",
        summary="Write a note that only the vendor reads",
        request=NoteWriteSerializer,
        responses={201: ApplicationMessageSerializer},
    )
    @messages.mapping.post
    def note(self, request: Request, reference: str) -> Response:
        """Write it."""
        application = self.named_row()
        if not self.actor.may(DECIDE_APPLICATIONS):
            raise Forbidden("not_allowed", _("Your role doesn't allow this."))
        found = self.parsed(request, NoteWriteSerializer)

        def write() -> Response:
            made = services.note_on_application(actor=self.actor, application=application, **found)
            context = self.get_serializer_context()
            return Response(ApplicationMessageSerializer(made, context=context).data, status=201)

        return self.once(request, write)
