"""Rows as files for spreadsheets: CSV and XLSX, written row by row, so that memory stays flat.

What a person typed never becomes a formula: in CSV such a text is quoted, in XLSX its cell is marked as text.
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from django.utils.module_loading import import_string

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Formats by their file name's ending, with their media type."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
MARK = "\ufeff"
PIECE = 64 * 1024
MOST_XLSX_ROWS = 1_048_575
LONGEST_CELL = 32_000
# What XML 1.0 cannot hold.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


class Echo:
    """A file that gives back what is written, for a csv writer that streams."""

    def write(self, value: str) -> str:
        """Return the line."""
        return value


def harmless(value: Any) -> str:
    """Return a value for a spreadsheet's cell; text that it would run as a formula is quoted."""
    if value is None:
        return ""
    text = str(value)
    return "'" + text if isinstance(value, str) and text.startswith(FORMULA) else text


def csv_line(cells: Iterable[Any]) -> str:
    """Return one line of CSV."""
    line: Any = csv.writer(Echo()).writerow([harmless(cell) for cell in cells])
    return str(line)


def csv_pieces(head: Iterable[str], lines: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Yield a CSV file, beginning with a mark by which spreadsheets know the encoding."""
    yield MARK + csv_line(head)
    for cells in lines:
        yield csv_line(cells)


def plain_cell(value: Any) -> Any:
    """Return a cell as JSON can hold it: numbers, texts, nothing; a day or moment as a list."""
    if value is None or isinstance(value, bool):
        return None if value is None else str(value)
    if isinstance(value, int | float):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return ["t", value.replace(tzinfo=None).isoformat()]
    if isinstance(value, date):
        return ["d", value.isoformat()]
    return str(value)


def write_xlsx(file: IO[bytes], head: list[str], lines: Iterable[list[Any]], each: Callable[[], None]) -> None:
    """Write a workbook of one sheet; `lines` are of `plain_cell`, `each` is called after each row."""
    # 22 MB that web workers do without until somebody asks for a workbook.
    book = import_string("openpyxl.Workbook")(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, label) for label in head])
    for cells in lines:
        sheet.append([_cell(sheet, cell) for cell in cells])
        each()
    book.save(file)


def _cell(sheet: Any, value: Any) -> Any:
    if isinstance(value, list):
        kind, text = value
        return datetime.fromisoformat(text) if kind == "t" else date.fromisoformat(text)
    if not isinstance(value, str):
        return value
    text = UNPRINTABLE.sub("", value)[:LONGEST_CELL]
    if not text.startswith("="):
        return text
    cell = import_string("openpyxl.cell.WriteOnlyCell")(sheet, text)
    cell.data_type = "s"
    return cell


def xlsx_file(head: list[str], lines: Iterable[Iterable[Any]]) -> Iterator[bytes]:
    """Yield a small workbook; it is written whole before its first piece."""
    with tempfile.TemporaryFile() as file:
        write_xlsx(file, head, ([plain_cell(cell) for cell in cells] for cells in lines), lambda: None)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece
