"""What the vendor's CRM tells: opportunities that direct sales works on, and where they are fetched from."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import CrmSystem
from accounts.models.customers import Account
from accounts.querysets import ConnectionQuerySet, OpportunityQuerySet
from partners.models import Seat, Vendor
from prm.kernel.constraints import vendor_match
from prm.kernel.scoping import Scope, ScopedModel


class Opportunity(ScopedModel):
    """An opportunity in the vendor's CRM: one way in, as that system says it. Partners never see it.

    source: the system that it comes from; external_id: its number there. seen_at: when that system last told of it.
    """

    scope = Scope(vendor="vendor_id")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="opportunities", verbose_name=_("account"), db_constraint=False
    )
    source = models.CharField(_("source"), max_length=40)
    external_id = models.CharField(_("number there"), max_length=120)
    name = models.CharField(_("name"), max_length=200)
    stage = models.CharField(_("stage"), max_length=80, blank=True)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    close_date = models.DateField(_("expected close"), null=True, blank=True)
    owner_name = models.CharField(_("direct owner"), max_length=120, blank=True)
    last_activity_on = models.DateField(_("last activity"), null=True, blank=True)
    is_open = models.BooleanField(_("open"), default=True)
    seen_at = models.DateTimeField(_("last told"), default=timezone.now)

    objects = OpportunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("direct opportunity")
        verbose_name_plural = _("direct opportunities")
        constraints = [
            models.UniqueConstraint(fields=["vendor", "source", "external_id"], name="opportunity_once"),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | (Q(value__gte=0) & ~Q(currency="")),
                name="opportunity_value_has_currency",
            ),
            vendor_match("account", "accounts.Account", "opportunity_vendor_of_account"),
        ]
        indexes = [models.Index(fields=["account"], condition=Q(is_open=True), name="opportunity_open_of_account")]

    def __str__(self) -> str:
        return self.name


class CrmConnection(ScopedModel):
    """Where a vendor's accounts and opportunities are fetched from, and how often. The secret is sealed.

    since: what changed there from this moment on is fetched next; empty for all. next_at: when that is due.
    """

    scope = Scope(vendor="vendor_id")

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="+")
    system = models.CharField(_("system"), max_length=12, choices=CrmSystem)
    address = models.CharField(_("address"), max_length=200, blank=True)
    client_id = models.CharField(_("consumer key"), max_length=200, blank=True)
    secret = models.TextField(_("secret"), blank=True)
    every_hours = models.PositiveSmallIntegerField(
        _("every so many hours"), default=24, validators=[MinValueValidator(1), MaxValueValidator(168)]
    )
    is_active = models.BooleanField(_("in use"), default=False)
    seat = models.ForeignKey(Seat, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("set up by"))
    next_at = models.DateTimeField(null=True, editable=False)
    since = models.DateTimeField(null=True, editable=False)
    fetched_at = models.DateTimeField(_("last fetched"), null=True, editable=False)
    fault = models.CharField(_("last error"), max_length=300, blank=True, editable=False)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("CRM connection")
        verbose_name_plural = _("CRM connections")
        constraints = [
            models.UniqueConstraint(fields=["vendor", "system"], name="crm_once_per_system"),
            models.CheckConstraint(condition=Q(is_active=False) | ~Q(secret=""), name="crm_in_use_has_secret"),
        ]

    def __str__(self) -> str:
        return str(self.get_system_display())
