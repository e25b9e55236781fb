"""Agreements over the API: read, send, take back. They are signed by hand, in a browser, never here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from django_filters import BooleanFilter, CharFilter, ChoiceFilter, DateFilter, FilterSet, NumberFilter
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action

from onboarding.enums import AgreementState, Occasion, VersionState
from onboarding.models import Agreement, AgreementTemplate, AgreementVersion, Signature
from onboarding.permissions import SEND_AGREEMENTS, VIEW_AGREEMENTS
from onboarding.services.agreements import send_agreement, take_back_agreement
from partners.enums import PartnerType, Region
from partners.models import Enrollment
from prm.kernel.api import ReadSerializer, ScopedViewSet, WriteSerializer
from prm.kernel.errors import Forbidden, RuleViolation

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request
    from rest_framework.response import Response

    from prm.kernel.actors import Permission


class SignatureSerializer(ReadSerializer):
    """Who signed for which side. Where from and how stands in the sealed PDF's evidence."""

    side = serializers.SerializerMethodField()
    name = serializers.CharField()
    position = serializers.CharField()
    signed_at = serializers.DateTimeField()
    document_hash = serializers.CharField(help_text="SHA-256 of the document that was shown.")

    def get_side(self, row: Signature) -> str:
        """Return for which side."""
        return "vendor" if row.is_vendor else "partner"


class AgreementSerializer(ReadSerializer):
    """A text as put to a partner, and what became of it."""

    key = serializers.UUIDField()
    reference = serializers.CharField()
    title = serializers.CharField()
    template = serializers.SlugField(source="template.slug")
    language = serializers.CharField(source="template.language")
    version = serializers.IntegerField(source="version.number")
    state = serializers.ChoiceField(choices=AgreementState.choices)
    occasion = serializers.ChoiceField(choices=Occasion.choices)
    vendor = serializers.CharField(source="vendor.slug")
    partner = serializers.CharField(source="partner.slug")
    enrollment = serializers.IntegerField(source="enrollment_id")
    text = serializers.CharField(help_text="With its values, as it is signed.")
    document_hash = serializers.CharField(help_text="SHA-256 of title, number and text.")
    sealed_hash = serializers.CharField(help_text="SHA-256 of the sealed PDF; empty until it is made.")
    sent_at = serializers.DateTimeField()
    signed_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True, help_text="In force since.")
    valid_until = serializers.DateField(allow_null=True)
    gate_from = serializers.DateField(allow_null=True, help_text="From when the portal waits for it.")
    ended_at = serializers.DateTimeField(allow_null=True)
    why = serializers.CharField(help_text="Why it was taken back or ended.")
    signatures = SignatureSerializer(many=True)


class AgreementFilter(FilterSet):
    """Which agreements."""

    state = ChoiceFilter(choices=AgreementState.choices)
    template = CharFilter(field_name="template__slug", help_text="The template's short name.")
    enrollment = NumberFilter(field_name="enrollment_id")
    ends_until = DateFilter(field_name="valid_until", lookup_expr="lte", help_text="In force until this day at most.")

    class Meta:
        model = Agreement
        fields: list[str] = []


class SendSerializer(WriteSerializer):
    """To whom, and which."""

    enrollment = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    template = serializers.SlugField(max_length=60, help_text="The template's short name.")


class TakeBackSerializer(WriteSerializer):
    """Why."""

    reason = serializers.CharField(max_length=500, help_text="The partner reads it.")


@extend_schema_view(
    list=extend_schema(operation_id="agreements_list", summary="List agreements"),
    retrieve=extend_schema(operation_id="agreements_retrieve", summary="Read an agreement"),
)
@extend_schema(tags=["Onboarding"])
class AgreementViewSet(ScopedViewSet):
    """Agreements. Partners read their own; nobody signs by token."""

    model = Agreement
    related = ("vendor", "partner", "template", "version")
    read_scope = "onboarding:read"
    write_scope = "onboarding:write"
    read_permission = VIEW_AGREEMENTS
    open_while_gated = True
    serializer_class = AgreementSerializer
    filterset_class = AgreementFilter
    lookup_field = "key"
    lookup_value_regex = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

    def get_queryset(self) -> QuerySet[Any]:
        """Return those in sight with their signatures."""
        found = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return found
        signatures = Signature.objects.visible_to(self.actor).order_by("is_vendor")
        return found.prefetch_related(Prefetch("signatures", signatures))

    def _need(self, permission: Permission) -> None:
        if not self.actor.may(permission):
            raise Forbidden("not_allowed", _("Your role doesn’t put agreements to partners."))

    @extend_schema(
        operation_id="agreements_send",
        summary="Send an agreement",
        request=SendSerializer,
        responses={201: AgreementSerializer},
    )
    def create(self, request: Request) -> Response:
        """Put it to a partner, in the text for its type, region and language.

        Answers with the one that is open or in force already, where there is one.
        """
        self._need(SEND_AGREEMENTS)
        body = self.parsed(request, SendSerializer)
        found = Enrollment.objects.visible_to(self.actor).filter(pk=body["enrollment"]).first()
        if found is None:
            raise RuleViolation("unknown_enrollment", _("There is no such enrollment."), "enrollment")

        def send() -> Response:
            row = send_agreement(actor=self.actor, enrollment=found, template_slug=body["template"])
            return self.answer_afresh(row, 201)

        return self.once(request, send)

    @extend_schema(
        operation_id="agreements_take_back",
        summary="Take an agreement back",
        request=TakeBackSerializer,
        responses=AgreementSerializer,
    )
    @action(detail=True, methods=["post"], url_path="take-back")
    def take_back(self, request: Request, key: str) -> Response:
        """Take it back while it isn't in force. 409 where it is, or was taken back."""
        row = self.named_row()
        self._need(SEND_AGREEMENTS)
        body = self.parsed(request, TakeBackSerializer)

        def write() -> Response:
            return self.answer_afresh(take_back_agreement(actor=self.actor, agreement=row, reason=body["reason"]))

        return self.once(request, write)


class AgreementTemplateSerializer(ReadSerializer):
    """An agreement's template with its published version."""

    id = serializers.IntegerField()
    slug = serializers.SlugField()
    name = serializers.CharField()
    program = serializers.IntegerField(source="program_id")
    types = serializers.ListField(child=serializers.ChoiceField(choices=PartnerType.choices))
    regions = serializers.ListField(child=serializers.ChoiceField(choices=Region.choices))
    language = serializers.CharField()
    countersign = serializers.BooleanField()
    gate = serializers.BooleanField(help_text="Whether the portal waits for it.")
    months = serializers.IntegerField(allow_null=True)
    renews = serializers.BooleanField()
    is_active = serializers.BooleanField()
    version = serializers.SerializerMethodField()
    body = serializers.SerializerMethodField()

    def get_version(self, row: AgreementTemplate) -> int | None:
        """Return the number of the published version."""
        return next((version.number for version in row.published), None)  # type: ignore[attr-defined]

    def get_body(self, row: AgreementTemplate) -> str:
        """Return its text, with fields and conditions."""
        return next((version.body for version in row.published), "")  # type: ignore[attr-defined]


class AgreementTemplateFilter(FilterSet):
    """Which templates."""

    slug = CharFilter()
    is_active = BooleanFilter()

    class Meta:
        model = AgreementTemplate
        fields: list[str] = []


@extend_schema_view(
    list=extend_schema(operation_id="agreement_templates_list", summary="List agreement templates"),
    retrieve=extend_schema(operation_id="agreement_templates_retrieve", summary="Read an agreement template"),
)
@extend_schema(tags=["Onboarding"])
class AgreementTemplateViewSet(ScopedViewSet):
    """The vendor's agreements. Not for partners."""

    http_method_names = ["get", "head"]
    model = AgreementTemplate
    read_scope = "onboarding:read"
    read_permission = VIEW_AGREEMENTS
    serializer_class = AgreementTemplateSerializer
    filterset_class = AgreementTemplateFilter
    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Any]:
        """Return those in sight with their published text."""
        found = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return found
        versions = AgreementVersion.objects.visible_to(self.actor).filter(state=VersionState.PUBLISHED)
        return found.prefetch_related(Prefetch("versions", versions, to_attr="published"))
