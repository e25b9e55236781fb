"""A program with a scheme in force, and facts to stand on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.utils import timezone

from activity.relay import drain
from dealreg.models import Deal
from dealreg.services import approve_deal, win_deal
from prm.kernel.actors import system
from standing.enums import SchemeState
from standing.models import Scheme
from standing.services import activate_scheme

SIMPLE: dict[str, Any] = {
    "rules": [
        {"slug": "won", "name": "Won revenue", "source": "deal.won", "points": 1, "per": 1000, "expires_months": 12},
        {"slug": "approved", "name": "Approved deals", "source": "deal.approved", "points": 10, "cap": 25,
         "cap_period": "quarter", "expires_months": 12},
    ],
    "tiers": [
        {"slug": "registered", "name": "Registered", "brings": [{"kind": "discount", "value": 10}]},
        {"slug": "silver", "name": "Silver",
         "needs": {"figure": {"measure": "points", "months": 12}, "at_least": 100},
         "brings": [{"kind": "discount", "value": 15}, {"kind": "support_level", "text": "Priority"}]},
        {"slug": "gold", "name": "Gold",
         "needs": {"all": [
             {"figure": {"measure": "points", "months": 12}, "at_least": 300},
             {"figure": {"measure": "deals.won", "months": 12}, "at_least": 2},
         ]},
         "brings": [{"kind": "discount", "value": 20}]},
    ],
    "review": {"months": 12, "first": "01-31", "warn_days": [60, 30], "grace_days": 30},
}  # fmt: skip


@pytest.fixture
def scheme_of(cast) -> Callable[..., Scheme]:
    """Return a function that puts a definition into force at Northwind, without a word to anybody."""

    def make(definition: dict[str, Any] = SIMPLE, **fields: Any) -> Scheme:
        today = timezone.localdate()
        given = {"valid_from": date(today.year - 3, 1, 1), "state": SchemeState.PUBLISHED, "number": 1, **fields}
        scheme = Scheme.objects.create(
            vendor=cast.northwind.vendor,
            program=cast.northwind.program,
            name="Northwind tiers",
            definition=definition,
            published_at=timezone.now(),
            **given,
        )
        activate_scheme(actor=system(cast.northwind.vendor.pk), scheme=scheme)
        return scheme

    return make


@pytest.fixture
def win(cast) -> Callable[..., Deal]:
    """Return a function that has Brightpath win a deal at Northwind, closed on a day; workers have seen to the rest."""
    numbers = count(1)

    def close(value: int, day: date | None = None) -> Deal:
        name = f"Customer {next(numbers)} of many {next(numbers)}"
        deal = cast.register(customer_name=name, customer_domain="", close_date=timezone.localdate())
        deal = approve_deal(actor=cast.actor("northwind_approver"), deal=deal)
        closed = win_deal(
            actor=cast.actor("brightpath_sales"),
            deal=deal,
            value=Decimal(value),
            closed_on=day or timezone.localdate(),
        )
        drain()
        return closed

    return close
