"""Sales lines, usage and satisfaction from outside: once each, corrected by counter-entries, replayed, matched."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from accounts.facts.sales import SalesRow
from accounts.facts.satisfaction import SatisfactionRow
from accounts.facts.usage import UsageRow
from accounts.models import Account, SalesLine, UsageMetric, UsageReading
from activity.models import Event
from partners.models import ExchangeRate
from prm.kernel.errors import Forbidden, RuleViolation
from standing.enums import Problem, WaitingState
from standing.intake import Result, Unknown, take_in, undo_run
from standing.models import WaitingFact
from tests.facts import count, facts, total

DAY = date(2026, 3, 31)


def line(number="1", **changes):
    fields = {
        "source": "erp",
        "external_id": number,
        "partner": "brightpath",
        "kind": "sell_through",
        "day": DAY,
        "amount": Decimal("1000.00"),
        "currency": "EUR",
    }
    return SalesRow(**{**fields, **changes})


def take(cast, *rows, kind="sales-lines", persona="northwind_manager", **more):
    return take_in(actor=cast.actor(persona), kind=kind, rows=rows, **more)


def results(outcomes):
    return [outcome.result for outcome in outcomes]


def test_lines_count_for_their_kind_enrollment_and_product(cast):
    vendor, enrollment = cast.northwind.vendor, cast.enrollments["brightpath_northwind"]
    outcomes = take(
        cast,
        line("1", sku="pc-40", quantity=Decimal(2), margin=Decimal(120)),
        line("2", kind="order", amount=Decimal(500), cost=Decimal(430)),
        line("3", partner="KAPPEL", amount=Decimal(-80)),
        line("4", kind="renewal"),
        line("5", kind="usage", amount=Decimal("33.33")),
    )
    assert results(outcomes) == [Result.BOOKED] * 5
    through = facts("sales.sell_through", vendor, enrollment_id=enrollment.pk)
    assert [(row["amount"], row["day"], row["tag_product"], row["tag_family"]) for row in through] == [
        (1000, DAY, "PC-40", "robots")
    ]
    assert total("sales.sell_through", vendor) == 920
    assert total("sales.order", vendor) == 500
    assert total("sales.renewal", vendor) == 1000
    assert total("sales.usage", vendor) == Decimal("33.33")
    assert total("sales.margin", vendor) == 190
    assert facts("sales.sell_through", cast.halden.vendor) == []
    assert Event.objects.filter(kind="sales.booked", enrollment_id=enrollment.pk).get().data == {"count": 4}


def test_same_line_again_changes_nothing_and_another_corrects_by_counter_entry(cast):
    take(cast, line())
    assert results(take(cast, line())) == [Result.UNCHANGED]
    assert results(take(cast, line(amount=Decimal(900)))) == [Result.CORRECTED]
    assert results(take(cast, line(amount=Decimal(900)))) == [Result.UNCHANGED]
    rows = facts("sales.sell_through", cast.northwind.vendor)
    assert sorted((row["n"], row["amount"]) for row in rows) == [(-1, -1000), (1, 900), (1, 1000)]
    assert len({row["key"] for row in rows}) == 1
    assert results(take(cast, line(cancelled=True))) == [Result.CANCELLED]
    assert results(take(cast, line(cancelled=True))) == [Result.UNCHANGED]
    assert (count("sales.sell_through", cast.northwind.vendor), SalesLine.objects.count()) == (0, 4)


def test_same_number_from_another_system_is_another_line(cast):
    assert results(take(cast, line(), line(source="distributor"))) == [Result.BOOKED, Result.BOOKED]
    assert total("sales.sell_through", cast.northwind.vendor) == 2000


def test_number_twice_in_one_batch_is_refused_both_times(cast):
    assert results(take(cast, line(), line(amount=Decimal(1)), line("2"))) == [
        Result.REFUSED,
        Result.REFUSED,
        Result.BOOKED,
    ]


def test_correction_that_moves_a_line_to_another_partner_counts_there_only(cast):
    take(cast, line())
    take(cast, line(partner="kappel"))
    vendor = cast.northwind.vendor
    assert total("sales.sell_through", vendor, enrollment_id=cast.enrollments["brightpath_northwind"].pk) == 0
    assert total("sales.sell_through", vendor, enrollment_id=cast.enrollments["kappel_northwind"].pk) == 1000


def test_foreign_currency_waits_for_a_rate_and_counts_at_the_one_of_its_day(cast):
    outcome = take(cast, line(currency="USD"))[0]
    assert (outcome.result, outcome.problems) == (Result.WAITING, (Problem.RATE,))
    for day, rate in ((DAY - timedelta(days=5), "0.8"), (DAY + timedelta(days=1), "3")):
        ExchangeRate.objects.create(vendor=cast.northwind.vendor, currency="USD", day=day, rate=Decimal(rate))
    assert results(take(cast, line(currency="USD", margin=Decimal(100)))) == [Result.BOOKED]
    booked = SalesLine.objects.get()
    assert (booked.vendor_amount, booked.vendor_margin, booked.rated_on) == (800, 80, DAY - timedelta(days=5))
    assert WaitingFact.objects.get().state == WaitingState.BOOKED
    ExchangeRate.objects.create(
        vendor=cast.northwind.vendor, currency="USD", day=DAY - timedelta(days=1), rate=Decimal("0.9")
    )
    assert results(take(cast, line(currency="USD", margin=Decimal(100)))) == [Result.UNCHANGED]


def test_unknown_partner_product_and_customer_are_named_on_the_work_list(cast):
    outcomes = take(
        cast,
        line("1", partner="isle of man"),
        line("2", sku="NO-1"),
        line("3", customer_name="Unheard Ltd"),
        line("4", partner="", sku="NO-1", currency="SEK"),
    )
    assert [outcome.problems for outcome in outcomes] == [
        (Problem.PARTNER,),
        (Problem.PRODUCT,),
        (Problem.ACCOUNT,),
        (Problem.PARTNER, Problem.PRODUCT, Problem.RATE),
    ]
    assert WaitingFact.objects.filter(vendor=cast.northwind.vendor, state=WaitingState.OPEN).count() == 4
    assert not SalesLine.objects.exists()
    assert not Account.objects.filter(name="Unheard Ltd").exists()


def test_customer_is_found_by_domain_name_or_number_and_made_only_if_told(cast):
    deal = cast.register()
    Account.objects.filter(pk=deal.account_id).update(external_id="CRM-7")
    take(
        cast,
        line("1", customer_name="Anything", customer_domain="shop.castellan-foods.example"),
        line("2", customer_name="CASTELLAN FOODS"),
        line("3", customer_id="CRM-7"),
    )
    assert {row.account_id for row in SalesLine.objects.all()} == {deal.account_id}
    take(cast, line("4", customer_name="Ostwall AG"), unknown=Unknown.LEAVE)
    assert SalesLine.objects.get(external_id="4").account is None
    take(cast, line("5", customer_name="Ostwall AG", customer_country="DE"), unknown=Unknown.CREATE)
    assert SalesLine.objects.get(external_id="5").account.name == "Ostwall AG"


def test_vendors_number_finds_a_partner_and_what_fits_two_is_nobodys(cast):
    enrollment = cast.enrollments["kappel_northwind"]
    enrollment.external_id = "K-1001"
    enrollment.save()
    cast.kappel.legal_name = cast.brightpath.legal_name
    cast.kappel.save()
    outcomes = take(cast, line("1", partner="k-1001"), line("2", partner="Brightpath GmbH"))
    assert SalesLine.objects.get().enrollment == enrollment
    assert outcomes[1].problems == (Problem.PARTNER_AMBIGUOUS,)


def test_partner_that_is_enrolled_with_another_vendor_only_is_unknown(cast):
    enrollment = cast.enrollments["kappel_northwind"]
    enrollment.external_id = "K-1001"
    enrollment.save()
    outcomes = take(cast, line("1", partner="kappel"), line("2", partner="K-1001"), persona="halden_manager")
    assert results(outcomes) == [Result.WAITING, Result.WAITING]


def test_undone_import_lets_stand_what_stood_before(cast):
    run = uuid.uuid4()
    take(cast, line("1"), line("2"))
    take(cast, line("1", amount=Decimal(7)), line("2", cancelled=True), line("3"), run=run)
    assert total("sales.sell_through", cast.northwind.vendor) == 1007
    assert undo_run(actor=cast.actor("northwind_manager"), kind="sales-lines", run=run) == 3
    assert total("sales.sell_through", cast.northwind.vendor) == 2000
    assert undo_run(actor=cast.actor("northwind_manager"), kind="sales-lines", run=run) == 0


def test_customers_are_active_for_a_year_and_new_once(cast):
    take(
        cast,
        line("1", customer_name="Ostwall AG"),
        line("2", customer_name="Ostwall AG", day=DAY - timedelta(days=40)),
        line("3", customer_name="Havel KG"),
        unknown=Unknown.LEAVE,
    )
    vendor = cast.northwind.vendor
    active = facts("sales.customer", vendor)
    assert {row["who"] for row in active} == {"name:ostwall ag", "name:havel kg"}
    assert {row["ends"] for row in active if row["day"] == DAY} == {date(2027, 3, 31)}
    assert sorted((row["who"], row["day"]) for row in facts("sales.new_customer", vendor)) == [
        ("name:havel kg", DAY),
        ("name:ostwall ag", DAY - timedelta(days=40)),
    ]


def reading(day, value, **changes):
    fields = {"source": "telemetry", "partner": "brightpath", "metric": "active-users", "customer_name": "Ostwall AG"}
    return UsageRow(**{**fields, "external_id": f"{day}", "day": day, "value": Decimal(value), **changes})


@pytest.fixture
def metric(cast):
    return UsageMetric.objects.create(
        vendor=cast.northwind.vendor, name="Active users", slug="active-users", unit="users"
    )


def spans(cast):
    standing = {}
    for row in facts("usage.reading", cast.northwind.vendor):
        span = (row["day"], row["ends"], abs(row["amount"]))
        standing[span] = standing.get(span, 0) + row["n"]
    return sorted(((span, n) for span, n in standing.items() if n), key=lambda pair: pair[0][0])


def test_reading_is_valid_until_the_next_of_its_series_in_whatever_order_they_come(cast, metric):
    january, february, march = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)
    take(cast, reading(january, 10), reading(march, 30), kind="usage", unknown=Unknown.LEAVE)
    assert spans(cast) == [((january, march, 10), 1), ((march, None, 30), 1)]
    take(cast, reading(february, 20), kind="usage", unknown=Unknown.LEAVE)
    assert spans(cast) == [((january, february, 10), 1), ((february, march, 20), 1), ((march, None, 30), 1)]
    take(cast, reading(february, 20, cancelled=True), kind="usage", unknown=Unknown.LEAVE)
    assert spans(cast) == [((january, march, 10), 1), ((march, None, 30), 1)]
    rows = UsageReading.objects.count()
    assert results(take(cast, reading(march, 30), kind="usage", unknown=Unknown.LEAVE)) == [Result.UNCHANGED]
    assert UsageReading.objects.count() == rows


def test_reading_of_an_unknown_metric_waits(cast, metric):
    outcome = take(cast, reading(DAY, 1, metric="nonsense"), kind="usage", unknown=Unknown.LEAVE)[0]
    assert outcome.problems == (Problem.METRIC,)


def test_satisfaction_is_a_percentage_of_the_scale_that_was_asked(cast):
    base = {"source": "survey", "partner": "brightpath", "day": DAY}
    take(
        cast,
        SatisfactionRow(external_id="1", score=Decimal(9), **base),
        SatisfactionRow(external_id="2", score=Decimal(4), lowest=Decimal(1), highest=Decimal(5), **base),
        kind="satisfaction",
    )
    assert [row["amount"] for row in facts("satisfaction.answer", cast.northwind.vendor)] == [90, 75]


def test_facts_can_be_neither_changed_nor_deleted_but_their_account_may_be_found_later(cast):
    deal = cast.register()
    take(cast, line())
    for forbidden in (lambda: SalesLine.objects.update(amount=1), lambda: SalesLine.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            forbidden()
    SalesLine.objects.update(account=deal.account)
    assert SalesLine.objects.get().amount == 1000


def test_who_may_not_record_facts_is_refused_and_too_many_rows_too(cast):
    for persona in ("northwind_finance", "brightpath_sales", "operator"):
        with pytest.raises(Forbidden):
            take(cast, line(), persona=persona)
    with pytest.raises(RuleViolation):
        take(cast, *(line(str(number)) for number in range(1001)))
    assert not SalesLine.objects.exists()
    assert not Event.objects.filter(kind="sales.booked").exists()
