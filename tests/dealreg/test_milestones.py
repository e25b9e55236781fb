"""What deals count for: once, by day, in the vendor's currency, and as it was known on any past day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from dealreg.enums import MilestoneKind
from dealreg.milestones import catch_up, missing_rates, rate_milestones, reach
from dealreg.models import DealMilestone
from dealreg.services import approve_deal, lose_deal, register_deal, reopen_deal, win_deal, withdraw_deal
from partners.models import ExchangeRate
from tests.facts import count, facts, total


def rate(cast, currency, day, value):
    return ExchangeRate.objects.create(vendor=cast.northwind.vendor, currency=currency, day=day, rate=Decimal(value))


def win(cast, deal, value, day=None):
    day = day or timezone.localdate()
    return win_deal(actor=cast.actor("brightpath_sales"), deal=deal, value=Decimal(value), closed_on=day)


def test_deal_that_is_registered_approved_and_won_counts_once_each(cast):
    vendor, enrollment = cast.northwind.vendor, cast.enrollments["brightpath_northwind"].pk
    registration = cast.registration()
    deal = register_deal(actor=cast.actor("brightpath_sales"), registration=registration)
    register_deal(actor=cast.actor("brightpath_sales"), registration=registration)
    approve_deal(actor=cast.actor("northwind_approver"), deal=deal)
    won_on = timezone.localdate() - timedelta(days=3)
    deal = win(cast, deal, "150000", won_on)
    reach(deal, MilestoneKind.WON)
    (registered,) = facts("deal.registered", vendor)
    assert (registered["amount"], registered["n"], registered["enrollment_id"]) == (162_000, 1, enrollment)
    assert (registered["tag_country"], registered["tag_family"], registered["tag_part"]) == ("DE", "robots", "sell")
    assert total("deal.approved", vendor) == 162_000
    (won,) = facts("deal.won", vendor)
    assert (won["amount"], won["day"], won["key"]) == (150_000, won_on, f"deal:{deal.pk}")
    assert facts("deal.won", cast.halden.vendor) == []


def test_deal_that_is_opened_again_is_taken_back_and_counts_anew_at_its_new_value(cast):
    vendor = cast.northwind.vendor
    deal = win(cast, cast.register(), "150000")
    deal = reopen_deal(actor=cast.actor("brightpath_sales"), deal=deal)
    assert (count("deal.won", vendor), total("deal.won", vendor)) == (0, 0)
    deal = win(cast, deal, "140000.50")
    assert (count("deal.won", vendor), total("deal.won", vendor)) == (1, Decimal("140000.50"))
    rows = facts("deal.won", vendor)
    assert sorted((row["n"], row["amount"]) for row in rows) == [
        (-1, -150_000),
        (1, Decimal("140000.50")),
        (1, 150_000),
    ]
    assert {row["key"] for row in rows} == {f"deal:{deal.pk}"}


def test_past_day_is_replayed_as_it_was_known_then(cast):
    deal = win(cast, cast.register(), "150000")
    reopen_deal(actor=cast.actor("brightpath_sales"), deal=deal)
    first = DealMilestone.objects.get(kind="won", n=1)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE dealreg_dealmilestone DISABLE TRIGGER dealreg_dealmilestone_append_only")
        DealMilestone.objects.filter(pk=first.pk).update(recorded_at=first.recorded_at - timedelta(days=2))
        cursor.execute("ALTER TABLE dealreg_dealmilestone ENABLE TRIGGER dealreg_dealmilestone_append_only")
    yesterday = timezone.now() - timedelta(days=1)
    known = [row for row in facts("deal.won", cast.northwind.vendor) if row["known_at"] <= yesterday]
    assert [(row["n"], row["amount"]) for row in known] == [(1, 150_000)]


def test_withdrawn_registration_counts_for_nothing(cast):
    deal = cast.register()
    approve_deal(actor=cast.actor("northwind_approver"), deal=deal)
    withdraw_deal(actor=cast.actor("brightpath_sales"), deal=deal)
    for source in ("deal.registered", "deal.approved"):
        assert len(facts(source, cast.northwind.vendor)) == 2
        assert (count(source, cast.northwind.vendor), total(source, cast.northwind.vendor)) == (0, 0)


def test_lost_deal_is_closed_but_not_won(cast):
    win(cast, cast.register(), "1000")
    other = cast.register(customer_name="Ostwall Logistik AG", customer_domain="ostwall.example")
    lose_deal(
        actor=cast.actor("brightpath_sales"), deal=other, reason="price", closed_on=timezone.localdate(), remark=""
    )
    assert (count("deal.won", cast.northwind.vendor), count("deal.closed", cast.northwind.vendor)) == (1, 2)


def test_foreign_currency_counts_at_the_latest_rate_on_or_before_the_day(cast):
    today = timezone.localdate()
    rate(cast, "USD", today - timedelta(days=9), "0.90")
    rate(cast, "USD", today - timedelta(days=2), "0.95")
    rate(cast, "USD", today + timedelta(days=3), "2")
    deal = cast.register(currency="USD", value=Decimal(1000), lines=())
    win(cast, deal, "1000", today - timedelta(days=3))
    assert total("deal.registered", cast.northwind.vendor) == 950
    assert total("deal.won", cast.northwind.vendor) == 900
    assert DealMilestone.objects.get(kind="won").rated_on == today - timedelta(days=9)


def test_missing_rate_is_told_and_booked_when_it_comes(cast):
    vendor = cast.northwind.vendor
    deal = cast.register(currency="USD", value=Decimal(1000), lines=())
    win(cast, deal, "1000")
    assert (count("deal.won", vendor), total("deal.won", vendor)) == (1, 0)
    assert missing_rates(vendor.pk) == [("USD", 2)]
    rate(cast, "USD", date(2024, 1, 1), "0.9")
    with transaction.atomic():
        assert rate_milestones(vendor.pk) == 1
    assert (count("deal.won", vendor), total("deal.won", vendor)) == (1, 900)
    assert (missing_rates(vendor.pk), missing_rates(cast.halden.vendor.pk)) == ([], [])
    with transaction.atomic():
        assert rate_milestones(vendor.pk) == 0
    reopen_deal(actor=cast.actor("brightpath_sales"), deal=deal)
    assert (count("deal.won", vendor), total("deal.won", vendor)) == (0, 0)


def test_milestone_can_be_neither_changed_nor_deleted_nor_written_twice(cast):
    cast.register()
    row = DealMilestone.objects.get()
    for forbidden in (
        lambda: DealMilestone.objects.update(amount=1),
        lambda: DealMilestone.objects.all().delete(),
        lambda: DealMilestone.objects.bulk_create([_copy(row)]),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            forbidden()
    assert DealMilestone.objects.get().amount == 162_000


def _copy(row):
    copy = DealMilestone.objects.get(pk=row.pk)
    copy.pk = None
    return copy


def test_deals_written_in_bulk_are_caught_up_with_their_own_moments_and_only_once(cast):
    deal = win(cast, cast.register(), "150000")
    before = {(m.kind, m.day, m.amount, m.family_id) for m in DealMilestone.objects.all()}
    catch_up()
    assert DealMilestone.objects.count() == 2
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE dealreg_dealmilestone")
    catch_up()
    assert {(m.kind, m.day, m.amount, m.family_id) for m in DealMilestone.objects.all()} == before
    assert DealMilestone.objects.get(kind="registered").recorded_at == deal.submitted_at
