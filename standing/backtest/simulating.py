"""Awarding over time, as the product does it: up at once, down only by a review, after its grace. Pure.

History is seen on some days only: the last of each month, and those on which a review is opened and decided. Whoever
reached a tier between two of them and fell short again before the second isn't noticed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from standing.scheme.shape import Review

Seen = tuple[date, int]
"""A day, and the rank that the figures bring on it."""


@dataclass(frozen=True, slots=True)
class Course:
    """How an enrollment fares. ranks: held after each day that was seen. since: from when it holds the last of them."""

    ranks: tuple[int, ...]
    since: date

    @property
    def held(self) -> int:
        """The rank held in the end; 0 for none."""
        return self.ranks[-1]


def month_ends(on: date, months: int) -> list[date]:
    """Return the last days of so many months, oldest first; the last of them is `on`, in its own month."""
    found = [on]
    first = on.replace(day=1)
    while len(found) < months:
        found.append(first - timedelta(days=1))
        first = found[-1].replace(day=1)
    return found[::-1]


def days_by_month(review: Review, on: date, months: int) -> list[list[date]]:
    """Return the days to look at, a list for each month, oldest first; each ends with the month's last day."""
    ends = month_ends(on, months)
    first = ends[0].replace(day=1)
    further = {day for day in _review_days(review, first, on) if first <= day <= on}
    return [sorted({end, *(day for day in further if _month(day) == _month(end))}) for end in ends]


def _review_days(review: Review, first: date, on: date) -> set[date]:
    """Return the last days on which reviews can be opened, and those on which they are decided."""
    found: set[date] = set()
    due = review.next_after(first - timedelta(days=review.grace_days + 1))
    while review.warn_days and due <= on + timedelta(days=review.warn_days[0]):
        found |= {due - timedelta(days=_second(review) + 1), due + timedelta(days=review.grace_days)}
        due = review.next_after(due)
    return found


def course(review: Review, seen: Sequence[Seen]) -> Course:
    """Return how an enrollment fares over the days on which it was seen, oldest first; at least one.

    A review is opened while its first warning can still be given in time, once per day of review; catching up at any
    time ends it; where it is still short after the grace, the partner manager's yes is assumed.
    """
    held, since, due = 0, seen[0][0], None
    opened: set[date] = set()
    ranks = []
    for day, rank in qualified(review, seen):
        if rank >= held:
            since, held, due = (day if rank > held else since), rank, None
        elif due is None:
            due = _opened(review, day)
            due = None if due in opened else due
        elif day >= due + timedelta(days=review.grace_days):
            held, since, due = rank, day, None
        if due is not None:
            opened.add(due)
        ranks.append(held)
    return Course(tuple(ranks), since)


def qualified(review: Review, seen: Sequence[Seen]) -> list[Seen]:
    """Return ranks under the qualifying window: the best that was seen in this month or one of so many before."""
    if not review.qualifying_months:
        return list(seen)
    return [
        (day, max(rank for at, rank in seen[: number + 1] if _month(day) - _month(at) <= review.qualifying_months))
        for number, (day, _rank) in enumerate(seen)
    ]


def _opened(review: Review, day: date) -> date | None:
    """Return the day of the review that is opened for who falls short on a day."""
    due = review.next_after(day)
    left = (due - day).days
    return due if review.warn_days and _second(review) < left <= review.warn_days[0] else None


def _second(review: Review) -> int:
    return review.warn_days[1] if len(review.warn_days) > 1 else 0


def _month(day: date) -> int:
    return day.year * 12 + day.month
