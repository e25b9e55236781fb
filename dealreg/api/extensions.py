"""Requests for more time over the API: partners ask and take back, approvers extend or don't."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action

from dealreg import services
from dealreg.api.deeds import OfDealsViewSet
from dealreg.api.writing import EmptySerializer
from dealreg.enums import ExtensionState
from dealreg.extending import signs_from
from dealreg.models import Deal, Extension
from dealreg.permissions import DECIDE_DEALS, WORK_DEALS
from dealreg.services.extensions import LONGEST
from partners.api import PartnerNameSerializer, VendorSerializer
from people.api import PersonNameSerializer
from prm.kernel.api import ReadSerializer, WriteSerializer
from prm.kernel.api_headers import ETAG
from prm.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.response import Response


class SignSerializer(ReadSerializer):
    """Something on record that shows that the deal is alive."""

    at = serializers.DateTimeField()
    sentence = serializers.CharField(help_text="In the caller's language.")


class ExtensionSerializer(ReadSerializer):
    """A request for more time."""

    key = serializers.UUIDField()
    deal = serializers.CharField(source="deal.reference")
    vendor = VendorSerializer()
    partner = PartnerNameSerializer()
    revision = serializers.IntegerField(help_text="Also the ETag.")
    state = serializers.ChoiceField(choices=ExtensionState.choices)
    days = serializers.IntegerField()
    reason = serializers.CharField()
    evidence = serializers.CharField(help_text="The partner's own proof; may be empty.")
    activity = serializers.SerializerMethodField(help_text="What was on record when it was asked.")
    asked_by = PersonNameSerializer()
    asked_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    by_rule = serializers.BooleanField(help_text="Whether a rule granted it, and no person.")
    decision_text = serializers.CharField()
    until = serializers.DateTimeField(allow_null=True, help_text="The protection's new end; null unless granted.")

    @extend_schema_field(SignSerializer(many=True))
    def get_activity(self, extension: Extension) -> Any:
        """Return the signs."""
        return SignSerializer(signs_from(extension.activity), many=True).data


class ExtensionWriteSerializer(WriteSerializer):
    """A request for more time."""

    deal = serializers.CharField(max_length=14, help_text="Its reference.")
    days = serializers.IntegerField(min_value=1, max_value=365, help_text="Within what the rules give.")
    reason = serializers.CharField(max_length=LONGEST)
    evidence = serializers.CharField(
        max_length=LONGEST,
        required=False,
        allow_blank=True,
        help_text="Needed where nothing is on record lately. Files go on the deal.",
    )


class GrantSerializer(WriteSerializer):
    """A yes."""

    days = serializers.IntegerField(
        min_value=1, max_value=365, required=False, allow_null=True, help_text="Without it, those asked for."
    )
    message = serializers.CharField(max_length=5000, required=False, allow_blank=True, help_text="To the partner.")


class RefusalSerializer(WriteSerializer):
    """A no, which the partner reads."""

    message = serializers.CharField(max_length=5000)


class ExtensionFilter(django_filters.FilterSet):
    """What a list of requests is filtered by."""

    state = django_filters.ChoiceFilter(choices=ExtensionState.choices)
    deal = django_filters.CharFilter(field_name="deal__reference", help_text="A deal's reference.")

    class Meta:
        model = Extension
        fields = ("state", "deal")


@extend_schema_view(
    list=extend_schema(operation_id="extensions_list", summary="List requests for more time, newest first"),
    retrieve=extend_schema(
        operation_id="extensions_retrieve", summary="Read a request for more time", parameters=[ETAG]
    ),
)
@extend_schema(tags=["Deals"])
class ExtensionViewSet(OfDealsViewSet):
    """Requests that a deal stays protected for longer: a partner's own, or all that its vendor got."""

    model = Extension
    related = ("deal", "vendor", "partner", "asked_by")
    serializer_class = ExtensionSerializer
    filterset_class = ExtensionFilter

    @extend_schema(
        operation_id="extensions_ask",
        summary="Ask for more time",
        request=ExtensionWriteSerializer,
        responses={201: ExtensionSerializer},
        parameters=[ETAG],
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Ask that a protected deal stays protected for some days more. One request waits per deal."""
        self.need(WORK_DEALS)
        body = self.parsed(request, ExtensionWriteSerializer)
        deal = Deal.objects.visible_to(self.actor).filter(reference=body.pop("deal").upper()).first()
        if deal is None:
            raise RuleViolation("unknown_deal", _("You have no such deal."), "deal")
        wanted = services.Request(**body)

        def answer() -> Response:
            made = services.ask_extension(actor=self.actor, deal=deal, request=wanted)
            return self.answer_afresh(made, 201)

        return self.once(request, answer)

    @extend_schema(
        operation_id="extensions_grant",
        summary="Extend the protection",
        request=GrantSerializer,
        responses=ExtensionSerializer,
        parameters=[ETAG],
    )
    @action(detail=True, methods=["post"])
    def grant(self, request: Request, **kwargs: Any) -> Response:
        """Extend: the deal and all its protections end later."""
        row = self.get_object()
        self.need(DECIDE_DEALS)
        body = self.parsed(request, GrantSerializer)
        grant = services.grant_extension
        return self.once(request, lambda: self.answer_afresh(grant(actor=self.actor, extension=row, **body)))

    @extend_schema(
        operation_id="extensions_refuse",
        summary="Don't extend the protection",
        request=RefusalSerializer,
        responses=ExtensionSerializer,
        parameters=[ETAG],
    )
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, **kwargs: Any) -> Response:
        """Refuse, with a reason that the partner reads."""
        row = self.get_object()
        self.need(DECIDE_DEALS)
        body = self.parsed(request, RefusalSerializer)
        refuse = services.refuse_extension
        return self.once(request, lambda: self.answer_afresh(refuse(actor=self.actor, extension=row, **body)))

    @extend_schema(
        operation_id="extensions_withdraw",
        summary="Take a request back",
        request=EmptySerializer,
        responses=ExtensionSerializer,
        parameters=[ETAG],
    )
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, **kwargs: Any) -> Response:
        """Take it back."""
        row = self.get_object()
        self.need(WORK_DEALS)
        self.parsed(request, EmptySerializer)
        withdraw = services.withdraw_extension
        return self.once(request, lambda: self.answer_afresh(withdraw(actor=self.actor, extension=row)))
