"""Importing customers in the console: upload, columns, what would happen, the job, cancelling, undoing."""

from __future__ import annotations

import csv
import json
import zipfile
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from accounts import merging
from accounts.models import Account, MatchKey
from activity.models import Event
from imports import housekeeping, staging
from imports.models import Import, RowChange, StagedRow
from imports.registry import KINDS
from imports.services import start_import, start_undo, upload_list
from jobs import queue
from jobs.models import Job
from jobs.services import cancel_job
from prm.kernel.errors import Conflict, Forbidden

LIST = "Company,Country,Website,City,Segment\nAlpha Ltd,GB,alpha.example,Leeds,Gold\nBeta SA,France,,Lyon,\n"


def picture() -> str:
    """Return all of accounts and match keys, but for ids of rows and times."""
    names = [field.name for field in Account._meta.concrete_fields if field.name != "created_at"]
    accounts = Account.objects.order_by("pk").values(*names)
    keys = MatchKey.objects.order_by("vendor_id", "key", "account_id").values_list("vendor_id", "key", "account_id")
    return json.dumps([list(accounts), list(keys)], default=str)


def take(cast, file, persona="northwind_manager", **options) -> Import:
    return upload_list(actor=cast.actor(persona), kind=KINDS["accounts"], upload=file, **options)


def upload(cast, content: str | bytes, name="customers.csv", **options) -> Import:
    data = content if isinstance(content, bytes) else content.encode()
    run = take(cast, SimpleUploadedFile(name, data), **options)
    queue.work_off()
    run.refresh_from_db()
    return run


def bring_in(cast, content: str | bytes, **options) -> Import:
    run = start_import(actor=cast.actor("northwind_manager"), run=upload(cast, content, **options))
    queue.work_off()
    run.refresh_from_db()
    return run


def undo(cast, run) -> Import:
    run = start_undo(actor=cast.actor("northwind_manager"), run=run)
    queue.work_off()
    run.refresh_from_db()
    return run


def workbook(rows) -> bytes:
    book, file = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def test_check_says_exactly_what_the_import_then_does(cast):
    bring_in(cast, LIST)
    before = picture()
    run = upload(
        cast,
        "Company,Country,Website,City\nAlpha Ltd,GB,,York\nBeta SA,FR,,\nGamma,DE,,\n,DE,,\nGAMMA,Germany,,\n"
        "Delta,Narnia,,\n",
    )
    assert run.state == "checked"
    assert run.expected == {"new": 1, "changed": 1, "unchanged": 1, "refused": 3, "rows": 6}
    assert picture() == before, "the check writes no account"
    run = start_import(actor=cast.actor("northwind_manager"), run=run)
    queue.work_off()
    run.refresh_from_db()
    assert (run.state, run.created, run.updated, run.unchanged, run.refused, run.rows) == ("done", 1, 1, 1, 3, 6)
    assert Account.objects.get(name="Alpha Ltd").city == "York"
    assert run.job.figures == {"created": 1, "updated": 1, "unchanged": 1, "refused": 3}
    assert Event.objects.filter(kind="account.imported").count() == 2
    assert not StagedRow.objects.exists()


def test_same_customer_far_apart_in_the_list_is_refused_as_a_twin(cast, monkeypatch):
    monkeypatch.setattr(staging, "CHUNK", 2)
    run = bring_in(cast, "name,country\nAlpha Ltd,GB\nBeta,DE\nGamma,FR\nDelta,IT\nALPHA LIMITED,GB\n")
    assert (run.created, run.refused) == (4, 1)
    assert "line 2" in run.errors[0]["reason"]


def test_refused_rows_come_as_they_were_with_the_reason_to_be_sent_again(cast, browse):
    run = bring_in(cast, "Firma;Land;Segment\nAlpha Ltd;GB;Gold\nBeta;Narnia;=SUM(A1)\n")
    response = browse("northwind_manager").get(reverse("job-refused", args=[run.job.key]))
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    text = response.getvalue().decode("utf-8-sig")
    rows = list(csv.reader(StringIO(text)))
    assert rows[0] == ["Firma", "Land", "Segment", "reason", "line"]
    assert rows[1][:3] == ["Beta", "Narnia", "'=SUM(A1)"]
    assert "Narnia" in rows[1][3]
    again = bring_in(cast, text.replace("Narnia,", "Norway,", 1))
    assert (again.created, again.refused) == (1, 0)


def test_undo_brings_back_exactly_what_was_there(cast):
    bring_in(cast, LIST)
    deal = cast.register(customer_name="Registered First GmbH", customer_domain="")
    before = picture()
    run = bring_in(
        cast,
        "Company,Country,Website,City,Owner,Segment\nAlpha Ltd,GB,,York,Priya,Silver\n"
        "Registered First GmbH,DE,first.example,Bonn,,\nGamma Works,DE,gamma.example,Köln,,\nBeta SA,FR,,,,\n"
        "Alfa Other Spelling,GB,alpha.example,,,\n",
    )
    assert picture() != before
    assert (run.created, run.updated) == (1, 2)
    run = undo(cast, run)
    assert run.state == "undone"
    assert picture() == before
    deal.account.refresh_from_db()
    assert deal.account.origin == "registration"
    assert run.undo_job.figures == {"removed": 1, "restored": 2, "kept": 0}
    assert not RowChange.objects.filter(run=run).exists()
    assert Event.objects.get(kind="account.import_undone").data["removed"] == 1


def test_undo_keeps_accounts_that_got_deals_or_were_changed_and_lists_them(cast):
    bring_in(cast, "name,country,city\nStays As It Was,DE,Ulm\n")
    run = bring_in(cast, "name,country,city\nGot A Deal,DE,\nWas Changed,DE,\nGoes Away,DE,\nStays As It Was,DE,Bonn\n")
    cast.register(customer_name="Got A Deal", customer_domain="", customer_country="DE")
    Account.objects.filter(name="Was Changed").update(owner_name="Somebody")
    run = undo(cast, run)
    assert sorted(Account.objects.values_list("name", flat=True)) == ["Got A Deal", "Stays As It Was", "Was Changed"]
    assert Account.objects.get(name="Stays As It Was").city == "Ulm"
    kept = {row.name: row.reason for row in run.undo_job.refusals.all()}
    assert set(kept) == {"Got A Deal", "Was Changed"}
    assert "Deals" in kept["Got A Deal"]
    assert "changed" in kept["Was Changed"]
    assert run.undo_job.figures == {"removed": 1, "restored": 1, "kept": 2}


def test_undo_of_a_list_that_touches_an_account_in_two_chunks(cast, monkeypatch):
    before = picture()
    monkeypatch.setattr(staging, "CHUNK", 1)
    run = bring_in(cast, LIST)
    assert (run.created, run.job.done) == (2, 2)
    undo(cast, run)
    assert picture() == before


def test_only_the_latest_import_is_undone_first(cast):
    first, second = bring_in(cast, LIST), bring_in(cast, "name,country\nGamma,DE\n")
    before = picture()
    with pytest.raises(Conflict, match="Undo that one first"):
        start_undo(actor=cast.actor("northwind_manager"), run=first)
    assert picture() == before
    undo(cast, second)
    undo(cast, first)
    assert not Account.objects.exists()
    with pytest.raises(Conflict):
        start_undo(actor=cast.actor("northwind_manager"), run=first)


def test_cancelled_import_keeps_what_was_committed_says_so_and_can_be_undone(cast, monkeypatch, browse):
    monkeypatch.setattr(staging, "CHUNK", 1)
    run = start_import(actor=cast.actor("northwind_manager"), run=upload(cast, LIST))
    original = merging.merge

    def cancelled_meanwhile(*arguments):
        cancel_job(actor=cast.actor("northwind_manager"), job=run.job)
        return original(*arguments)

    monkeypatch.setattr(merging, "merge", cancelled_meanwhile)
    queue.work_off()
    run.refresh_from_db()
    assert (run.state, run.created, run.job.state) == ("cancelled", 1, "cancelled")
    assert Account.objects.count() == 1
    page = browse("northwind_manager").get(run.get_absolute_url()).content.decode()
    assert "What had been imported until then stays" in page
    undo(cast, run)
    assert not Account.objects.exists()


def test_killed_import_goes_on_and_counts_every_row_once(cast, monkeypatch):
    class Killed(BaseException):
        pass

    monkeypatch.setattr(staging, "CHUNK", 1)
    run = start_import(actor=cast.actor("northwind_manager"), run=upload(cast, LIST))
    original, calls = merging.merge, []

    def dies_the_second_time(*arguments):
        merged = original(*arguments)
        calls.append(1)
        if len(calls) == 2:
            raise Killed
        return merged

    monkeypatch.setattr(merging, "merge", dies_the_second_time)
    with pytest.raises(Killed):
        queue.run_next()
    Job.objects.filter(ended_at=None).update(lease_until=timezone.now() - timedelta(seconds=1))
    queue.work_off()
    run.refresh_from_db()
    assert (run.state, run.created, run.rows, run.job.run) == ("done", 2, 2, 2)
    assert RowChange.objects.filter(run=run).count() == 2


def test_second_import_waits_for_the_first_from_console_and_command_line(cast, tmp_path):
    run = start_import(actor=cast.actor("northwind_manager"), run=upload(cast, LIST))
    other = take(cast, SimpleUploadedFile("b.csv", b"name,country\nGamma,DE\n"))
    Import.objects.filter(pk=other.pk).update(state="checked")
    with pytest.raises(Conflict):
        start_import(actor=cast.actor("northwind_manager"), run=Import.objects.get(pk=other.pk))
    path = tmp_path / "c.csv"
    path.write_text("name,country\nDelta,DE\n")
    with pytest.raises(Exception, match="Another import"):
        call_command("import_accounts", str(path), vendor="northwind", stdout=StringIO())
    assert Import.objects.filter(state="running").get() == run
    assert not Account.objects.exists()


def test_import_of_a_killed_command_stands_in_nobodys_way(cast):
    Import.objects.create(kind="accounts", vendor=cast.northwind.vendor, file_name="killed.csv")
    assert bring_in(cast, LIST).state == "done"
    assert Import.objects.get(file_name="killed.csv").state == "failed"


def test_workbook_is_read_with_dates_and_numbers_as_text(cast):
    rows = [["Name", "Country", "CRM ID", "Since"], ["Alpha Ltd", "GB", 12345.0, timezone.now().replace(tzinfo=None)]]
    rows += [[], ["Beta SA", "Frankreich", 7.5, None]]
    run = bring_in(cast, workbook(rows), name="list.xlsx")
    assert (run.state, run.created) == ("done", 2)
    rows[0][2] = "Account ID"
    run = bring_in(cast, workbook(rows))
    assert Account.objects.get(name="Alpha Ltd").external_id == "12345"
    assert Account.objects.get(name="Beta SA").external_id == "7.5"
    assert "T" not in Account.objects.get(name="Alpha Ltd").further["Since"]


def bomb() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", "<workbook/>")
        parts.writestr("xl/worksheets/sheet1.xml", b"0" * 250_000_000)
    return file.getvalue()


def entities() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as parts:
        parts.writestr("xl/workbook.xml", '<!DOCTYPE x [<!ENTITY a "aaaa">]><workbook>&a;</workbook>')
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"name,country\nCaf\xe9,FR\n", "Line 2 isn't UTF-8"),
        (b"<!DOCTYPE html><html><table>", "web page"),
        (b"\xd0\xcf\x11\xe0 old", "old kind"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"\x00\x01\x02", "isn't a text file"),
        (bomb, "unpacks to more"),
        (entities, "isn't a workbook"),
        (b"x" * 30_000_001, "at most 20 MB"),
    ],
    ids=["empty", "blank", "encoding", "html", "xls", "damaged", "binary", "bomb", "entities", "30 MB"],
)
def test_bad_file_is_refused_with_the_reason_and_leaves_nothing(cast, browse, content, words):
    data = content() if callable(content) else content
    file = SimpleUploadedFile("list.xlsx", data)
    response = browse("northwind_manager").post(
        reverse("console:import-new", args=["accounts"]), {"file": file, "encoding": ""}
    )
    assert response.status_code == 422
    assert words in response.content.decode().replace("&#x27;", "'")
    assert not Import.objects.exists()
    assert not Job.objects.exists()


def test_chosen_encoding_is_used(cast):
    run = bring_in(cast, "name,country\nCafé Nord,FR\n".encode("cp1252"), encoding="cp1252")
    assert run.created == 1
    assert Account.objects.get().name == "Café Nord"


def test_columns_are_guessed_shown_and_changed(cast, browse):
    client = browse("northwind_manager")
    file = SimpleUploadedFile("l.csv", b"Wer,Land,Ort\nAlpha,DE,Ulm\nBeta,FR,Lyon\n")
    page = client.post(reverse("console:import-new", args=["accounts"]), {"file": file}, follow=True)
    assert "Which column holds" in page.content.decode()
    run = Import.objects.get()
    assert (run.state, run.check_job) == ("uploaded", None)
    url = reverse("console:import-columns", args=[run.key])
    for wrong in ({"column_0": "name", "column_1": "name"}, {"column_0": "keep", "column_1": "country"}):
        assert client.post(url, wrong).status_code == 422
    assert not Job.objects.exists()
    assert client.post(url, {"column_0": "name", "column_1": "country", "column_2": "ignore"}).status_code == 302
    queue.work_off()
    run.refresh_from_db()
    assert run.expected["new"] == 2
    page = client.get(run.get_absolute_url()).content.decode()
    assert "Start the import" in page
    client.post(reverse("console:import-start", args=[run.key]))
    queue.work_off()
    assert Account.objects.get(name="Alpha").further == {}
    assert "Undo the import" in client.get(run.get_absolute_url()).content.decode()
    client.post(reverse("console:import-undo", args=[run.key]))
    queue.work_off()
    assert not Account.objects.exists()
    assert "was undone" in client.get(run.get_absolute_url()).content.decode()


def test_columns_changed_during_the_check_are_checked_again(cast):
    run = take(cast, SimpleUploadedFile("l.csv", LIST.encode()))
    old = run.check_job
    Import.objects.filter(pk=run.pk).update(check_job=None)
    queue.work_off()
    run.refresh_from_db()
    old.refresh_from_db()
    assert (old.state, run.state) == ("done", "uploaded")
    assert not StagedRow.objects.exists()


@pytest.mark.parametrize("persona", ["northwind_finance", "halden_manager", "brightpath_administrator", "operator"])
def test_who_may_not_import_changes_nothing(cast, browse, persona):
    run = upload(cast, LIST)
    before = (picture(), Import.objects.values_list("state", flat=True)[0], Job.objects.count())
    client = browse(persona)
    for name in ("import", "import-columns", "import-start", "import-undo"):
        url = reverse(f"console:{name}", args=[run.key])
        method = client.get if name == "import" else client.post
        assert method(url).status_code in {403, 404}, name
    if persona != "halden_manager":  # who has imports of its own
        with pytest.raises(Forbidden):
            take(cast, SimpleUploadedFile("l.csv", LIST.encode()), persona)
    assert before == (picture(), Import.objects.values_list("state", flat=True)[0], Job.objects.count())


def test_old_imports_are_cleared_and_can_not_be_undone_any_more(cast):
    run, forgotten = bring_in(cast, LIST), upload(cast, "name,country\nGamma,DE\n")
    assert housekeeping.clear_imports() == 0
    assert housekeeping.clear_imports(timezone.now() + timedelta(days=31)) == 2
    assert not Import.objects.filter(pk=forgotten.pk).exists()
    run.refresh_from_db()
    assert (run.state, run.created, run.content.name) == ("done", 2, "")
    assert not RowChange.objects.exists()
    with pytest.raises(Conflict):
        start_undo(actor=cast.actor("northwind_manager"), run=run)
