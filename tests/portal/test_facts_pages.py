"""The work list's pages, and the partner's own lists of sales and certificates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.facts.sales import SalesRow
from accounts.models import SalesLine
from jobs.models import Job
from standing.achieving import AchievementRow
from standing.enums import WaitingState
from standing.intake import take_in
from standing.models import Credential, WaitingFact

DAY = date(2026, 3, 31)


def sell(cast, *numbers, persona="northwind_manager", **changes):
    fields = {"source": "erp", "partner": "brightpath", "kind": "order", "day": DAY, "currency": "EUR"}
    rows = [SalesRow(external_id=n, amount=Decimal(100), **{**fields, **changes}) for n in numbers]
    take_in(actor=cast.actor(persona), kind="sales-lines", rows=rows)


def earn(cast, count=1):
    Credential.objects.get_or_create(vendor=cast.northwind.vendor, slug="safety", defaults={"name": "Safety first"})
    rows = [
        AchievementRow(
            source="lms",
            external_id=str(at),
            credential="safety",
            holder_name=f"Person {at}",
            partner="brightpath",
            earned_on=DAY,
        )
        for at in range(count)
    ]
    take_in(actor=cast.actor("northwind_manager"), kind="certificates", rows=rows)


def queries(client, url):
    with CaptureQueriesContext(connection) as taken:
        assert client.get(url).status_code == 200
    return len(taken)


@pytest.mark.parametrize(
    ("persona", "name", "fill"),
    [
        ("northwind_manager", "console:unmatched", lambda cast, n: sell(cast, *n, partner="Nobody")),
        ("brightpath_sales", "portal:sales", lambda cast, n: sell(cast, *n)),
        ("brightpath_sales", "portal:certificates", lambda cast, n: earn(cast, len(n))),
    ],
)
def test_lists_cost_the_same_for_two_and_twenty_rows(cast, browse, persona, name, fill):
    fill(cast, ["a", "b"])
    client = browse(persona)
    client.get(reverse(name))
    few = queries(client, reverse(name))
    fill(cast, [f"n{at}" for at in range(20)])
    assert queries(client, reverse(name)) == few <= 12


def test_partner_is_chosen_once_and_all_rows_of_the_name_are_booked(cast, browse):
    sell(cast, "1", "2", partner="ACME East")
    client = browse("northwind_manager")
    fact = WaitingFact.objects.get(external_id="1")
    url = reverse("console:unmatched-row", args=[fact.pk])
    page = client.get(url).content.decode()
    assert "ACME East" in page
    assert "Isle" in page
    assert client.post(url, {}).status_code == 422
    foreign = cast.enrollments["brightpath_halden"].pk
    assert client.post(url, {"enrollment": foreign}).status_code == 422
    assert not SalesLine.objects.exists()
    answer = client.post(url, {"enrollment": cast.enrollments["kappel_northwind"].pk}, follow=True)
    assert "2 rows are booked." in answer.content.decode()
    assert SalesLine.objects.filter(partner=cast.kappel).count() == 2


def test_row_is_told_in_words_not_in_codes(cast, browse):
    sell(cast, "1", partner="ACME East", kind="sell_through")
    client = browse("northwind_manager")
    for path in (reverse("console:unmatched"), reverse("console:unmatched-row", args=[WaitingFact.objects.get().pk])):
        page = client.get(path).content.decode()
        assert "31 Mar 2026" in page
        assert "€100" in page
        assert "2026-03-31" not in page
        assert "sell_through" not in page
    assert "2026-03-31" in client.get(reverse("console:unmatched"), {"export": "csv"}).getvalue().decode()


def test_row_is_set_aside_with_a_reason_and_found_by_its_state(cast, browse):
    sell(cast, "1", sku="NO-1")
    client, fact = browse("northwind_manager"), WaitingFact.objects.get()
    url = reverse("console:unmatched-row", args=[fact.pk])
    assert client.post(url, {"ignore": "1", "reason": ""}).status_code == 422
    client.post(url, {"ignore": "1", "reason": "A sample, not sold"})
    fact.refresh_from_db()
    assert (fact.state, fact.reason) == (WaitingState.IGNORED, "A sample, not sold")
    listing = reverse("console:unmatched")
    assert "A sample, not sold" not in client.get(listing).content.decode()
    assert "A sample, not sold" in client.get(listing, {"state": "ignored"}).content.decode()
    assert client.post(url, {"product": "none"}).status_code == 409


def test_all_rows_are_tried_again_by_a_job(cast, browse):
    sell(cast, "1", partner="Nobody")
    answer = browse("northwind_manager").post(reverse("console:unmatched-retry"))
    assert answer.status_code == 302
    assert Job.objects.filter(kind="facts.retry", vendor_id=cast.northwind.vendor.pk).count() == 1


def test_partner_sees_what_holds_and_not_what_was_corrected(cast, browse):
    sell(cast, "1", customer_name="")
    sell(cast, "1", sku="PC-40")
    sell(cast, "2", partner="kappel", sku="CS-1")
    page = browse("brightpath_sales").get(reverse("portal:sales")).content.decode()
    assert page.count("PalletCell 40") == 1
    assert "CraneSight" not in page
    exported = browse("brightpath_sales").get(reverse("portal:sales"), {"export": "csv"}).getvalue().decode()
    assert len(exported.strip().splitlines()) == 2


def test_seat_that_reaches_its_own_records_sees_its_own_certificates_and_no_sales(cast, browse):
    earn(cast)
    sell(cast, "1")
    client = browse("brightpath_technical")
    assert "Person 0" not in client.get(reverse("portal:certificates")).content.decode()
    assert client.get(reverse("portal:sales")).status_code == 403
    assert "Person 0" in browse("brightpath_administrator").get(reverse("portal:certificates")).content.decode()
