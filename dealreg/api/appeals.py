"""Offers of protection and appeals over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action

from dealreg import services
from dealreg.api.deeds import OfDealsViewSet
from dealreg.api.writing import EmptySerializer
from dealreg.enums import AppealState, Contested, ProtectionOfferState
from dealreg.models import Appeal, Deal, ProtectionOffer
from dealreg.permissions import DECIDE_DEALS, WORK_DEALS
from partners.api import PartnerNameSerializer, VendorSerializer
from people.api import PersonNameSerializer
from prm.kernel.api import ReadSerializer, WriteSerializer
from prm.kernel.api_headers import ETAG
from prm.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.response import Response


class ProtectionOfferSerializer(ReadSerializer):
    """Protection that has become free, offered to the next in line."""

    key = serializers.UUIDField()
    deal = serializers.CharField(source="deal.reference")
    vendor = VendorSerializer()
    partner = PartnerNameSerializer()
    revision = serializers.IntegerField(help_text="Also the ETag.")
    state = serializers.ChoiceField(choices=ProtectionOfferState.choices)
    offered_at = serializers.DateTimeField()
    until = serializers.DateTimeField(help_text="To accept.")
    answered_at = serializers.DateTimeField(allow_null=True)


class OfferRefusalSerializer(WriteSerializer):
    """A no to an offer."""

    reason = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class ProtectionOfferFilter(django_filters.FilterSet):
    """What a list of offers is filtered by."""

    state = django_filters.ChoiceFilter(choices=ProtectionOfferState.choices)
    deal = django_filters.CharFilter(field_name="deal__reference", help_text="A deal's reference.")

    class Meta:
        model = ProtectionOffer
        fields = ("state", "deal")


@extend_schema_view(
    list=extend_schema(operation_id="protection_offers_list", summary="List offers of protection, newest first"),
    retrieve=extend_schema(
        operation_id="protection_offers_retrieve", summary="Read an offer of protection", parameters=[ETAG]
    ),
)
@extend_schema(tags=["Deals"])
class ProtectionOfferViewSet(OfDealsViewSet):
    """Offers of protection: a partner's own, or all that its vendor made. Who was protected before is never said."""

    model = ProtectionOffer
    related = ("deal", "vendor", "partner")
    serializer_class = ProtectionOfferSerializer
    filterset_class = ProtectionOfferFilter

    @extend_schema(
        operation_id="protection_offers_accept",
        summary="Accept protection",
        request=EmptySerializer,
        responses=ProtectionOfferSerializer,
        parameters=[ETAG],
    )
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, **kwargs: Any) -> Response:
        """Accept: the rules judge the registration again, before anybody else's."""
        row = self.get_object()
        self.need(WORK_DEALS)
        self.parsed(request, EmptySerializer)
        accept = services.accept_offer
        return self.once(request, lambda: self.answer_afresh(accept(actor=self.actor, offer=row)))

    @extend_schema(
        operation_id="protection_offers_refuse",
        summary="Don't accept protection",
        request=OfferRefusalSerializer,
        responses=ProtectionOfferSerializer,
        parameters=[ETAG],
    )
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, **kwargs: Any) -> Response:
        """Refuse: the registration is withdrawn, and the next in line has the offer."""
        row = self.get_object()
        self.need(WORK_DEALS)
        body = self.parsed(request, OfferRefusalSerializer)
        refuse = services.refuse_offer
        return self.once(request, lambda: self.answer_afresh(refuse(actor=self.actor, offer=row, **body)))


class AppealSerializer(ReadSerializer):
    """A partner's appeal against a decision."""

    key = serializers.UUIDField()
    deal = serializers.CharField(source="deal.reference")
    vendor = VendorSerializer()
    partner = PartnerNameSerializer()
    revision = serializers.IntegerField(help_text="Also the ETag.")
    against = serializers.ChoiceField(choices=Contested.choices)
    contested_at = serializers.DateTimeField(help_text="When it was decided first.")
    state = serializers.ChoiceField(choices=AppealState.choices)
    reason = serializers.CharField()
    asked_by = PersonNameSerializer()
    asked_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(help_text="Until when it is to be decided.")
    decided_by = PersonNameSerializer(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    decision_text = serializers.CharField()


class AppealWriteSerializer(WriteSerializer):
    """An appeal."""

    deal = serializers.CharField(max_length=14, help_text="Its reference. The newest decision over it is contested.")
    reason = serializers.CharField(max_length=5000, help_text="Files go on the deal.")


class OutcomeSerializer(WriteSerializer):
    """How an appeal is decided, which the partner reads."""

    message = serializers.CharField(max_length=5000)


class PartSerializer(OutcomeSerializer):
    """An appeal that is granted in part."""

    days = serializers.IntegerField(
        min_value=1, max_value=365, required=False, allow_null=True, help_text="Needed where more time was refused."
    )


class AppealApiFilter(django_filters.FilterSet):
    """What a list of appeals is filtered by."""

    state = django_filters.ChoiceFilter(choices=AppealState.choices)
    deal = django_filters.CharFilter(field_name="deal__reference", help_text="A deal's reference.")

    class Meta:
        model = Appeal
        fields = ("state", "deal")


@extend_schema_view(
    list=extend_schema(operation_id="appeals_list", summary="List appeals, newest first"),
    retrieve=extend_schema(operation_id="appeals_retrieve", summary="Read an appeal", parameters=[ETAG]),
)
@extend_schema(tags=["Deals"])
class AppealViewSet(OfDealsViewSet):
    """Appeals: a partner's own, or all that its vendor got. Who took the first decision can't decide."""

    model = Appeal
    related = ("deal", "vendor", "partner", "asked_by", "decided_by")
    serializer_class = AppealSerializer
    filterset_class = AppealApiFilter

    @extend_schema(
        operation_id="appeals_make",
        summary="Appeal against a decision",
        request=AppealWriteSerializer,
        responses={201: AppealSerializer},
        parameters=[ETAG],
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Appeal against the newest decision over a deal. Meanwhile nobody else is protected."""
        self.need(WORK_DEALS)
        body = self.parsed(request, AppealWriteSerializer)
        deal = Deal.objects.visible_to(self.actor).filter(reference=body["deal"].upper()).first()
        if deal is None:
            raise RuleViolation("unknown_deal", _("You have no such deal."), "deal")

        def answer() -> Response:
            made = services.appeal_decision(actor=self.actor, deal=deal, reason=body["reason"])
            return self.answer_afresh(made, 201)

        return self.once(request, answer)

    @extend_schema(
        operation_id="appeals_uphold",
        summary="Let the decision stand",
        request=OutcomeSerializer,
        responses=AppealSerializer,
        parameters=[ETAG],
    )
    @action(detail=True, methods=["post"])
    def uphold(self, request: Request, **kwargs: Any) -> Response:
        """Uphold."""
        return self.decide(request, services.uphold_decision, OutcomeSerializer)

    @extend_schema(
        operation_id="appeals_overturn",
        summary="Overturn the decision",
        request=OutcomeSerializer,
        responses=AppealSerializer,
        parameters=[ETAG],
    )
    @action(detail=True, methods=["post"])
    def overturn(self, request: Request, **kwargs: Any) -> Response:
        """Overturn: protected, if it is still free."""
        return self.decide(request, services.overturn_decision, OutcomeSerializer)

    @extend_schema(
        operation_id="appeals_settle",
        summary="Grant the appeal in part",
        request=PartSerializer,
        responses=AppealSerializer,
        parameters=[ETAG],
    )
    @action(detail=True, methods=["post"])
    def settle(self, request: Request, **kwargs: Any) -> Response:
        """Review the registration again in its old place, or extend by fewer days."""
        return self.decide(request, services.settle_appeal, PartSerializer)

    def decide(self, request: Request, service: Any, serializer: type[WriteSerializer]) -> Response:
        """Call one of the three services."""
        row = self.get_object()
        self.need(DECIDE_DEALS)
        body = self.parsed(request, serializer)
        return self.once(request, lambda: self.answer_afresh(service(actor=self.actor, appeal=row, **body)))

    @extend_schema(
        operation_id="appeals_withdraw",
        summary="Take an appeal back",
        request=EmptySerializer,
        responses=AppealSerializer,
        parameters=[ETAG],
    )
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, **kwargs: Any) -> Response:
        """Take it back."""
        row = self.get_object()
        self.need(WORK_DEALS)
        self.parsed(request, EmptySerializer)
        withdraw = services.withdraw_appeal
        return self.once(request, lambda: self.answer_afresh(withdraw(actor=self.actor, appeal=row)))
