"""Awarding over time: up at once, down only after a review's grace, never without a warning in time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from standing.backtest.simulating import course, days_by_month, month_ends, qualified
from standing.scheme.shape import Review

YEARLY = Review()
ON = date(2026, 11, 28)


def seen_by(rank_on, review=YEARLY, on=ON, months=24):
    """Return the days that are looked at, with the ranks that a function gives for them."""
    return [(day, rank_on(day)) for days in days_by_month(review, on, months) for day in days]


def test_month_ends_are_the_last_days_and_end_with_the_day_itself():
    assert month_ends(date(2026, 3, 15), 4) == [
        date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 15),
    ]  # fmt: skip
    assert len(month_ends(ON, 24)) == 24
    assert month_ends(date(2026, 3, 31), 2) == [date(2026, 2, 28), date(2026, 3, 31)]


def test_days_hold_the_last_day_to_open_a_review_and_the_one_on_which_it_is_decided():
    months = days_by_month(YEARLY, ON, 24)
    assert [days[-1] for days in months] == month_ends(ON, 24)
    found = {day for days in months for day in days} - set(month_ends(ON, 24))
    assert found == {date(2025, 3, 2), date(2026, 3, 2)}
    assert date(2025, 12, 31) in {day for days in months for day in days}, "31 days before the review"


def test_days_of_quarterly_reviews_are_all_there_once_and_none_after_the_end():
    review = Review(months=3, warn_days=(40, 20), grace_days=10)
    days = [day for days in days_by_month(review, ON, 12) for day in days]
    assert days == sorted(set(days))
    assert max(days) == ON
    dues = [date(2026, 1, 31), date(2026, 4, 30), date(2026, 7, 31), date(2026, 10, 31)]
    for due in dues:
        assert {due - timedelta(days=21), due + timedelta(days=10)} <= set(days)


def test_a_tier_is_reached_at_once_and_held_from_that_day():
    fares = course(YEARLY, seen_by(lambda day: 3 if day >= date(2026, 5, 1) else 1))
    assert (fares.held, fares.since) == (3, date(2026, 5, 31))
    assert fares.ranks[0] == 1


def test_who_falls_short_keeps_the_tier_until_the_grace_after_the_review_is_over():
    seen = seen_by(lambda day: 3 if day < date(2025, 6, 1) else 1)
    fares = course(YEARLY, seen)
    held = dict(zip([day for day, _rank in seen], fares.ranks, strict=True))
    assert held[date(2026, 1, 31)] == held[date(2026, 2, 28)] == 3
    assert held[date(2026, 3, 2)] == 1
    assert (fares.held, fares.since) == (1, date(2026, 3, 2))


def test_who_falls_short_too_late_to_be_warned_keeps_the_tier_until_the_next_review():
    fares = course(YEARLY, seen_by(lambda day: 3 if day < date(2026, 1, 5) else 1))
    assert (fares.held, fares.since) == (3, date(2024, 12, 31))


def test_who_catches_up_in_the_grace_keeps_the_tier_and_isnt_reviewed_a_second_time():
    back = date(2026, 2, 28)
    fares = course(YEARLY, seen_by(lambda day: 1 if date(2025, 6, 1) <= day < back else 3))
    assert fares.held == 3
    assert set(fares.ranks) == {3}


def test_a_review_lowers_to_what_is_reached_when_it_is_decided():
    def rank(day):
        return 3 if day < date(2025, 6, 1) else 1 if day < date(2026, 2, 1) else 2

    assert course(YEARLY, seen_by(rank)).held == 2


def test_without_warnings_nothing_is_ever_lowered():
    review = Review(warn_days=())
    fares = course(review, seen_by(lambda day: 3 if day < date(2025, 2, 1) else 0, review))
    assert fares.held == 3


def test_a_qualifying_window_counts_the_best_that_was_seen_in_it():
    review = Review(qualifying_months=2)
    seen = [(day, rank) for day, rank in zip(month_ends(ON, 5), (3, 1, 1, 1, 2), strict=True)]
    assert [rank for _day, rank in qualified(review, seen)] == [3, 3, 3, 1, 2]


@pytest.mark.parametrize("months", [1, 2, 3, 4, 6, 12])
def test_who_stays_at_a_rank_holds_it_from_the_first_day_under_any_review(months):
    review = Review(months=months)
    seen = seen_by(lambda _day: 2, review)
    fares = course(review, seen)
    assert set(fares.ranks) == {2}
    assert fares.since == seen[0][0]


def test_whose_figures_bring_nothing_holds_nothing():
    fares = course(YEARLY, seen_by(lambda _day: 0))
    assert (fares.held, set(fares.ranks)) == (0, {0})
