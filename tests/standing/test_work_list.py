"""The work list: answered, set aside, tried again; a rate that comes books what waited for it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.http import Http404
from django.urls import reverse

from accounts.facts.sales import SalesRow
from accounts.models import SalesLine
from activity.models import Event
from activity.relay import drain
from jobs.queue import work_off
from partners.models import ExchangeRate
from partners.services.rates import take_rates
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from standing.enums import WaitingState
from standing.helping import help_waiting, ignore_waiting, retry_waiting
from standing.intake import Result, take_in
from standing.models import WaitingFact
from tests.facts import total

DAY = date(2026, 3, 31)


def line(number="1", **changes):
    fields = {
        "source": "erp",
        "external_id": number,
        "partner": "ACME East",
        "kind": "order",
        "day": DAY,
        "amount": Decimal(1000),
        "currency": "EUR",
    }
    return SalesRow(**{**fields, **changes})


def take(cast, *rows):
    return take_in(actor=cast.actor("northwind_manager"), kind="sales-lines", rows=rows)


def waiting(number="1"):
    return WaitingFact.objects.get(external_id=number)


def choose(cast, number="1", persona="northwind_manager", **chosen):
    return help_waiting(actor=cast.actor(persona), fact=waiting(number), chosen=chosen)


def test_partner_that_is_named_once_is_known_for_all_rows_and_from_then_on(cast):
    kappel = cast.enrollments["kappel_northwind"].pk
    take(cast, line("1"), line("2", partner="acme east"), line("3", partner="Somebody else"))
    assert choose(cast, "1", enrollment=kappel) == 2
    assert {row.enrollment_id for row in SalesLine.objects.all()} == {kappel}
    assert waiting("3").state == WaitingState.OPEN
    outcomes = take(cast, line("1"), line("4"))
    assert [outcome.result for outcome in outcomes] == [Result.UNCHANGED, Result.BOOKED]
    assert Event.objects.filter(kind="fact.helped", vendor_id=cast.northwind.vendor.pk).count() == 1


def test_row_that_lacks_two_things_is_booked_when_both_are_answered(cast):
    take(cast, line(sku="NO-1"))
    assert choose(cast, enrollment=cast.enrollments["kappel_northwind"].pk) == 0
    assert waiting().problems == ["product"]
    assert choose(cast, product=cast.northwind.robot.pk) == 1
    assert SalesLine.objects.get().product == cast.northwind.robot


def test_unknown_customer_is_made_or_left_as_the_person_says(cast):
    take(cast, line("1", partner="kappel", customer_name="Ostwall AG", customer_country="DE"))
    take(cast, line("2", partner="kappel", customer_name="Havel KG"))
    assert choose(cast, "1", account="create") == 1
    assert choose(cast, "2", account="none") == 1
    assert SalesLine.objects.get(external_id="1").account.name == "Ostwall AG"
    assert SalesLine.objects.get(external_id="2").account is None


def test_row_that_is_set_aside_comes_back_only_if_it_says_something_else(cast):
    take(cast, line())
    with pytest.raises(RuleViolation):
        ignore_waiting(actor=cast.actor("northwind_manager"), fact=waiting(), reason="  ")
    ignore_waiting(actor=cast.actor("northwind_manager"), fact=waiting(), reason="Not a partner of ours")
    take(cast, line())
    assert waiting().state == WaitingState.IGNORED
    with pytest.raises(Conflict):
        choose(cast, enrollment=cast.enrollments["kappel_northwind"].pk)
    take(cast, line(amount=Decimal(5)))
    assert (waiting().state, waiting().reason) == (WaitingState.OPEN, "")


def test_rate_that_comes_books_what_waited_for_it(cast):
    take(cast, line(partner="kappel", currency="USD"))
    take_rates(actor=cast.actor("northwind_manager"), rates=[("USD", date(2026, 1, 1), Decimal("0.9"))])
    drain()
    assert total("sales.order", cast.northwind.vendor) == 900
    assert waiting().state == WaitingState.BOOKED
    assert take_rates(actor=cast.actor("northwind_manager"), rates=[("USD", date(2026, 1, 1), Decimal("0.9"))]) == 0


def test_rate_that_is_added_in_the_console_books_what_waited(cast, browse):
    take(cast, line(partner="kappel", currency="USD"))
    answer = browse("northwind_manager").post(
        reverse("admin:partners_exchangerate_add"), {"currency": "USD", "day": "2026-01-01", "rate": "0.8"}
    )
    assert answer.status_code == 302
    drain()
    assert total("sales.order", cast.northwind.vendor) == 800


def test_own_currency_takes_no_rate(cast):
    with pytest.raises(RuleViolation):
        take_rates(actor=cast.actor("northwind_manager"), rates=[("EUR", DAY, Decimal(1))])
    assert not ExchangeRate.objects.exists()


def test_everything_is_tried_again_by_a_job(cast):
    take(cast, line("1"), line("2", partner="Kappel North"))
    cast.kappel.name = "Kappel North"
    cast.kappel.save()
    job = retry_waiting(actor=cast.actor("northwind_manager"))
    work_off()
    job.refresh_from_db()
    assert (job.figures, SalesLine.objects.count()) == ({"booked": 1}, 1)


def test_other_vendors_rows_are_out_of_sight_and_other_roles_refused(cast):
    take(cast, line())
    kappel = cast.enrollments["kappel_northwind"].pk
    with pytest.raises(Http404):
        choose(cast, persona="halden_manager", enrollment=cast.enrollments["brightpath_halden"].pk)
    with pytest.raises(Forbidden):
        choose(cast, persona="northwind_approver", enrollment=kappel)
    with pytest.raises(RuleViolation):
        choose(cast, enrollment=cast.enrollments["brightpath_halden"].pk)
    assert waiting().chosen == {}
    assert not SalesLine.objects.exists()
