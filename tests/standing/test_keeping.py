"""From a won deal to points, a tier, and what people are told; and back, when the deal is opened again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from activity.models import Event, Notification
from activity.relay import drain
from dealreg.services import reopen_deal
from standing.models import Calculation, PointEntry, Standing
from standing.services import keep_program


def standing_of(cast) -> Standing:
    return Standing.objects.get(enrollment=cast.enrollments["brightpath_northwind"])


def test_a_won_deal_earns_points_and_a_tier_at_once(cast, scheme_of, win):
    Standing.objects.all().delete()
    scheme_of()
    win(120_000)
    entries = {(entry.rule, entry.points) for entry in PointEntry.objects.all()}
    assert entries == {("won", Decimal(120)), ("approved", Decimal(10))}
    assert standing_of(cast).tier.name == "Silver"
    raised = Event.objects.filter(kind="tier.raised").order_by("pk")
    assert [event.data["tier"] for event in raised] == ["Registered", "Silver"]
    assert Notification.objects.filter(kind="tier.raised").exists()


def test_a_deal_that_is_opened_again_gives_its_points_back_but_the_tier_stays_until_a_review(cast, scheme_of, win):
    Standing.objects.all().delete()
    scheme_of()
    deal = win(120_000)
    reopen_deal(actor=cast.actor("brightpath_sales"), deal=deal)
    drain()
    won = PointEntry.objects.filter(rule="won").order_by("pk")
    assert [(entry.kind, entry.points) for entry in won] == [("award", 120), ("correction", -120)]
    assert Calculation.objects.get(enrollment=cast.enrollments["brightpath_northwind"]).rank == 1
    assert standing_of(cast).tier.name == "Silver"


def test_a_cap_holds_for_its_period(cast, scheme_of, win):
    scheme_of()
    for _deal in range(4):
        win(1000)
    approved = PointEntry.objects.filter(rule="approved").order_by("pk")
    assert [entry.points for entry in approved] == [10, 10, 5]


def test_keeping_a_program_twice_changes_nothing(cast, scheme_of, win):
    Standing.objects.all().delete()
    scheme_of()
    win(90_000, timezone.localdate() - timedelta(days=40))
    win(250_000)
    # Kappel, of which nothing was heard, begins at the lowest tier.
    assert keep_program(cast.northwind.program) == {"points": 0, "computed": 1, "tiers": 1}
    own = Calculation.objects.filter(enrollment=cast.enrollments["brightpath_northwind"])
    before = (PointEntry.objects.count(), Event.objects.count(), list(own.values()))
    assert keep_program(cast.northwind.program) == {"points": 0, "computed": 0, "tiers": 0}
    assert (PointEntry.objects.count(), Event.objects.count()) == before[:2]
    assert list(own.values()) == before[2]
    assert standing_of(cast).tier.name == "Gold"
