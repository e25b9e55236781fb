"""Exchange rates: written by hand or by file; what waited for one is booked then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from activity.services import write_row
from partners.events import RATES_CHANGED
from partners.models import ExchangeRate, Vendor
from partners.permissions import EDIT_RATES
from prm.kernel.errors import Forbidden, RuleViolation
from prm.kernel.recording import record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from activity.models import Event
    from prm.kernel.actors import Actor, Permission


@transaction.atomic
def write_rate(
    *,
    actor: Actor,
    row: ExchangeRate,
    permission: Permission,
    fields: Sequence[str],
    seen: Mapping[str, str] | None = None,
) -> ExchangeRate:
    """Add or change a rate; what is booked stays as it is. As `activity.services.write_row`.

    Raises:
        RuleViolation: a rate of the vendor's own currency.
    """
    _check_currency(actor, row.currency)
    saved: ExchangeRate = write_row(actor=actor, row=row, permission=permission, fields=fields, seen=seen)
    return saved


@transaction.atomic
def take_rates(*, actor: Actor, rates: Sequence[tuple[str, date, Decimal]]) -> int:
    """Write many rates, each a currency, a day and what one unit is worth; returns how many were new or changed.

    Records `rates.changed` once.

    Raises:
        Forbidden: the right is missing. RuleViolation: a rate of the vendor's own currency.
    """
    if not actor.may(EDIT_RATES) or actor.vendor_id is None:
        raise Forbidden("not_allowed", _("Your role doesn't change exchange rates."))
    for currency, _day, _rate in rates:
        _check_currency(actor, currency)
    known = {(one.currency, one.day): one.rate for one in ExchangeRate.objects.visible_to(actor)}
    fresh = {(currency, day): rate for currency, day, rate in rates if known.get((currency, day)) != rate}
    rows = [
        ExchangeRate(vendor_id=actor.vendor_id, currency=currency, day=day, rate=rate)
        for (currency, day), rate in fresh.items()
    ]
    ExchangeRate.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["vendor", "currency", "day"], update_fields=["rate"]
    )
    if rows:
        vendor = Vendor.objects.visible_to(actor).get(pk=actor.vendor_id)
        record(RATES_CHANGED, actor=actor, subject=vendor, data={"name": vendor.name, "count": len(rows)})
    return len(rows)


def _check_currency(actor: Actor, currency: str) -> None:
    if Vendor.objects.visible_to(actor).filter(pk=actor.vendor_id, currency=currency).exists():
        raise RuleViolation("own_currency", _("Your own currency needs no rate."), "currency")


def tells_of_rates(event: Event) -> bool:
    """Whether an event says that rates were added or changed, by hand or by file."""
    return event.kind == RATES_CHANGED.name or event.subject_type == ExchangeRate._meta.label_lower
