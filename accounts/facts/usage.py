"""Usage from outside: readings of a metric, each valid until the next of its series."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import events
from accounts.facts.booking import Booking, CustomerRow, Ledger, book, undo
from accounts.models import UsageMetric, UsageReading
from standing.enums import Problem
from standing.intake import Intake, Outcome, fact_kind

KIND = "usage"
Series = tuple[int, int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageRow(CustomerRow):
    """A reading. metric: the slug of a usage metric."""

    metric: str
    day: date
    value: Decimal


def _prepare(intake: Intake, rows: Sequence[UsageRow]) -> Callable[[UsageRow, UsageReading], list[str]]:
    metrics = dict(UsageMetric.objects.filter(vendor_id=intake.vendor_id).values_list("slug", "pk"))

    def fill(row: UsageRow, reading: UsageReading) -> list[str]:
        reading.day, reading.value = row.day, row.value
        metric = metrics.get(str(row.chosen.get("metric") or row.metric).strip().lower())
        if metric is None:
            return [Problem.METRIC]
        reading.metric_id = metric
        return []

    return fill


BOOKING = Booking(model=UsageReading, prepare=_prepare, compared=("metric_id", "value"))


def book_usage(intake: Intake, rows: Sequence[Any]) -> list[Outcome]:
    """Book a batch; as `standing.intake.FactKind.book`."""
    outcomes, ledger = book(BOOKING, intake, rows)
    _line_up(ledger, intake)
    ledger.write()
    return outcomes


def undo_usage(intake: Intake) -> int:
    """Take an import back; as `standing.intake.FactKind.undo`."""
    count, ledger = undo(BOOKING, intake)
    _line_up(ledger, intake)
    ledger.write()
    return count


def series_of(reading: UsageReading) -> Series:
    """Return the series that a reading belongs to: enrollment, metric and customer."""
    return reading.enrollment_id, reading.metric_id, (reading.customer_domain or reading.customer_name).lower()


def _line_up(batch: Ledger, intake: Intake) -> None:
    """Let each reading of the touched series end where the next begins; what ends otherwise is written anew."""
    touched = {series_of(row) for row in batch.rows}
    if not touched:
        return
    written = list(batch.rows)
    batch.rows.clear()
    everything = _with_neighbours(intake, touched)
    merged: dict[tuple[str, str], UsageReading] = {**everything.live}
    for row in written:
        key = (row.source, row.external_id)
        if row.n < 0:
            merged.pop(key, None)
        else:
            merged[key] = row
    fresh = {id(row) for row in written}
    batch.live, batch.turns = merged, {**everything.turns, **batch.turns}
    batch.rows.extend(written)
    for readings in _by_series(merged, touched).values():
        _end_each(batch, readings, fresh, intake)


def _with_neighbours(intake: Intake, touched: set[Series]) -> Ledger:
    enrollments, metrics = {series[0] for series in touched}, {series[1] for series in touched}
    near = UsageReading.objects.filter(
        Q(enrollment__in=enrollments, metric__in=metrics), vendor_id=intake.vendor_id
    ).values_list("external_id")
    return Ledger.of(BOOKING, intake.vendor_id, external_id__in=near.distinct())


def _by_series(live: dict[tuple[str, str], UsageReading], touched: set[Series]) -> dict[Series, list[UsageReading]]:
    found: dict[Series, list[UsageReading]] = defaultdict(list)
    for row in live.values():
        if (series := series_of(row)) in touched:
            found[series].append(row)
    return found


def _end_each(batch: Ledger, readings: list[UsageReading], fresh: set[int], intake: Intake) -> None:
    readings.sort(key=lambda row: (row.day, row.turn, row.external_id))
    following: list[date | None] = [after.day for _row, after in pairwise(readings)]
    for row, ends in zip(readings, [*following, None], strict=True):
        if id(row) in fresh:
            row.ends = ends
        elif row.ends != ends:
            again = copy(row)
            again.pk, again._state = None, copy(row._state)
            again._state.adding, again.ends, again.run = True, ends, row.run
            again.recorded_at = UsageReading._meta.get_field("recorded_at").get_default()
            batch.take_back((row.source, row.external_id), intake.run)
            batch.enter(again)


fact_kind(KIND, label=_("Usage"), row=UsageRow, book=book_usage, event=events.USAGE_BOOKED, undo=undo_usage)
