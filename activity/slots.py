"""When a digest is due: the next full hour, or the next time it is the chosen hour where the person lives.

Moments are instants in UTC; what a clock on the wall says is asked of the zone at each instant, so that a day with 23,
24.5 or 25 hours needs no case of its own. An hour that daylight saving skips is the first moment after the gap; of an
hour that comes twice, the first counts.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from activity.enums import Cadence

QUARTER = timedelta(minutes=15)
"""Every zone's offset from UTC, and every step of daylight saving, is a multiple of it since 1972."""


def next_slot(cadence: str, moment: datetime, zone: str, hour: int) -> datetime:
    """Return the first slot after a moment, as an instant in UTC.

    Args:
        cadence: hourly or daily.
        moment: aware.
        zone: an IANA name.
        hour: of the daily slot, 0 to 23, on the clock of that zone.
    """
    local = ZoneInfo(zone)
    return _next_hour(moment, local) if cadence == Cadence.HOURLY else _next_day(moment, local, hour)


def _next_hour(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the next quarter of an hour at which the clock on the wall says a full hour."""
    passed = (moment - datetime.min.replace(tzinfo=UTC)) % QUARTER
    found = moment.astimezone(UTC) - passed + QUARTER
    while found.astimezone(zone).minute:
        found += QUARTER
    return found


def _next_day(moment: datetime, zone: ZoneInfo, hour: int) -> datetime:
    """Return when the clock next says that hour: today, or else tomorrow."""
    today = moment.astimezone(zone).date()
    slots = (_at(datetime(day.year, day.month, day.day, hour), zone) for day in (today, today + timedelta(days=1)))  # noqa: DTZ001
    return next(slot for slot in slots if slot > moment)


def _at(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant of a time on the wall; of a time that doesn't exist, the end of the gap."""
    instant = wall.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    # In a gap, fold=0 takes the offset from before it, which lands as far behind the gap's end as the time is in it.
    while (instant - QUARTER).astimezone(zone).replace(tzinfo=None) > wall:
        instant -= QUARTER
    return instant
