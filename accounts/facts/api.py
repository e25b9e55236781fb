"""Sales lines, usage and satisfaction over the API."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import SaleKind
from accounts.models import SalesLine, SatisfactionAnswer, UsageReading
from partners.api import PartnerNameSerializer, VendorSerializer
from prm.kernel.money import CURRENCIES
from standing.intake import MOST_ROWS
from standing.intake_api import (
    BatchSerializer,
    FactFilter,
    FactViewSet,
    RowWriteSerializer,
    VeiledSerializer,
    documented,
)
from standing.permissions import VIEW_SALES

COUNTRY = r"^[A-Z]{2}$"
AMOUNT: dict[str, Any] = {"max_digits": 14, "decimal_places": 2}


class CustomerWriteSerializer(RowWriteSerializer):
    """A row that may name the end customer."""

    day = serializers.DateField(help_text="The day, or the last of the period.")
    customer_id = serializers.CharField(
        max_length=80, required=False, allow_blank=True, help_text="The id in your CRM."
    )
    customer_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    customer_domain = serializers.CharField(max_length=200, required=False, allow_blank=True)
    customer_country = serializers.RegexField(
        COUNTRY, required=False, allow_blank=True, help_text="ISO 3166-1 alpha-2."
    )


class SalesWriteSerializer(CustomerWriteSerializer):
    """A sales line."""

    kind = serializers.ChoiceField(choices=SaleKind.choices)
    period = serializers.CharField(max_length=10, required=False, allow_blank=True, help_text="Such as 2026-Q3.")
    sku = serializers.CharField(max_length=40, required=False, allow_blank=True)
    quantity = serializers.DecimalField(max_digits=14, decimal_places=3, required=False, allow_null=True)
    amount = serializers.DecimalField(**AMOUNT, help_text="Negative for returned goods.")
    currency = serializers.ChoiceField(choices=CURRENCIES)
    margin = serializers.DecimalField(**AMOUNT, required=False, allow_null=True, help_text="What the partner keeps.")
    cost = serializers.DecimalField(**AMOUNT, required=False, allow_null=True, help_text="Instead of the margin.")


class UsageWriteSerializer(CustomerWriteSerializer):
    """A reading of a usage metric, valid until the next one."""

    metric = serializers.CharField(max_length=60, help_text="Its slug, as set up in the console.")
    value = serializers.DecimalField(max_digits=18, decimal_places=4)


class SatisfactionWriteSerializer(CustomerWriteSerializer):
    """An end customer's answer."""

    score = serializers.DecimalField(max_digits=7, decimal_places=2)
    lowest = serializers.DecimalField(max_digits=7, decimal_places=2, required=False, help_text="0 without it.")
    highest = serializers.DecimalField(max_digits=7, decimal_places=2, required=False, help_text="10 without it.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a score beside its scale."""
        lowest, highest = attrs.get("lowest", Decimal(0)), attrs.get("highest", Decimal(10))
        if not lowest <= attrs["score"] <= highest or lowest >= highest:
            raise serializers.ValidationError({"score": [_("The score lies between lowest and highest.")]})
        return attrs


class SalesBatchSerializer(BatchSerializer):
    """A batch of sales lines."""

    rows = SalesWriteSerializer(many=True, max_length=MOST_ROWS)  # type: ignore[assignment, call-arg]


class UsageBatchSerializer(BatchSerializer):
    """A batch of readings."""

    rows = UsageWriteSerializer(many=True, max_length=MOST_ROWS)  # type: ignore[assignment, call-arg]


class SatisfactionBatchSerializer(BatchSerializer):
    """A batch of answers."""

    rows = SatisfactionWriteSerializer(many=True, max_length=MOST_ROWS)  # type: ignore[assignment, call-arg]


class OutsideFactSerializer(VeiledSerializer):
    """What every fact says."""

    vendor = VendorSerializer()
    partner = PartnerNameSerializer()
    source_system = serializers.CharField(source="source")
    external_id = serializers.CharField(help_text="Its number there.")
    day = serializers.DateField()
    customer_name = serializers.CharField(help_text="As that system says; may be empty.")
    customer_country = serializers.CharField(help_text="May be empty.")
    n = serializers.IntegerField(help_text="1, or -1 in a counter-entry.")
    turn = serializers.IntegerField(help_text="How often this number was told anew.")
    recorded_at = serializers.DateTimeField()


class SalesLineSerializer(OutsideFactSerializer):
    """A sales line."""

    kind = serializers.ChoiceField(choices=SaleKind.choices)
    period = serializers.CharField(help_text="May be empty.")
    product = serializers.CharField(source="product.sku", default=None, allow_null=True, help_text="Its SKU.")
    quantity = serializers.DecimalField(max_digits=14, decimal_places=3, allow_null=True)
    amount = serializers.DecimalField(**AMOUNT)
    currency = serializers.CharField()
    vendor_amount = serializers.DecimalField(max_digits=20, decimal_places=2, help_text="In the vendor's currency.")
    rated_on = serializers.DateField(help_text="The exchange rate's day.")
    margin = serializers.DecimalField(**AMOUNT, allow_null=True)


class UsageReadingSerializer(OutsideFactSerializer):
    """A reading."""

    metric = serializers.SlugField(source="metric.slug")
    unit = serializers.CharField(source="metric.unit")
    value = serializers.DecimalField(max_digits=18, decimal_places=4)
    ends = serializers.DateField(allow_null=True, help_text="The day of the next reading.")


class SatisfactionSerializer(OutsideFactSerializer):
    """An answer."""

    score = serializers.DecimalField(max_digits=7, decimal_places=2)
    lowest = serializers.DecimalField(max_digits=7, decimal_places=2)
    highest = serializers.DecimalField(max_digits=7, decimal_places=2)


class SalesFilter(FactFilter):
    """Which sales lines."""

    kind = ChoiceFilter(choices=SaleKind.choices)
    external_id = CharFilter(help_text="Its number in its system.")

    class Meta:
        model = SalesLine
        fields: list[str] = []


class UsageFilter(FactFilter):
    """Which readings."""

    metric = CharFilter(field_name="metric__slug", help_text="The metric's slug.")

    class Meta:
        model = UsageReading
        fields: list[str] = []


class SatisfactionFilter(FactFilter):
    """Which answers."""

    class Meta:
        model = SatisfactionAnswer
        fields: list[str] = []


@documented("sales_lines", "sales lines", SalesBatchSerializer)
@extend_schema(tags=["Facts"])
class SalesLineViewSet(FactViewSet):
    """Orders, sell-through, renewals and revenue from usage. A partner sees its own."""

    model = SalesLine
    related = ("vendor", "partner", "product")
    kind = "sales-lines"
    veil = "salesline"
    row_serializer = SalesWriteSerializer
    read_permission = VIEW_SALES
    serializer_class = SalesLineSerializer
    filterset_class = SalesFilter

    def create(self, request: Request) -> Response:
        """Record up to 1,000 rows; each has an outcome of its own. Needs the scope `facts:write`."""
        return self.take(request)


@documented("usage", "usage readings", UsageBatchSerializer)
@extend_schema(tags=["Facts"])
class UsageViewSet(FactViewSet):
    """Readings of usage metrics. For the vendor."""

    model = UsageReading
    related = ("vendor", "partner", "metric")
    kind = "usage"
    veil = "usagereading"
    row_serializer = UsageWriteSerializer
    serializer_class = UsageReadingSerializer
    filterset_class = UsageFilter

    def create(self, request: Request) -> Response:
        """Record up to 1,000 rows; each has an outcome of its own. Needs the scope `facts:write`."""
        return self.take(request)


@documented("satisfaction", "customers' satisfaction", SatisfactionBatchSerializer)
@extend_schema(tags=["Facts"])
class SatisfactionViewSet(FactViewSet):
    """End customers' answers. For the vendor."""

    model = SatisfactionAnswer
    related = ("vendor", "partner")
    kind = "satisfaction"
    veil = "satisfactionanswer"
    row_serializer = SatisfactionWriteSerializer
    serializer_class = SatisfactionSerializer
    filterset_class = SatisfactionFilter

    def create(self, request: Request) -> Response:
        """Record up to 1,000 rows; each has an outcome of its own. Needs the scope `facts:write`."""
        return self.take(request)
