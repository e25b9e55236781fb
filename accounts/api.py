"""The vendor's accounts and the product catalogue over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch
from django.utils import timezone
from django_filters import BooleanFilter, CharFilter, ChoiceFilter, FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from accounts.enums import AccountOrigin
from accounts.models import Account, Price, Product
from accounts.permissions import VIEW_ACCOUNTS
from partners.api import VendorSerializer
from prm.kernel.api import ReadSerializer, ScopedViewSet

if TYPE_CHECKING:
    from django.db.models import QuerySet


class AccountSerializer(ReadSerializer):
    """An end customer as the vendor knows it."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    country = serializers.CharField(help_text="ISO 3166-1 alpha-2, or empty.")
    domain = serializers.CharField(help_text="The registrable domain, or empty.")
    city = serializers.CharField(help_text="May be empty.")
    street = serializers.CharField(help_text="Street and house number, or empty.")
    postcode = serializers.CharField(help_text="May be empty.")
    phone = serializers.CharField(help_text="As written, or empty.")
    registry_number = serializers.CharField(help_text="In the country's companies register, or empty.")
    vat_number = serializers.CharField(help_text="As written, or empty.")
    external_id = serializers.CharField(help_text="The id in your CRM, or empty.")
    owner_name = serializers.CharField(help_text="Who looks after it in direct sales, or empty.")
    origin = serializers.ChoiceField(choices=AccountOrigin.choices)
    created_at = serializers.DateTimeField()


class AccountFilter(FilterSet):
    """Which accounts."""

    name = CharFilter(lookup_expr="istartswith", help_text="How the name begins.")
    domain = CharFilter(lookup_expr="exact", help_text="The registrable domain.")
    country = CharFilter(max_length=2, help_text="ISO 3166-1 alpha-2.")
    registry_number = CharFilter(lookup_expr="exact", help_text="The registry number, as written.")
    vat_number = CharFilter(lookup_expr="exact", help_text="The VAT number, as written.")
    external_id = CharFilter(lookup_expr="exact", help_text="The id in your CRM.")
    origin = ChoiceFilter(choices=AccountOrigin.choices)

    class Meta:
        model = Account
        fields: list[str] = []


@extend_schema_view(
    list=extend_schema(operation_id="accounts_list", summary="List accounts"),
    retrieve=extend_schema(operation_id="accounts_retrieve", summary="Read an account"),
)
@extend_schema(tags=["Accounts"])
class AccountViewSet(ScopedViewSet):
    """The vendor's end customers, existing ones and those named in registrations. Partners have no access."""

    model = Account
    read_scope = "accounts:read"
    read_permission = VIEW_ACCOUNTS
    serializer_class = AccountSerializer
    filterset_class = AccountFilter
    lookup_value_regex = "[1-9][0-9]{0,17}"

    def get_queryset(self) -> QuerySet[Any]:
        """Return accounts that aren't another name of one."""
        found: Any = super().get_queryset()
        return found.none() if getattr(self, "swagger_fake_view", False) else found.standing()


class PriceSerializer(ReadSerializer):
    """A list price that holds today."""

    currency = serializers.CharField(help_text="ISO 4217.")
    amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    valid_from = serializers.DateField()


class FamilySerializer(ReadSerializer):
    """A product family: protection is granted per family."""

    code = serializers.SlugField()
    name = serializers.CharField()


class ProductNameSerializer(ReadSerializer):
    """A product by name."""

    id = serializers.IntegerField()
    sku = serializers.CharField()
    name = serializers.CharField()


class ProductSerializer(ProductNameSerializer):
    """A product with its prices."""

    vendor = VendorSerializer()
    family = FamilySerializer()
    is_active = serializers.BooleanField(help_text="Whether it is still sold.")
    prices = PriceSerializer(many=True, source="prices_today", help_text="Today's list price, one per currency.")


class ProductFilter(FilterSet):
    """Which products."""

    sku = CharFilter(lookup_expr="exact")
    family = CharFilter(field_name="family__code", help_text="The family's code.")
    vendor = CharFilter(field_name="vendor__slug", help_text="The vendor's slug.")
    is_active = BooleanFilter(help_text="Whether it is still sold.")

    class Meta:
        model = Product
        fields: list[str] = []


@extend_schema_view(
    list=extend_schema(operation_id="products_list", summary="List products"),
    retrieve=extend_schema(operation_id="products_retrieve", summary="Read a product"),
)
@extend_schema(tags=["Programs"])
class ProductViewSet(ScopedViewSet):
    """What the caller's vendors sell, with today's list prices."""

    model = Product
    related = ("vendor", "family")
    read_scope = "programs:read"
    serializer_class = ProductSerializer
    filterset_class = ProductFilter
    lookup_value_regex = "[1-9][0-9]{0,17}"

    def get_queryset(self) -> QuerySet[Any]:
        """Return products with the prices that hold today."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        prices = Price.objects.visible_to(self.actor).valid_on(timezone.localdate())
        return super().get_queryset().prefetch_related(Prefetch("prices", prices, to_attr="prices_today"))
