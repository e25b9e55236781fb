"""Exchange rates into a vendor's currency."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models.organisations import Vendor
from prm.kernel.money import CURRENCIES
from prm.kernel.scoping import Scope, ScopedModel

SMALLEST = Decimal("0.0000000001")


class ExchangeRate(ScopedModel):
    """What one unit of a currency is worth in the vendor's currency, from a day until the next rate's.

    SQL converts with `partners_rate(vendor, currency, day)`, which returns `rate` and `rated_on`: 1 for the vendor's
    own currency, no row where no rate holds.
    """

    scope = Scope(vendor="vendor_id")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="rates", db_index=False)
    currency = models.CharField(_("currency"), max_length=3, choices=[(code, code) for code in CURRENCIES])
    day = models.DateField(_("from"))
    rate = models.DecimalField(
        _("worth in your currency"),
        max_digits=20,
        decimal_places=10,
        validators=[MinValueValidator(SMALLEST)],
        help_text=_("How much of your currency one unit of the other buys: 0.92 if 1 USD is 0.92 EUR."),
    )

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints = [
            models.UniqueConstraint(fields=["vendor", "currency", "day"], name="rate_once_per_day"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="rate_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.day}"
