"""Workbooks from outside: good ones are read as they are shown, hostile ones are refused at once and cost no memory."""

from __future__ import annotations

import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from time import monotonic

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from imports import reading
from imports.models import Import
from imports.reading import read_heading
from imports.registry import KINDS
from imports.services import upload_list
from imports.workbooks import workbook_rows
from jobs.models import Job
from prm.kernel.errors import RuleViolation

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<row r="1"><c t="inlineStr"><is><t>name</t></is></c></row>'
ROW = '<row r="2"><c t="inlineStr"><is><t>Alpha Ltd</t></is></c></row>'


def hostile(rows: str = HEAD + ROW, strings: str = "", *, further: int = 0, twice: bool = False) -> bytes:
    """Return a workbook with these rows, and shared strings under a name that isn't the usual one."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
            f'<Override PartName="/xl/s.xml" ContentType="{TYPE}.sharedStrings+xml"/>'
            f'<Override PartName="/xl/a.xml" ContentType="{TYPE}.worksheet+xml"/></Types>',
        )
        relations = f'<Relationships xmlns="{PACKAGE}/relationships">%s</Relationships>'
        one = f'<Relationship Id="%s" Type="{OFFICE}/%s" Target="%s"/>'
        parts.writestr("_rels/.rels", relations % (one % ("r1", "officeDocument", "xl/workbook.xml")))
        parts.writestr(
            "xl/_rels/workbook.xml.rels",
            relations % (one % ("r1", "worksheet", "a.xml") + one % ("r2", "sharedStrings", "/xl/s.xml")),
        )
        parts.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
            '<sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        parts.writestr("xl/s.xml", f'<sst xmlns="{MAIN}">{strings}</sst>')
        parts.writestr("xl/a.xml", f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>')
        for number in range(further):
            parts.writestr(f"xl/further{number}.xml", "")
        if twice:
            with pytest.warns(UserWarning, match="Duplicate"):
                parts.writestr("xl/workbook.xml", "<workbook/>")
    return file.getvalue()


@contextmanager
def frugal(seconds: float = 20) -> Iterator[None]:
    """Fail where a block takes long, or over 100 MB."""
    tracemalloc.start()
    begun = monotonic()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert monotonic() - begun < seconds
    assert peak < 100_000_000


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: hostile(HEAD + '<row r="999999999999999"><c><v>1</v></c></row>'), "beyond_the_sheet"),
        (lambda: hostile(HEAD + '<row r="1048577"><c><v>1</v></c></row>'), "beyond_the_sheet"),
        (lambda: hostile(HEAD + HEAD), "beyond_the_sheet"),
        (lambda: hostile(HEAD + '<row r="2"><c r="ZZZZZZ1"><v>1</v></c></row>'), "beyond_the_sheet"),
        (lambda: hostile(HEAD + '<row r="2"><c r="XFE2"><v>1</v></c></row>'), "beyond_the_sheet"),
        (lambda: hostile(HEAD + "<row/>" * 600_000), "workbook_too_empty"),
        (lambda: hostile(HEAD + '<row r="2">' + '<c r="A2"/>' * 600_000 + "</row>"), "workbook_too_empty"),
        (lambda: hostile(HEAD + "<a>" * 1000), "workbook_too_empty"),
        (lambda: hostile(HEAD + f'<row x="{"x" * 3_000_000}"/>'), "workbook_too_large"),
        (lambda: hostile(strings="<si/>" * 1_100_000), "workbook_too_large"),
        (lambda: hostile(strings="<si><t>" + "x" * 61_000_000 + "</t></si>"), "workbook_too_large"),
        (lambda: hostile(further=500), "workbook_too_large"),
        (lambda: hostile(twice=True), "damaged_workbook"),
        (lambda: hostile(HEAD + '<row><c t="s"><v>-1</v></c></row>', "<si><t>a</t></si>"), "damaged_workbook"),
    ],
    ids=[
        "row number", "row after the last", "row twice", "column letters", "column after the last", "blank rows",
        "blank cells", "depth", "attribute", "strings", "text", "parts", "part twice", "string before the first",
    ],
)  # fmt: skip
def test_hostile_workbook_is_refused_soon_and_with_little_memory(tmp_path, make, code):
    path = tmp_path / "list"
    path.write_bytes(make())
    with frugal(), pytest.raises(RuleViolation) as refused:
        list(workbook_rows(path))
    assert refused.value.code == code


def test_hostile_workbook_leaves_nothing_in_the_console(cast, browse):
    content = hostile('<row r="999999999999999"><c><v>1</v></c></row>')
    response = browse("northwind_manager").post(
        reverse("console:import-new", args=["accounts"]),
        {"file": SimpleUploadedFile("list.xlsx", content), "encoding": ""},
    )
    assert response.status_code == 422
    assert "beyond what a sheet can hold" in response.content.decode()
    assert not Import.objects.exists()
    assert not Job.objects.exists()


def test_page_of_an_import_shows_its_first_rows_and_never_reads_its_file(cast, browse, monkeypatch):
    run = upload_list(
        actor=cast.actor("northwind_manager"),
        kind=KINDS["accounts"],
        upload=SimpleUploadedFile("list.xlsx", hostile(HEAD + ROW)),
    )
    monkeypatch.setattr(reading, "workbook_rows", lambda path: pytest.fail("read in the request"))
    run.content.delete(save=False)
    page = browse("northwind_manager").get(run.get_absolute_url()).content.decode()
    assert "The first rows, as they are read" in page
    assert "Alpha Ltd" in page


def test_good_workbook_gives_its_cells_as_text(tmp_path):
    book, path = Workbook(), tmp_path / "list"
    book.active.append(["name", "since", "at", "n", "f", "yes", "none", "Käse <&>"])
    book.active.append(
        [
            " Alpha ",
            datetime.fromisoformat("2026-03-01"),
            datetime.fromisoformat("2026-03-01T09:30"),
            12.0,
            7.25,
            True,
            None,
            "Ω",
        ]
    )
    book.active.cell(row=900_000, column=1, value="Far away")
    book.create_sheet("Other").append(["not this one"])
    book.save(path)
    assert list(workbook_rows(path)) == [
        (1, ["name", "since", "at", "n", "f", "yes", "none", "Käse <&>"]),
        (2, [" Alpha ", "2026-03-01", "2026-03-01 09:30", "12", "7.25", "True", "", "Ω"]),
        (900_000, ["Far away"]),
    ]
    assert read_heading(path, KINDS["accounts"]).header[0] == "name"


def test_shared_and_rich_strings_are_found_under_any_name(tmp_path):
    path = tmp_path / "list"
    strings = "<si><t>name</t></si><si><r><t>Al</t></r><r><t>pha</t></r><rPh><t>no</t></rPh></si>"
    cells = '<row><c t="s"><v>0</v></c></row><row><c t="s"><v>1</v></c></row>'
    path.write_bytes(hostile(cells, strings))
    assert list(workbook_rows(path)) == [(1, ["name"]), (2, ["Alpha"])]
