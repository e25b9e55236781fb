"""Special prices over the API: partners ask, approvers grant or refuse."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action

from dealreg import services
from dealreg.api.deeds import OfDealsViewSet
from dealreg.api.reading import AMOUNT
from dealreg.api.writing import LARGEST_ID, AmountField
from dealreg.enums import PriceOutcome
from dealreg.models import Deal, PriceRequest
from dealreg.permissions import DECIDE_DEALS, WORK_DEALS
from partners.api import PartnerNameSerializer, VendorSerializer
from people.api import PersonNameSerializer
from prm.kernel.api import ReadSerializer, WriteSerializer
from prm.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rest_framework.request import Request
    from rest_framework.response import Response

MOST_LINES = 100


class AskedLineSerializer(ReadSerializer):
    """A product that a special price is asked for."""

    product = serializers.IntegerField()
    name = serializers.CharField()
    quantity = serializers.IntegerField(help_text="Of the deal.")
    listed = serializers.DecimalField(**AMOUNT, help_text="The list price each.")
    asked = serializers.DecimalField(**AMOUNT)


class PriceDecisionSerializer(ReadSerializer):
    """What was decided, once."""

    outcome = serializers.ChoiceField(choices=PriceOutcome.choices)
    granted = serializers.DictField(child=serializers.DecimalField(**AMOUNT), help_text="Prices each, by product.")
    discount = serializers.DecimalField(max_digits=5, decimal_places=2, help_text="The largest off the list, percent.")
    valid_until = serializers.DateField(allow_null=True)
    message = serializers.CharField()
    policy_reference = serializers.CharField()
    clause = serializers.CharField()
    decided_by = PersonNameSerializer()
    decided_at = serializers.DateTimeField()


class PriceRequestSerializer(ReadSerializer):
    """A special price that a partner asks for."""

    key = serializers.UUIDField()
    deal = serializers.CharField(source="deal.reference")
    vendor = VendorSerializer()
    partner = PartnerNameSerializer()
    currency = serializers.CharField(help_text="ISO 4217.")
    lines = AskedLineSerializer(many=True)
    justification = serializers.CharField()
    competitor = serializers.CharField()
    asked_by = PersonNameSerializer()
    asked_at = serializers.DateTimeField()
    decision = serializers.SerializerMethodField(help_text="Null while it waits.")

    @extend_schema_field(PriceDecisionSerializer(allow_null=True))
    def get_decision(self, request: PriceRequest) -> Any:
        """Return the decision."""
        decision = getattr(request, "decision", None)
        return None if decision is None else PriceDecisionSerializer(decision, context=self.context).data


class PriceLineSerializer(WriteSerializer):
    """A product and a price each."""

    product = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, help_text="The product's id.")
    price = AmountField(help_text="Each, in the deal's currency.")


class PriceRequestWriteSerializer(WriteSerializer):
    """A request for a special price."""

    deal = serializers.CharField(max_length=14, help_text="Its reference.")
    lines = PriceLineSerializer(many=True, max_length=MOST_LINES)  # type: ignore[call-arg]
    justification = serializers.CharField(max_length=4000)
    competitor = serializers.CharField(max_length=160, required=False, allow_blank=True)


class PriceGrantSerializer(WriteSerializer):
    """A yes, in full or in part."""

    lines = PriceLineSerializer(many=True, max_length=MOST_LINES)  # type: ignore[call-arg]
    valid_until = serializers.DateField()
    message = serializers.CharField(max_length=4000, required=False, allow_blank=True)


class PriceRefusalSerializer(WriteSerializer):
    """A no, which the partner reads."""

    message = serializers.CharField(max_length=4000)


def prices_of(lines: Iterable[dict[str, Any]]) -> dict[int, Decimal]:
    """Return prices by product.

    Raises:
        RuleViolation: a product stands there twice.
    """
    rows = list(lines)
    found = {line["product"]: line["price"] for line in rows}
    if len(found) < len(rows):
        raise RuleViolation("product_twice", _("Each product once."), "lines")
    return found


@extend_schema_view(
    list=extend_schema(operation_id="special_prices_list", summary="List special prices asked for, newest first"),
    retrieve=extend_schema(operation_id="special_prices_retrieve", summary="Read a request for a special price"),
)
@extend_schema(tags=["Deals"])
class PriceRequestViewSet(OfDealsViewSet):
    """Special prices that were asked for: a partner's own, or all that its vendor got."""

    model = PriceRequest
    related = ("deal", "vendor", "partner", "asked_by", "decision__decided_by")
    serializer_class = PriceRequestSerializer

    @extend_schema(
        operation_id="special_prices_ask",
        summary="Ask for a special price",
        request=PriceRequestWriteSerializer,
        responses={201: PriceRequestSerializer},
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Ask for special prices of products on an open deal. One request waits per deal."""
        self.need(WORK_DEALS)
        body = self.parsed(request, PriceRequestWriteSerializer)
        deal = Deal.objects.visible_to(self.actor).filter(reference=body.pop("deal").upper()).first()
        if deal is None:
            raise RuleViolation("unknown_deal", _("You have no such deal."), "deal")
        prices = prices_of(body.pop("lines"))

        def answer() -> Response:
            made = services.ask_special_price(actor=self.actor, deal=deal, prices=prices, **body)
            return self.answer_afresh(made, 201)

        return self.once(request, answer)

    @extend_schema(
        operation_id="special_prices_grant",
        summary="Grant a special price, in full or in part",
        request=PriceGrantSerializer,
        responses=PriceRequestSerializer,
    )
    @action(detail=True, methods=["post"])
    def grant(self, request: Request, **kwargs: Any) -> Response:
        """Grant prices until a day; what is above the asked price, or missing, is granted in part."""
        row = self.get_object()
        self.need(DECIDE_DEALS)
        body = self.parsed(request, PriceGrantSerializer)
        prices = prices_of(body.pop("lines"))

        def answer() -> Response:
            services.grant_special_price(actor=self.actor, request=row, prices=prices, **body)
            return self.answer_afresh(row)

        return self.once(request, answer)

    @extend_schema(
        operation_id="special_prices_refuse",
        summary="Refuse a special price",
        request=PriceRefusalSerializer,
        responses=PriceRequestSerializer,
    )
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, **kwargs: Any) -> Response:
        """Refuse, with a reason that the partner reads."""
        row = self.get_object()
        self.need(DECIDE_DEALS)
        body = self.parsed(request, PriceRefusalSerializer)

        def answer() -> Response:
            services.refuse_special_price(actor=self.actor, request=row, **body)
            return self.answer_afresh(row)

        return self.once(request, answer)
