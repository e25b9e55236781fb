"""When digests are due, by the clock on the wall of several zones; expected moments are written out, not computed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity.slots import next_slot

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Chatham", "UTC")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "moment", "hour", "slot"),
    [
        ("Europe/Berlin", "2026-01-10T06:59", 8, "2026-01-10T07:00"),
        ("Europe/Berlin", "2026-01-10T07:00", 8, "2026-01-11T07:00"),  # strictly after
        ("Europe/Berlin", "2026-03-28T07:00", 8, "2026-03-29T06:00"),  # 23 hours later: summer time began
        ("Europe/Berlin", "2026-10-24T06:00", 8, "2026-10-25T07:00"),  # 25 hours later
        ("Europe/Berlin", "2026-03-28T12:00", 2, "2026-03-29T01:00"),  # two o'clock is skipped: 3:00 instead
        ("Europe/Berlin", "2026-10-24T12:00", 2, "2026-10-25T00:00"),  # two o'clock comes twice: the first
        ("Europe/Berlin", "2026-10-25T00:00", 2, "2026-10-26T01:00"),  # … and not the second
        ("America/New_York", "2026-03-08T06:30", 2, "2026-03-08T07:00"),
        ("America/New_York", "2026-11-01T05:00", 1, "2026-11-02T06:00"),
        ("Australia/Lord_Howe", "2026-10-03T12:00", 2, "2026-10-03T15:30"),  # 2:00 to 2:30 is skipped
        ("Australia/Lord_Howe", "2026-04-04T12:00", 2, "2026-04-04T15:30"),
        ("Asia/Kolkata", "2026-06-01T00:00", 8, "2026-06-01T02:30"),
    ],
)
def test_daily_slot_is_the_chosen_hour_on_the_wall(zone, moment, hour, slot):
    assert next_slot("daily", utc(moment), zone, hour) == utc(slot)


@pytest.mark.parametrize(
    ("zone", "moment", "slot"),
    [
        ("Europe/Berlin", "2026-01-10T06:59:59", "2026-01-10T07:00"),
        ("Europe/Berlin", "2026-01-10T07:00", "2026-01-10T08:00"),
        ("Europe/Berlin", "2026-10-25T00:30", "2026-10-25T01:00"),  # both two o'clocks are full hours
        ("Asia/Kolkata", "2026-01-10T07:00", "2026-01-10T07:30"),
        ("Australia/Lord_Howe", "2026-04-04T14:00", "2026-04-04T15:30"),  # 1:00, then back from 2:00 to 1:30, then 2:00
        ("Australia/Lord_Howe", "2026-10-03T14:30", "2026-10-03T16:00"),  # 1:00, then on from 2:00 to 2:30, then 3:00
    ],
)
def test_hourly_slot_is_the_next_full_hour_on_the_wall(zone, moment, slot):
    assert next_slot("hourly", utc(moment), zone, 8) == utc(slot)


moments = st.integers(0, 6 * 366 * 86_400).map(lambda seconds: utc("2024-01-01") + timedelta(seconds=seconds))


@given(moments, st.sampled_from(ZONES), st.integers(0, 23))
def test_slots_come_after_the_moment_and_soon(moment, zone, hour):
    daily, hourly = next_slot("daily", moment, zone, hour), next_slot("hourly", moment, zone, hour)
    assert moment < hourly <= moment + timedelta(minutes=90)
    assert moment < daily <= moment + timedelta(hours=25)
    assert hourly.astimezone(ZoneInfo(zone)).minute == 0
    wall = daily.astimezone(ZoneInfo(zone))
    assert (wall.hour, wall.minute) == (hour, 0) or (daily - timedelta(seconds=1)).astimezone(
        ZoneInfo(zone)
    ).hour < hour


@given(moments, st.sampled_from(ZONES), st.integers(0, 23))
def test_each_day_has_one_daily_slot(moment, zone, hour):
    slots = [moment]
    for _ in range(5):
        slots.append(next_slot("daily", slots[-1], zone, hour))
    days = [slot.astimezone(ZoneInfo(zone)).date() for slot in slots[1:]]
    assert days == [days[0] + timedelta(days=count) for count in range(5)]
