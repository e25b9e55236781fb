"""A tier is lowered only by a review: after two warnings, a grace period and the partner manager's yes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.http import Http404

from activity.models import Event, Mail
from activity.relay import drain
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from standing.models import Calculation, PointEntry, Standing, TierOverride, TierReview
from standing.services import (
    adjust_points,
    end_override,
    give_tier,
    keep_enrollment,
    keep_programs,
    keep_tier,
    lower_tier,
)

REVIEW = date(2027, 1, 31)


@pytest.fixture
def falling(cast, scheme_of):
    """Brightpath holds Silver by points that expire in October 2026; the review is on 31 January."""
    Standing.objects.all().delete()
    with time_machine.travel(datetime(2026, 9, 1, 12, tzinfo=UTC), tick=False):
        scheme_of()
        enrollment = cast.enrollments["brightpath_northwind"]
        adjust_points(
            actor=cast.actor("northwind_manager"),
            enrollment=enrollment,
            points=Decimal(150),
            reason="A year of joint projects",
            ends=date(2026, 10, 1),
        )
        drain()
    assert held(cast) == "Silver"
    return cast


def held(cast) -> str:
    return Standing.objects.get(enrollment=cast.enrollments["brightpath_northwind"]).tier.name


def on(day: date) -> None:
    """Let workers look on a day, at noon."""
    with time_machine.travel(datetime(day.year, day.month, day.day, 12, tzinfo=UTC), tick=False):
        keep_programs()
        drain()


def kinds() -> list[str]:
    wanted = ("tier.warned", "review.grace", "review.proposed", "review.recovered", "review.lowered", "review.kept")
    return list(Event.objects.filter(kind__in=wanted).order_by("pk").values_list("kind", flat=True))


def test_warned_60_and_30_days_ahead_then_grace_then_proposed_and_lowered_by_the_managers_yes(falling):
    on(REVIEW - timedelta(days=61))
    assert kinds() == []
    on(REVIEW - timedelta(days=60))
    on(REVIEW - timedelta(days=59))
    assert kinds() == ["tier.warned"]
    mail = Mail.objects.filter(template="tier_warned").get()
    assert "100 more" in mail.text
    on(REVIEW - timedelta(days=30))
    assert kinds() == ["tier.warned"] * 2
    on(REVIEW)
    on(REVIEW + timedelta(days=29))
    assert kinds() == ["tier.warned"] * 2 + ["review.grace"]
    assert held(falling) == "Silver"
    on(REVIEW + timedelta(days=30))
    assert kinds()[-1] == "review.proposed"
    assert held(falling) == "Silver"
    with time_machine.travel(datetime(2027, 3, 5, 12, tzinfo=UTC), tick=False):
        lower_tier(actor=falling.actor("northwind_manager"), review=TierReview.objects.get())
        drain()
    assert held(falling) == "Registered"
    assert Mail.objects.filter(template="tier_lowered").exists()


def test_who_falls_too_late_for_the_warnings_is_looked_at_in_the_next_review(falling):
    on(REVIEW - timedelta(days=30))
    on(REVIEW + timedelta(days=90))
    assert kinds() == []
    assert held(falling) == "Silver"


def test_who_catches_up_in_the_grace_period_keeps_the_tier(falling):
    for ago in (60, 30, 0):
        on(REVIEW - timedelta(days=ago))
    with time_machine.travel(datetime(2027, 2, 10, 12, tzinfo=UTC), tick=False):
        manager = falling.actor("northwind_manager")
        enrollment = falling.enrollments["brightpath_northwind"]
        adjust_points(actor=manager, enrollment=enrollment, points=Decimal(120), reason="A large joint project")
    assert kinds()[-1] == "review.recovered"
    on(REVIEW + timedelta(days=60))
    assert held(falling) == "Silver"


def propose(cast) -> TierReview:
    for day in (REVIEW - timedelta(days=60), REVIEW - timedelta(days=30), REVIEW, REVIEW + timedelta(days=30)):
        on(day)
    return TierReview.objects.get()


def test_a_manager_lets_a_tier_stay_with_a_reason_until_the_next_review(falling):
    review = propose(falling)
    manager = falling.actor("northwind_manager")
    with pytest.raises(RuleViolation):
        keep_tier(actor=manager, review=review, reason="  ")
    keep_tier(actor=manager, review=review, reason="A strong year ahead")
    on(REVIEW + timedelta(days=120))
    assert (held(falling), kinds()[-1]) == ("Silver", "review.kept")


def test_a_second_decision_and_one_that_came_too_late_are_told_so(falling):
    review, manager = propose(falling), falling.actor("northwind_manager")
    enrollment = falling.enrollments["brightpath_northwind"]
    lower_tier(actor=manager, review=review)
    for decide in (
        lambda: lower_tier(actor=manager, review=review),
        lambda: keep_tier(actor=manager, review=review, reason="No"),
    ):
        with pytest.raises(Conflict):
            decide()
    assert held(falling) == "Registered"
    assert Event.objects.filter(kind="tier.lowered", enrollment_id=enrollment.pk).count() == 1


@pytest.mark.parametrize(
    ("persona", "refusal"),
    [
        ("northwind_finance", Forbidden),
        ("northwind_approver", Forbidden),
        ("brightpath_administrator", Forbidden),
        ("halden_manager", Http404),
        ("kappel_sales", Http404),
        ("operator", Http404),
    ],
)
def test_nobody_else_decides_and_nothing_is_left_behind(falling, persona, refusal):
    review = propose(falling)
    enrollment = falling.enrollments["brightpath_northwind"]
    events, points = Event.objects.count(), PointEntry.objects.count()
    actor, tier = falling.actor(persona), review.from_tier
    for write in (
        lambda: lower_tier(actor=actor, review=review),
        lambda: keep_tier(actor=actor, review=review, reason="Because"),
        lambda: adjust_points(actor=actor, enrollment=enrollment, points=Decimal(5), reason="Because"),
        lambda: give_tier(actor=actor, enrollment=enrollment, tier=tier, reason="Because", ends_on=date(2027, 9, 1)),
    ):
        with pytest.raises(refusal):
            write()
    assert (Event.objects.count(), PointEntry.objects.count()) == (events, points)
    assert held(falling) == "Silver"
    assert not TierOverride.objects.exists()


def test_a_tier_by_hand_is_visible_holds_and_ends_by_itself(falling):
    enrollment = falling.enrollments["brightpath_northwind"]
    with time_machine.travel(datetime(2026, 9, 2, 12, tzinfo=UTC), tick=False):
        keep_enrollment(enrollment)
        gold = falling.northwind.program.tiers.get(name="Gold")
        given = give_tier(
            actor=falling.actor("northwind_manager"),
            enrollment=enrollment,
            tier=gold,
            reason="Launch partner",
            ends_on=date(2026, 9, 20),
        )
        with pytest.raises(Conflict):
            give_tier(
                actor=falling.actor("northwind_manager"),
                enrollment=enrollment,
                tier=gold,
                reason="Twice",
                ends_on=date(2026, 9, 25),
            )
    assert held(falling) == "Gold"
    on(date(2026, 9, 19))
    assert held(falling) == "Gold"
    on(date(2026, 9, 20))
    assert held(falling) == "Silver"
    given.refresh_from_db()
    assert given.ended_at is not None
    told = Event.objects.filter(kind__in=["override.given", "override.ended"]).order_by("pk")
    assert [event.kind for event in told] == ["override.given", "override.ended"]
    with pytest.raises(Conflict):
        end_override(actor=falling.actor("northwind_manager"), override=given)


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": " "},
        {"ends_on": None},
        {"ends_on": date(2026, 9, 2)},
        {"ends_on": date(2031, 1, 1)},
    ],
)
def test_a_tier_by_hand_needs_a_reason_and_an_end(falling, changes):
    with time_machine.travel(datetime(2026, 9, 2, 12, tzinfo=UTC), tick=False):
        gold = falling.northwind.program.tiers.get(name="Gold")
        enrollment = falling.enrollments["brightpath_northwind"]
        given = {"tier": gold, "reason": "Launch partner", "ends_on": date(2026, 9, 20), **changes}
        with pytest.raises(RuleViolation):
            give_tier(actor=falling.actor("northwind_manager"), enrollment=enrollment, **given)
    assert not TierOverride.objects.exists()
    assert Calculation.objects.get(enrollment=enrollment).rank == 2
