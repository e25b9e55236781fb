"""Lists of facts: the preview is exact and writes nothing, what waits is on the work list, undoing takes it back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Price, Product, SalesLine, UsageMetric
from imports.enums import ImportState
from imports.models import Import
from imports.registry import KINDS
from imports.services import start_import, start_undo, upload_list
from jobs import queue
from partners.models import ExchangeRate
from standing.models import Achievement, Credential, WaitingFact
from tests.facts import count, facts, total

SALES = """Number;Partner;Kind;Day;Amount;Currency;SKU;Quantity;Margin
L-1;brightpath;sell_through;31.03.2026;1.000,50;EUR;PC-40;2,5;100
L-2;Kappel;order;2026-03-31;-80;eur;;;
L-3;Nobody Ltd;order;2026-03-31;70;EUR;;;
L-4;Kappel;gift;2026-03-31;70;EUR;;;
"""


@pytest.fixture
def go(cast):
    """Return a function that uploads a list, and one that then imports it."""

    def upload(kind: str, content: str) -> Import:
        file = SimpleUploadedFile(f"{kind}.csv", content.encode())
        run = upload_list(actor=cast.actor("northwind_manager"), kind=KINDS[kind], upload=file)
        queue.work_off()
        run.refresh_from_db()
        return run

    def write(run: Import) -> Import:
        start_import(actor=cast.actor("northwind_manager"), run=run)
        queue.work_off()
        run.refresh_from_db()
        assert run.state == ImportState.DONE
        return run

    return upload, write


def test_sales_lines_are_previewed_booked_and_taken_back(cast, go):
    upload, write = go
    run = upload("sales-lines", SALES)
    assert run.expected == {"rows": 4, "new": 2, "changed": 0, "unchanged": 0, "refused": 2}
    assert (SalesLine.objects.count(), WaitingFact.objects.count()) == (0, 0)
    write(run)
    assert (run.created, run.refused) == (2, 2)
    line = SalesLine.objects.get(external_id="L-1")
    assert (line.amount, line.quantity, line.margin, line.day) == (
        Decimal("1000.50"),
        Decimal("2.5"),
        100,
        date(2026, 3, 31),
    )
    assert [(fact.external_id, fact.problems) for fact in WaitingFact.objects.all()] == [("L-3", ["partner"])]
    again = upload("sales-lines", SALES.replace("-80", "-90"))
    assert (again.expected["changed"], again.expected["unchanged"]) == (1, 1)
    write(again)
    assert total("sales.order", cast.northwind.vendor) == -90
    start_undo(actor=cast.actor("northwind_manager"), run=again)
    queue.work_off()
    assert total("sales.order", cast.northwind.vendor) == -80


def test_import_that_is_undone_leaves_the_work_list_too(cast, go):
    upload, write = go
    run = write(upload("sales-lines", SALES))
    start_undo(actor=cast.actor("northwind_manager"), run=run)
    queue.work_off()
    assert count("sales.sell_through", cast.northwind.vendor) == 0
    assert not WaitingFact.objects.exists()


def test_certificates_without_a_number_are_recorded_once(cast, go):
    upload, write = go
    Credential.objects.create(vendor=cast.northwind.vendor, name="Safety", slug="safety", level="advanced")
    content = "Certificate;Name;E-mail;Earned\nsafety;Tess;technical@brightpath.example;2026-02-01\n"
    write(upload("certificates", content))
    again = upload("certificates", content)
    assert again.expected["unchanged"] == 1
    assert Achievement.objects.get().person == cast.people["brightpath_technical"]
    assert count("certificate.held", cast.northwind.vendor) == 1


def test_usage_and_satisfaction_come_as_lists(cast, go):
    upload, write = go
    UsageMetric.objects.create(vendor=cast.northwind.vendor, name="Users", slug="active-users", unit="users")
    write(
        upload(
            "usage",
            "Metric;Partner;Day;Value\nactive-users;kappel;2026-01-31;10,5\nactive-users;kappel;2026-02-28;12\n",
        )
    )
    assert [(row["amount"], row["ends"]) for row in facts("usage.reading", cast.northwind.vendor, n=1)][-2:] == [
        (Decimal("10.5"), date(2026, 2, 28)),
        (12, None),
    ]
    run = upload(
        "satisfaction", "Number;Partner;Day;Score;Highest\nS-1;kappel;2026-01-31;4;5\nS-2;kappel;2026-01-31;9;5\n"
    )
    assert run.expected["refused"] == 1
    write(run)
    assert [row["amount"] for row in facts("satisfaction.answer", cast.northwind.vendor)] == [80]


def test_rates_come_as_a_list_and_go_again(cast, go):
    upload, write = go
    run = write(upload("rates", "Currency;From;Rate\nUSD;2026-01-01;0.92\nEUR;2026-01-01;1\nGBP;2026-01-01;0\n"))
    assert (run.created, run.refused) == (1, 2)
    assert ExchangeRate.objects.get().rate == Decimal("0.92")
    start_undo(actor=cast.actor("northwind_manager"), run=run)
    queue.work_off()
    assert not ExchangeRate.objects.exists()


def test_products_and_prices_come_as_a_list_and_go_again(cast, go):
    upload, write = go
    content = (
        "SKU;Name;Product family;List price;Currency;Valid from\n"
        "PC-40;PalletCell 40;robots;14000;EUR;2026-01-01\n"
        "PC-50;PalletCell 50;Robots;19000;EUR;2026-01-01\n"
        "PC-50;PalletCell 50;Robots;20900;USD;2026-01-01\n"
        "X-1;Thing;nonsense;;;\n"
    )
    run = upload("products", content)
    assert run.expected == {"rows": 4, "new": 2, "changed": 1, "unchanged": 0, "refused": 1}
    write(run)
    made = Product.objects.get(vendor=cast.northwind.vendor, sku="PC-50")
    assert made.family == cast.northwind.robots
    assert sorted(made.prices.values_list("currency", "amount")) == [("EUR", 19000), ("USD", 20900)]
    assert upload("products", content).expected["unchanged"] == 3
    start_undo(actor=cast.actor("northwind_manager"), run=run)
    queue.work_off()
    assert not Product.objects.filter(sku="PC-50").exists()
    assert Price.objects.filter(product=cast.northwind.robot).count() == 1
