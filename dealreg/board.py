"""The pipeline by stage: a bounded number of deals per stage, and what all of them add up to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Sum, Window
from django.db.models.functions import RowNumber

from dealreg.enums import Forecast, Stage
from dealreg.stages import forecast_expression

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from dealreg.models import Deal
    from dealreg.querysets import DealQuerySet

AT_ONCE = 12
"""Deals per stage before one asks for all."""
MOST = 300
"""Deals of one stage that a page shows at all; the list has the others."""


@dataclass(frozen=True, slots=True)
class StageSum:
    """Open deals of a stage, forecast and currency, added up."""

    stage: Stage
    forecast: Forecast
    currency: str
    value: Decimal
    deals: int


@dataclass(frozen=True, slots=True)
class Column:
    """A stage with its deals; sums by currency, the largest first. more: how many it has beyond those shown."""

    stage: Stage
    deals: tuple[Deal, ...]
    sums: tuple[tuple[Decimal, str], ...]
    count: int

    @property
    def more(self) -> int:
        """How many deals aren't shown."""
        return self.count - len(self.deals)


def totals_of(deals: QuerySet[Any]) -> list[StageSum]:
    """Add up open deals by stage, forecast and currency. One query."""
    opened = deals.open()  # type: ignore[attr-defined]  # a filter set forgets the class
    found = opened.order_by().annotate(sure=forecast_expression())
    rows = found.values_list("stage", "sure", "currency").annotate(Sum("value"), Count("pk"))
    return sorted(
        (
            StageSum(Stage(stage), Forecast(sure), currency, value, count)
            for stage, sure, currency, value, count in rows
        ),
        key=lambda each: (-each.value, each.currency, each.stage, each.forecast),
    )


def columns_of(deals: DealQuerySet, totals: Iterable[StageSum], wide: str = "") -> list[Column]:
    """Return each stage with the deals that close first. wide: the stage of which all are shown. One query."""
    place = Window(RowNumber(), partition_by="stage", order_by=[F("close_date").asc(), F("pk").asc()])
    placed = deals.open().annotate(place=place)
    shown = placed.filter(place__lte=AT_ONCE)
    if wide in Stage.values:
        shown = placed.filter(place__lte=MOST).exclude(place__gt=AT_ONCE, stage__in=set(Stage.values) - {wide})
    by_stage: dict[str, list[Deal]] = {}
    for deal in shown.order_by("close_date", "pk"):
        by_stage.setdefault(deal.stage, []).append(deal)
    totals = list(totals)
    return [
        Column(
            stage,
            tuple(by_stage.get(stage, ())),
            by_currency(each for each in totals if each.stage == stage),
            sum(each.deals for each in totals if each.stage == stage),
        )
        for stage in Stage
    ]


def by_currency(totals: Iterable[StageSum]) -> tuple[tuple[Decimal, str], ...]:
    """Add sums up by currency, the largest first."""
    found: dict[str, Decimal] = {}
    for each in totals:
        found[each.currency] = found.get(each.currency, Decimal(0)) + each.value
    return tuple((value, currency) for currency, value in sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def by_forecast(totals: Iterable[StageSum]) -> list[tuple[Forecast, tuple[tuple[Decimal, str], ...], int]]:
    """Add sums up by forecast category, in the order from the least sure, with the number of deals."""
    totals = list(totals)
    found = []
    for forecast in Forecast:
        mine = [each for each in totals if each.forecast == forecast]
        if mine:
            found.append((forecast, by_currency(mine), sum(each.deals for each in mine)))
    return found
