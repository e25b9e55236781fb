"""What every kind of list gets, by a kind of the test's: exact preview, twins, refused rows, undo, rows by the API."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from accounts.models import Product, ProductFamily
from accounts.permissions import IMPORT_ACCOUNTS
from activity.models import Event
from activity.registry import EVENTS
from imports import registry, staging
from imports.changes import note_changing, note_made
from imports.jobs import register_jobs
from imports.kinds import ImportKind, Target
from imports.models import Import, RowChange, StagedRow
from imports.parsers import strict_text
from imports.services import import_rows, start_import, start_undo, upload_list
from jobs import queue
from jobs.registry import KINDS as JOBS
from prm.kernel.errors import Forbidden, RuleViolation


class Families(ImportKind):
    """Product families."""

    name, noun, label, objects = "families", "family", "Families", "families"
    permission = IMPORT_ACCOUNTS
    targets = (
        Target("code", "Code", required=True, parser=strict_text(40), example=("robots",)),
        Target("title", "Title", required=True, aliases=("name",), example=("Robots",)),
    )

    def key(self, data):
        return data["code"]

    def compare(self, run, rows):
        codes = [row.data["code"] for row in rows]
        known = {each.code: each for each in ProductFamily.objects.filter(vendor_id=run.vendor_id, code__in=codes)}
        for row in rows:
            found = known.get(row.data["code"])
            if row.data["code"] == "forbidden":
                row.refuse("Nobody may have this one.")
            elif found is not None:
                row.finds(found.pk, changes=found.name != row.data["title"])

    def merge(self, run, rows):
        changed = [row for row in rows if row.is_change]
        note_changing(run, ProductFamily, [row.object_id for row in changed])
        for row in changed:
            ProductFamily.objects.filter(pk=row.object_id).update(name=row.data["title"])
        for row in rows:
            if row.is_new:
                made = ProductFamily.objects.create(
                    vendor_id=run.vendor_id, code=row.data["code"], name=row.data["title"]
                )
                row.object_id = made.pk
                note_made(run, ProductFamily, [made.pk])


@pytest.fixture
def kind():
    """Register the kind for the length of a test."""
    registry.import_kind(Families)
    found = registry.KINDS["families"]
    register_jobs(found)
    yield found
    for known in (registry.KINDS, registry.IMPORTED, registry.UNDONE, registry.SENT):
        del known["families"]
    for name in ("imported", "import_undone", "sent"):
        del EVENTS[f"family.{name}"]
    for name in ("check", "import", "undo"):
        del JOBS[f"families.{name}"]


def picture(cast) -> list[tuple]:
    """Return the vendor's families, whole."""
    return list(ProductFamily.objects.filter(vendor=cast.northwind.vendor).order_by("pk").values_list())


def upload(cast, kind, content: str) -> Import:
    file = SimpleUploadedFile("families.csv", content.encode())
    run = upload_list(actor=cast.actor("northwind_manager"), kind=kind, upload=file)
    queue.work_off()
    run.refresh_from_db()
    return run


def bring_in(cast, kind, content: str) -> Import:
    run = start_import(actor=cast.actor("northwind_manager"), run=upload(cast, kind, content))
    queue.work_off()
    run.refresh_from_db()
    return run


def undo(cast, run: Import) -> Import:
    run = start_undo(actor=cast.actor("northwind_manager"), run=run)
    queue.work_off()
    run.refresh_from_db()
    return run


def test_check_says_what_the_import_then_does_and_twins_far_apart_are_refused(cast, kind, monkeypatch):
    monkeypatch.setattr(staging, "CHUNK", 2)
    bring_in(cast, kind, "code,title\narms,Arms\nlegs,Legs\n")
    before = picture(cast)
    run = upload(cast, kind, "Code;Name\narms;Arms\nlegs;Long legs\nheads;Heads\nforbidden;X\n;Nameless\nheads;Again\n")
    assert run.expected == {"new": 1, "changed": 1, "unchanged": 1, "refused": 3, "rows": 6}
    assert picture(cast) == before
    reasons = {row.line: row.reason for row in run.check_job.refusals.all()}
    assert reasons == {
        5: "Nobody may have this one.",
        6: "“Code” is missing.",
        7: "The same as line 4.",
    }
    start_import(actor=cast.actor("northwind_manager"), run=run)
    queue.work_off()
    run.refresh_from_db()
    assert (run.state, run.created, run.updated, run.unchanged, run.refused) == ("done", 1, 1, 1, 3)
    assert not StagedRow.objects.exists()
    assert Event.objects.filter(kind="family.imported").count() == 2


def test_what_changed_between_check_and_import_is_noticed(cast, kind):
    run = upload(cast, kind, "code,title\narms,Arms\n")
    assert run.expected["new"] == 1
    made = ProductFamily.objects.create(vendor=cast.northwind.vendor, code="arms", name="Other")
    start_import(actor=cast.actor("northwind_manager"), run=run)
    queue.work_off()
    run.refresh_from_db()
    made.refresh_from_db()
    assert (run.created, run.updated, made.name) == (0, 1, "Arms")


def test_undo_restores_whole_rows_and_keeps_what_is_referred_to_or_was_changed(cast, kind, monkeypatch):
    bring_in(cast, kind, "code,title\narms,Arms\nlegs,Legs\n")
    before = picture(cast)
    monkeypatch.setattr(staging, "CHUNK", 2)
    run = bring_in(cast, kind, "code,title\narms,New arms\nlegs,New legs\nheads,Heads\nfeet,Feet\n")
    assert (run.created, run.updated, RowChange.objects.filter(run=run).count()) == (2, 2, 4)
    heads = ProductFamily.objects.get(code="heads", vendor=cast.northwind.vendor)
    Product.objects.create(vendor=cast.northwind.vendor, family=heads, name="Head", sku="H-1")
    ProductFamily.objects.filter(code="legs", vendor=cast.northwind.vendor).update(name="By hand")
    run = undo(cast, run)
    assert run.undo_job.figures == {"removed": 1, "restored": 1, "kept": 2}
    kept = {row.name: row.reason for row in run.undo_job.refusals.all()}
    assert "refer" in kept["Heads"]
    assert "changed since" in kept["By hand"]
    Product.objects.filter(sku="H-1").delete()
    heads.delete()
    ProductFamily.objects.filter(code="legs", vendor=cast.northwind.vendor).update(name="Legs")
    assert picture(cast) == before
    assert not RowChange.objects.filter(run=run).exists()


def test_undo_of_a_row_whose_place_was_taken_keeps_it_and_brings_back_the_others(cast, kind):
    arms = ProductFamily.objects.create(vendor=cast.northwind.vendor, code="arms", name="Arms")
    legs = ProductFamily.objects.create(vendor=cast.northwind.vendor, code="legs", name="Legs")
    run = bring_in(cast, kind, "code,title\narms,New arms\nlegs,New legs\n")
    # As if the import had changed the code, and somebody took the old one since.
    RowChange.objects.filter(run=run, object_id=arms.pk).update(before={**vars_of(arms), "code": "taken"})
    ProductFamily.objects.create(vendor=cast.northwind.vendor, code="taken", name="Taken")
    run = undo(cast, run)
    assert run.undo_job.figures == {"removed": 0, "restored": 1, "kept": 1}
    assert "stands in its way" in run.undo_job.refusals.get().reason
    legs.refresh_from_db()
    assert legs.name == "Legs"


def vars_of(family: ProductFamily) -> dict:
    return {field.column: getattr(family, field.attname) for field in ProductFamily._meta.concrete_fields}


def test_rows_sent_as_json_are_written_or_refused_one_by_one_in_order(cast, kind):
    actor = cast.actor("northwind_manager")
    import_rows(actor=actor, kind=kind, rows=[{"code": "arms", "title": "Arms"}])
    rows = [
        {"code": "arms", "title": "Arms"},
        {"code": "legs", "title": "Legs"},
        {"code": "arms", "title": "Again"},
        {"code": "heads", "titel": "Typo"},
        {"code": 12, "title": None},
        {"code": ["list"], "title": "X"},
    ]
    found = import_rows(actor=actor, kind=kind, rows=rows)
    assert [row.outcome for row in found] == ["unchanged", "new", "refused", "refused", "refused", "refused"]
    assert [row.index for row in found] == list(range(6))
    family = ProductFamily.objects.get(code="legs", vendor=cast.northwind.vendor)
    assert found[1].object_id == family.pk
    assert "row 1" in found[2].reason
    assert "titel" in found[3].reason
    assert found[4].reason == "“Title” is missing."
    assert "list or an object" in found[5].reason
    assert not Import.objects.exists()
    assert not StagedRow.objects.exists()
    event = Event.objects.filter(kind="family.sent").latest("pk")
    assert (event.data["created"], event.data["refused"], event.vendor_id) == (1, 4, cast.northwind.vendor.pk)


def test_rows_sent_by_who_may_not_or_too_many_change_nothing(cast, kind):
    for persona in ("northwind_finance", "brightpath_administrator"):
        with pytest.raises(Forbidden):
            import_rows(actor=cast.actor(persona), kind=kind, rows=[{"code": "arms", "title": "Arms"}])
    many = [{"code": f"c{n}", "title": "T"} for n in range(1001)]
    with pytest.raises(RuleViolation, match="At most 1000"):
        import_rows(actor=cast.actor("northwind_manager"), kind=kind, rows=many)
    assert not ProductFamily.objects.filter(code="arms").exists()
    assert not Event.objects.filter(kind="family.sent").exists()


def test_kind_has_its_page_a_template_and_its_imports_beside_the_others(cast, kind, browse):
    client = browse("northwind_manager")
    page = client.get(reverse("console:imports")).content.decode()
    assert reverse("console:import-new", args=["families"]) in page
    assert reverse("console:import-new", args=["accounts"]) in page
    page = client.get(reverse("console:import-new", args=["families"])).content.decode()
    assert "<code>title</code>" in page
    response = client.get(reverse("console:import-template", args=["families"]))
    assert list(csv.reader(StringIO(response.content.decode("utf-8-sig")))) == [["code", "title"], ["robots", "Robots"]]
    file = SimpleUploadedFile("f.csv", response.content)
    page = client.post(reverse("console:import-new", args=["families"]), {"file": file}, follow=True).content.decode()
    assert "The first rows, as they are read" in page
    assert "Families" in client.get(reverse("console:imports")).content.decode()
    assert client.get("/admin/imports/new/nothing/").status_code == 404
    assert browse("northwind_finance").get(reverse("console:import-new", args=["families"])).status_code == 403


def test_imports_of_two_kinds_run_at_once_and_are_undone_on_their_own(cast, kind):
    families = bring_in(cast, kind, "code,title\narms,Arms\n")
    file = SimpleUploadedFile("c.csv", b"name,country\nAlpha Ltd,GB\n")
    actor = cast.actor("northwind_manager")
    customers = upload_list(actor=actor, kind=registry.KINDS["accounts"], upload=file)
    Import.objects.filter(pk=customers.pk).update(state="running")
    again = start_import(actor=actor, run=upload(cast, kind, "code,title\nlegs,Legs\n"))
    assert again.state == "running"
    queue.work_off()
    again.refresh_from_db()
    assert undo(cast, again).state == "undone"
    assert undo(cast, families).state == "undone"


def test_list_of_a_kind_comes_from_the_command_line(cast, kind, tmp_path):
    path, out = tmp_path / "f.csv", StringIO()
    path.write_text("code,title\narms,Arms\nforbidden,X\n")
    call_command("import_list", "families", str(path), vendor="northwind", stdout=out)
    assert "1 new" in out.getvalue()
    assert "line 3: Nobody may have this one." in out.getvalue()
    assert Import.objects.get().kind == "families"
