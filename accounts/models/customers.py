"""End customers with their match keys, and the product catalogue."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Collate, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from accounts.enums import AccountOrigin
from accounts.identities import IDENTITY_COLUMNS, Identity
from accounts.querysets import AccountQuerySet, PriceQuerySet
from partners.models import Vendor
from prm.kernel.constraints import vendor_match
from prm.kernel.scoping import Scope, ScopedModel


class Account(ScopedModel):
    """An end customer as one vendor knows it. Partners never see it: their deals keep the customer as typed.

    Unique per vendor on the registrable domain, and on the normalised name with the country. merged_into: the account
    that it is another name of; nothing belongs to it then.
    """

    scope = Scope(vendor="vendor_id")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    normalised_name = models.CharField(max_length=200, editable=False)
    country = CountryField(_("country"), blank=True)
    domain = models.CharField(_("domain"), max_length=120, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    street = models.CharField(_("street and number"), max_length=160, blank=True, default="", db_default="")
    postcode = models.CharField(_("postcode"), max_length=16, blank=True, default="", db_default="")
    phone = models.CharField(_("phone"), max_length=40, blank=True, default="", db_default="")
    registry_number = models.CharField(_("registry number"), max_length=40, blank=True, default="", db_default="")
    vat_number = models.CharField(_("VAT number"), max_length=40, blank=True, default="", db_default="")
    external_id = models.CharField(_("id in your CRM"), max_length=80, blank=True)
    owner_name = models.CharField(_("direct owner"), max_length=120, blank=True)
    last_activity_on = models.DateField(_("last activity"), null=True, blank=True)
    origin = models.CharField(_("origin"), max_length=14, choices=AccountOrigin, default=AccountOrigin.REGISTRATION)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    further = models.JSONField(_("further columns"), default=dict, blank=True)
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(fields=["vendor", "domain"], condition=~Q(domain=""), name="account_domain_once"),
            models.UniqueConstraint(fields=["vendor", "normalised_name", "country"], name="account_name_once"),
            models.UniqueConstraint(fields=["id", "vendor"], name="account_with_vendor"),
            models.CheckConstraint(condition=~Q(normalised_name=""), name="account_has_name"),
        ]
        indexes = [
            models.Index(fields=["vendor", "name", "id"], name="account_by_name"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="account_other_names"),
            models.Index("vendor", Collate(Upper("name"), "C"), "id", name="account_name_prefix"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def identity(self) -> Identity:
        """The account as the matcher takes it."""
        return Identity(*(str(getattr(self, column)) for column in IDENTITY_COLUMNS))


class MatchKey(ScopedModel):
    """A key under which an account is found as a candidate; compared with `=` only, so that the index is used."""

    scope = Scope(vendor="vendor_id")

    pk = models.CompositePrimaryKey("vendor_id", "key", "account_id")
    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    key = models.CharField(max_length=64)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="keys", db_constraint=False)

    class Meta:
        constraints = [vendor_match("account", "accounts.Account", "matchkey_vendor_of_account")]

    def __str__(self) -> str:
        return self.key


class ProductFamily(ScopedModel):
    """What protection is granted for. Each vendor has one family that stands for all."""

    scope = Scope(vendor="vendor_id", shared=True)

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="families")
    name = models.CharField(_("name"), max_length=80)
    code = models.SlugField(_("code"), max_length=40)
    covers_all = models.BooleanField(_("stands for all families"), default=False)

    class Meta:
        verbose_name = _("product family")
        verbose_name_plural = _("product families")
        constraints = [
            models.UniqueConstraint(fields=["vendor", "code"], name="family_code_once"),
            models.UniqueConstraint(fields=["vendor"], condition=Q(covers_all=True), name="family_all_once"),
            models.UniqueConstraint(fields=["id", "vendor"], name="family_with_vendor"),
        ]

    def __str__(self) -> str:
        return self.name


class Product(ScopedModel):
    """Something that a vendor sells through partners."""

    scope = Scope(vendor="vendor_id", shared=True)

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="products")
    family = models.ForeignKey(ProductFamily, on_delete=models.PROTECT, related_name="products")
    name = models.CharField(_("name"), max_length=120)
    sku = models.CharField(_("SKU"), max_length=40)
    is_active = models.BooleanField(_("sold"), default=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.UniqueConstraint(fields=["vendor", "sku"], name="product_sku_once"),
            models.UniqueConstraint(fields=["id", "vendor"], name="product_with_vendor"),
            vendor_match("family", "accounts.ProductFamily", "product_vendor_of_family"),
        ]

    def __str__(self) -> str:
        return self.name


class Price(ScopedModel):
    """A product's list price from a day on, in a currency."""

    scope = Scope(vendor="vendor_id", shared=True)

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="prices")
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.DecimalField(_("price"), max_digits=14, decimal_places=2, validators=[MinValueValidator(0)])
    valid_from = models.DateField(_("valid from"))

    objects = PriceQuerySet.as_manager()

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [
            models.UniqueConstraint(fields=["product", "currency", "valid_from"], name="price_once_per_day"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="price_not_negative"),
            vendor_match("product", "accounts.Product", "price_vendor_of_product"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
