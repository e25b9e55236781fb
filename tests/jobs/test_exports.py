"""Exports: small ones at once, large ones as jobs, with the rows, columns and order that the page shows."""

from __future__ import annotations

import csv
from datetime import timedelta
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Account
from activity.models import Event
from dealreg.models import Deal
from jobs import exports, queue
from jobs.models import Job, JobFile, folder_of
from partners.models import Enrollment, Program, Seat
from prm.kernel import pages
from prm.kernel.spreadsheets import csv_line, plain_cell, write_xlsx


@pytest.fixture
def three_deals(cast, monkeypatch):
    """Make three deals a large list, read two at a time."""
    monkeypatch.setattr(pages, "EXPORTED_AT_ONCE", 2)
    monkeypatch.setattr(exports, "CHUNK", 2)
    for number, name in enumerate(("Alpha Works", "=cmd|' /C calc'!A0", "Gamma Works")):
        cast.register(customer_name=name, customer_domain=f"c{number}.example", value=Decimal(1000 * (number + 1)))
    cast.register("kappel_sales", "kappel_northwind", customer_name="Kappel's own", customer_domain="k.example")
    return cast


def text_of(file: JobFile) -> str:
    with file.content.open() as content:
        return content.read().decode("utf-8-sig")


def start(client, path, query="", wanted="csv") -> Job:
    response = client.post(reverse("job-export"), {"path": path, "query": query, "format": wanted})
    assert response.status_code == 302, response.content
    return Job.objects.get(key=response["Location"].rstrip("/").rpartition("/")[2])


def test_small_export_is_sent_at_once(cast, browse):
    cast.register()
    response = browse("brightpath_sales").get(reverse("portal:deal-list"), {"export": "csv"})
    assert response["Content-Type"].startswith("text/csv")
    assert len(list(csv.reader(StringIO(response.getvalue().decode("utf-8-sig"))))) == 2
    response = browse("brightpath_sales").get(reverse("portal:deal-list"), {"export": "xlsx"})
    rows = list(load_workbook(BytesIO(response.getvalue())).active.values)
    assert len(rows) == 2
    assert not Job.objects.exists()


def test_large_export_is_offered_and_makes_no_job_when_looked_at(three_deals, browse):
    page = browse("brightpath_sales").get(reverse("portal:deal-list"), {"export": "csv", "order": "customer"})
    assert b"large export" in page.content
    assert b'value="order=customer"' in page.content
    assert not Job.objects.exists()


def test_job_writes_what_the_page_would_in_its_order(three_deals, browse, monkeypatch):
    client, url = browse("brightpath_sales"), reverse("portal:deal-list")
    monkeypatch.setattr(pages, "EXPORTED_AT_ONCE", 5000)
    promised = client.get(url, {"export": "csv", "order": "-value"}).getvalue().decode("utf-8-sig")
    job = start(client, url, "order=-value&export=csv&page=3")
    queue.work_off()
    job.refresh_from_db()
    assert (job.state, job.figures, job.total) == ("done", {"rows": 3}, 3)
    file = JobFile.objects.get()
    assert file.name == f"deals-{timezone.localdate():%Y-%m-%d}.csv"
    assert text_of(file) == promised
    assert "'=cmd" in promised
    assert "Kappel" not in promised
    assert Event.objects.filter(kind="job.started", data__kind="export").count() == 1


def test_workbook_holds_numbers_as_numbers_and_formulas_as_text(three_deals, browse):
    job = start(browse("brightpath_sales"), reverse("portal:deal-list"), "order=value", "xlsx")
    queue.work_off()
    job.refresh_from_db()
    assert job.state == "done", job.trace
    with JobFile.objects.get().content.open() as content:
        sheet = load_workbook(BytesIO(content.read())).active
        rows = list(sheet.iter_rows())
    assert [row[9].value for row in rows[1:]] == [1000, 2000, 3000]
    formula = rows[2][2]
    assert (formula.value[:4], formula.data_type) == ("=cmd", "s")
    assert rows[1][11].is_date


def test_export_of_a_console_list_keeps_search_and_scope(cast, browse):
    for name in ("Alpha", "Alphorn", "Beta"):
        Account.objects.create(vendor=cast.northwind.vendor, name=name, normalised_name=name.lower(), country="DE")
    Account.objects.create(vendor=cast.halden.vendor, name="Alpha of Halden", normalised_name="a", country="DE")
    url = reverse("admin:accounts_account_changelist")
    start(browse("northwind_manager"), url, "q=Alp&p=2&export=csv")
    queue.work_off()
    rows = list(csv.reader(StringIO(text_of(JobFile.objects.get()))))
    assert sorted(row[0] for row in rows[1:]) == ["Alpha", "Alphorn"]


def test_killed_export_goes_on_where_it_stopped_and_is_whole(three_deals, browse, monkeypatch):
    class Killed(BaseException):
        pass

    original, calls = exports._write_part, []

    def dies_after_the_first(*arguments):
        if len(calls) == 1:
            calls.append(1)
            raise Killed
        calls.append(1)
        original(*arguments)

    monkeypatch.setattr(exports, "_write_part", dies_after_the_first)
    job = start(browse("brightpath_sales"), reverse("portal:deal-list"), "order=value")
    with pytest.raises(Killed):
        queue.run_next()
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    queue.work_off()
    job.refresh_from_db()
    assert (job.state, job.run) == ("done", 2)
    assert [row[0] for row in csv.reader(StringIO(text_of(JobFile.objects.get())))][1:] == list(
        Deal.objects.filter(partner=three_deals.brightpath).order_by("value").values_list("reference", flat=True)
    )


def test_rows_that_leave_the_sight_meanwhile_are_left_out(three_deals, browse):
    job = start(browse("brightpath_sales"), reverse("portal:deal-list"))
    three_deals.enrollments["brightpath_northwind"].status = "retired"
    three_deals.enrollments["brightpath_northwind"].save()
    queue.work_off()
    job.refresh_from_db()
    assert (job.state, job.figures) == ("done", {"rows": 0})
    # It was asked for when the partner still worked with Northwind, so nobody there opens it any more.
    assert browse("brightpath_sales").get(job.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(
    "path", ["/portal/deals/", "/notifications/", "/nowhere/", "/admin/", "https://evil.example/x"]
)
def test_only_lists_of_ones_own_side_are_exported(cast, browse, path):
    response = browse("northwind_approver").post(reverse("job-export"), {"path": path, "query": "", "format": "csv"})
    assert response.status_code in {403, 404}
    assert not Job.objects.exists()
    assert not Event.objects.filter(kind="job.started").exists()


def test_cells_are_harmless():
    assert csv_line(["+1", "-x", "@a", "\tb", -5, None]).strip() == "'+1,'-x,'@a,'\tb,-5,"
    book = BytesIO()
    write_xlsx(book, ["a"], [[plain_cell("bad\x00\x0bcontrol")], [plain_cell("x" * 40_000)]], lambda: None)
    assert load_workbook(book).active["A2"].value == "badcontrol"


def test_failed_export_that_is_tried_again_ends_with_the_right_file(three_deals, browse, monkeypatch):
    original, calls = exports._write_part, []

    def fails_after_the_first(*arguments):
        calls.append(1)
        if len(calls) == 2:
            raise ValueError("once")
        original(*arguments)

    monkeypatch.setattr(exports, "_write_part", fails_after_the_first)
    client = browse("brightpath_sales")
    job = start(client, reverse("portal:deal-list"), "order=value")
    queue.work_off()
    job.refresh_from_db()
    assert (job.state, job.done, job.checkpoint["at"]) == ("failed", 2, 2)
    assert client.post(reverse("job-retry", args=[job.key])).status_code == 302
    queue.work_off()
    job.refresh_from_db()
    assert (job.state, job.figures, len(calls)) == ("done", {"rows": 3}, 3), job.trace
    assert [row[0] for row in csv.reader(StringIO(text_of(JobFile.objects.get())))][1:] == list(
        Deal.objects.filter(partner=three_deals.brightpath).order_by("value").values_list("reference", flat=True)
    )
    folder = folder_of(job.key)
    left = [f"{folder}/{name}" for name in default_storage.listdir(folder)[1]]
    assert left == [JobFile.objects.get().content.name], "what was kept on the way is gone at the end"


def see(cast, persona="brightpath_sales", **fields) -> None:
    Seat.objects.filter(pk=cast.seats[persona].pk).update(**fields)


def answer(client, url) -> int:
    response = client.get(url)
    response.getvalue()  # which closes the file
    return response.status_code


def exported_rows(job: Job) -> set[str]:
    return {row[0] for row in list(csv.reader(StringIO(text_of(JobFile.objects.get(job=job)))))[1:]}


@pytest.mark.parametrize(
    "less",
    [{"reach": "own"}, {"role": "administrator"}, {"role": "marketing"}],
    ids=["reach", "another role", "a lesser role"],
)
def test_file_is_withheld_from_whoever_has_other_rights_than_it_was_made_with(three_deals, browse, less):
    see(three_deals, reach="all")
    client = browse("brightpath_sales")
    job = start(client, reverse("portal:deal-list"))
    queue.work_off()
    file = JobFile.objects.get()
    url = reverse("job-file", args=[job.key, file.key])
    assert answer(client, url) == 200
    see(three_deals, **less)
    assert answer(client, url) == 404
    page = client.get(job.get_absolute_url())
    assert page.status_code == 200, "the job itself stays in sight"
    assert file.name not in page.content.decode()
    assert "rights that you don" in page.content.decode()
    assert job.title in client.get(reverse("jobs")).content.decode()
    see(three_deals, reach="all", role="sales")
    assert answer(client, url) == 200


def test_file_is_withheld_when_an_enrollment_ended_even_if_the_vendor_is_read_through_another(three_deals, browse):
    client = browse("brightpath_sales")
    job = start(client, reverse("portal:deal-list"))
    queue.work_off()
    url = reverse("job-file", args=[job.key, JobFile.objects.get().key])
    assert answer(client, url) == 200
    old = three_deals.enrollments["brightpath_northwind"]
    Enrollment.objects.filter(pk=old.pk).update(status="retired")
    program = Program.objects.create(vendor=old.vendor, name="Second", slug="second")
    Enrollment.objects.create(vendor=old.vendor, partner=old.partner, program=program, status=old.status)
    assert client.get(job.get_absolute_url()).status_code == 200, "the vendor is still worked with"
    assert answer(client, url) == 404


def test_rights_are_those_that_it_was_worked_on_with_not_asked_for_with(three_deals, browse):
    see(three_deals, reach="own")
    client = browse("brightpath_sales")
    job = start(client, reverse("portal:deal-list"))
    see(three_deals, reach="all")
    queue.work_off()
    url = reverse("job-file", args=[job.key, JobFile.objects.get().key])
    see(three_deals, reach="own")
    assert answer(client, url) == 404


@pytest.mark.parametrize("when", [1, 2], ids=["between parts", "before they are put together"])
def test_export_whose_rights_shrank_midway_fails_and_tried_again_holds_what_is_seen_now(
    three_deals, browse, monkeypatch, when
):
    cast = three_deals
    cast.register("brightpath_administrator", customer_name="Someone else's", customer_domain="else.example")
    mine = set(
        Deal.objects.filter(partner=cast.brightpath)
        .exclude(customer_name="Someone else's")
        .values_list("reference", flat=True)
    )
    see(cast, reach="all")
    original, calls = exports._write_part, []

    def cut_after_a_part(*arguments):
        original(*arguments)
        calls.append(1)
        if len(calls) == when:
            see(cast, reach="own")

    monkeypatch.setattr(exports, "_write_part", cut_after_a_part)
    client = browse("brightpath_sales")
    job = start(client, reverse("portal:deal-list"))
    queue.work_off()
    job.refresh_from_db()
    assert (job.state, job.checkpoint) == ("failed", None)
    assert job.error.startswith("What you may see became less")
    assert not JobFile.objects.exists()
    assert default_storage.listdir(folder_of(job.key))[1] == []
    client.post(reverse("job-retry", args=[job.key]))
    queue.work_off()
    job.refresh_from_db()
    assert (job.state, job.done, job.figures) == ("done", 3, {"rows": 3}), job.trace
    assert exported_rows(job) == mine
    assert answer(client, reverse("job-file", args=[job.key, JobFile.objects.get().key])) == 200
