"""Service-level clocks: hours that run on weekdays only, in the vendor's time zone, and not on its holidays."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

SATURDAY = 5


def today_in(zone: str, now: datetime | None = None) -> date:
    """Return the day that it is in a zone, now or at a moment."""
    return timezone.localdate(now, ZoneInfo(zone))


def add_working_hours(start: datetime, hours: float, zone: str, holidays: Collection[str] = ()) -> datetime:
    """Return the moment `hours` after `start`, where Saturdays, Sundays and holidays in `zone` don't count.

    Args:
        start: aware. hours: from 0; a weekday has 24. zone: an IANA name. holidays: days as ISO texts.
    """
    place = ZoneInfo(zone)
    left, moment = timedelta(hours=hours), start.astimezone(place)
    while True:
        if not _counts(moment, holidays):
            moment = _next_midnight(moment)
            continue
        until_midnight = _seconds(moment, _next_midnight(moment))
        if left <= until_midnight:
            return (moment.astimezone(ZoneInfo("UTC")) + left).astimezone(start.tzinfo)
        left -= until_midnight
        moment = _next_midnight(moment)


def working_hours_between(start: datetime, end: datetime, zone: str, holidays: Collection[str] = ()) -> float:
    """Return the hours on working days from `start` to `end`; negative when `end` is earlier."""
    if end < start:
        return -working_hours_between(end, start, zone, holidays)
    place = ZoneInfo(zone)
    moment, stop, total = start.astimezone(place), end.astimezone(place), timedelta()
    while moment < stop:
        upto = min(_next_midnight(moment), stop)
        if _counts(moment, holidays):
            total += _seconds(moment, upto)
        moment = upto
    return total.total_seconds() / 3600


def _counts(moment: datetime, holidays: Collection[str]) -> bool:
    return moment.weekday() < SATURDAY and (not holidays or moment.date().isoformat() not in holidays)


def _next_midnight(moment: datetime) -> datetime:
    return (moment + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _seconds(start: datetime, end: datetime) -> timedelta:
    # Differences of aware datetimes in one zone ignore daylight saving; in UTC they don't.
    utc = ZoneInfo("UTC")
    return end.astimezone(utc) - start.astimezone(utc)
