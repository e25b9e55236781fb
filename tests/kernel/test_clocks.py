"""Working hours: weekdays only, over weekends and daylight saving."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prm.kernel.clocks import add_working_hours, working_hours_between

BERLIN = "Europe/Berlin"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-24T09:00", 48, "2026-11-26T09:00"),  # Tuesday to Thursday
        ("2026-11-27T09:00", 48, "2026-12-01T09:00"),  # Friday over the weekend to Tuesday
        ("2026-11-28T12:00", 1, "2026-11-30T00:00"),  # Saturday: the clock starts on Monday, 00:00 in Berlin
        ("2026-11-24T09:00", 0, "2026-11-24T09:00"),
        ("2026-03-27T12:00", 24, "2026-03-30T11:00"),  # over the weekend on which the clocks go forward
    ],
)
def test_deadline_leaves_weekends_out(start, hours, end):
    assert add_working_hours(at(start), hours, BERLIN) == at(end)


@given(
    start=st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    hours=st.floats(0, 500, allow_nan=False),
    zone=st.sampled_from([BERLIN, "America/New_York", "Asia/Kolkata", "Pacific/Auckland"]),
)
def test_hours_between_start_and_deadline_are_the_hours_that_were_added(start, hours, zone):
    end = add_working_hours(start, hours, zone)
    assert working_hours_between(start, end, zone) == pytest.approx(hours, abs=1e-6)
    assert working_hours_between(end, start, zone) == pytest.approx(-hours, abs=1e-6)
