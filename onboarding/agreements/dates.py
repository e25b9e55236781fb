"""When an agreement is asked for, reminded of, renewed and ended. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

NOTICE = timedelta(days=30)
"""How long ahead a new version is announced to partners that have an older one in force."""
REMIND_BEFORE = timedelta(days=7)
WARN_BEFORE = (timedelta(days=60), timedelta(days=30), timedelta(days=7))
RENEW_BEFORE = WARN_BEFORE[0]
CHASE_AFTER = (timedelta(days=7), timedelta(days=14))
"""Reminders of an agreement that doesn't close the portal on a day to come."""


def next_reminder(sent: date, gate_from: date | None, today: date) -> date | None:
    """Return the next day, after today, on which the partner is reminded to sign; None: it is not any more."""
    days = (gate_from - REMIND_BEFORE, gate_from) if gate_from and gate_from > sent else _chasing(sent)
    return min((day for day in days if day > today), default=None)


def _chasing(sent: date) -> tuple[date, ...]:
    return tuple(sent + wait for wait in CHASE_AFTER)


def next_warning(valid_until: date | None, today: date) -> date | None:
    """Return the next day, after today, on which to warn of its end, or to end it: the day after the last one."""
    if valid_until is None:
        return None
    days = (*(valid_until - before for before in WARN_BEFORE), day_after(valid_until))
    return min((day for day in days if day > today), default=today)


def months_later(day: date, months: int) -> date:
    """Return the same day of the month so many months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def valid_until(months: int | None, today: date, older: date | None = None) -> date | None:
    """Return the last day in force. older: that of the agreement that it renews, so that no day is lost."""
    if months is None:
        return None
    start = max(today, day_after(older)) if older else today
    return months_later(start, months) - timedelta(days=1)


def day_after(day: date) -> date:
    """Return the next day."""
    return day + timedelta(days=1)


def earliest_gate(today: date) -> date:
    """Return the first day from which a new version may be asked for of partners that have an older one."""
    return today + NOTICE
