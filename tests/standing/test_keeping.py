"""From a won deal to points, a tier, and what people are told; and back, when the deal is opened again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activity.models import Delivery, Event, Notification
from activity.relay import drain
from dealreg.services import reopen_deal
from partners.enums import EnrollmentStatus
from partners.models import Enrollment
from standing.computing import store
from standing.models import Calculation, PointEntry, Standing, TierSpan
from standing.services import keep_program
from standing.services.awarding import award, award_first
from standing.services.keeping import rising
from tests.cast import make_partner


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


HAPPENED = (
    "kind", "vendor_id", "partner_id", "enrollment_id", "audience", "subject_type", "subject_id", "person_id", "via",
    "before", "after", "data",
)  # fmt: skip


def what_was_written():
    return {
        "standings": list(Standing.objects.order_by("enrollment").values("enrollment", "tier", "earned", "why")),
        "spans": list(TierSpan.objects.order_by("enrollment", "since").values("enrollment", "tier", "why", "vendor")),
        "events": list(Event.objects.filter(kind="tier.raised").order_by("pk").values(*HAPPENED)),
        "deliveries": list(
            Delivery.objects.filter(event__kind="tier.raised")
            .order_by("pk")
            .values("event__subject_id", "handler", "state")
        ),
    }


@pytest.fixture
def many(cast, scheme_of):
    """Enrollments that were never given a tier: eight new ones, and Kappel's. Brightpath holds one already."""
    for number in range(8):
        partner = make_partner(f"Further {number}", f"further-{number}")
        Enrollment.objects.create(
            vendor=cast.northwind.vendor,
            program=cast.northwind.program,
            partner=partner,
            status=EnrollmentStatus.ACTIVE,
        )
    scheme, today = scheme_of(), timezone.localdate()
    store(scheme, today)
    held = cast.enrollments["brightpath_northwind"].pk
    assert award_first([held], today) == 0, "who holds a tier is left to be looked at alone"
    return [pk for pk in rising(scheme, today) if pk != held]


def test_first_tiers_in_bulk_are_those_that_one_by_one_are_given(many):
    today, waiting = timezone.localdate(), many
    assert len(waiting) >= 8
    with transaction.atomic():
        assert sum(award(pk, today) for pk in waiting) == len(waiting)
        alone = what_was_written()
        transaction.set_rollback(True)
    assert award_first(waiting, today) == len(waiting)
    assert what_was_written() == alone
    assert len(alone["events"]) == len(waiting)
    assert len(alone["deliveries"]) >= len(waiting)
    assert award_first(waiting, today) == 0, "nothing is given twice"
    assert what_was_written() == alone


def test_first_tiers_in_bulk_take_the_same_statements_for_one_and_for_eight(many):
    today, counts = timezone.localdate(), []
    for some in (many[:1], many[1:]):
        with CaptureQueriesContext(connection) as queries:
            assert award_first(some, today) == len(some)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10
