"""Opening an uploaded list as rows of cells: what kind it is, and CSV and other delimited text.

Pure: no database. A file is streamed, so that a large one costs no memory. Workbooks: `imports.workbooks`.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from prm.kernel.errors import RuleViolation

SNIFFED = 64 * 1024
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
WEB_PAGE = (b"<!doctype html", b"<html", b"<head", b"<body", b"<table", b"<script")

Cells = list[str]


class Unreadable(Exception):
    """One row that can't be read; the ones after it can."""


def kind_of(path: Path) -> str:
    """Return "xlsx" or "csv" by a file's content, whatever its name.

    Raises:
        RuleViolation: it is empty, a web page, an old workbook, or not a list at all.
    """
    with path.open("rb") as file:
        start = file.read(512)
    if not start.strip(b"\xef\xbb\xbf \t\r\n"):
        raise RuleViolation("empty_file", _("The file is empty."), "file")
    if start.startswith(b"PK\x03\x04"):
        return "xlsx"
    if start.startswith(OLD_WORKBOOK):
        raise RuleViolation(
            "old_workbook", _("This is a workbook of an old kind (XLS). Save it as XLSX or CSV."), "file"
        )
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(WEB_PAGE):
        raise RuleViolation(
            "web_page",
            _("This is a web page, not a list. Some systems export pages with the name .xls: take CSV."),
            "file",
        )
    return "csv"


# -- Text


def encoding_of(path: Path) -> str:
    """Return the encoding that a file's beginning shows: UTF-16 by its mark, else UTF-8."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8-sig"


def check_encoding(path: Path, encoding: str) -> None:
    """Read all of a file in an encoding.

    Raises:
        RuleViolation: there is no such encoding, or a line isn't in it (the message names it), or it isn't text.
    """
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
    except LookupError:
        raise RuleViolation(
            "unknown_encoding", _("There is no encoding called %(name)s.") % {"name": encoding}, "encoding"
        ) from None
    with path.open("rb") as file:
        line = 1
        for piece in _pieces(file):
            try:
                text = decoder.decode(piece)
            except UnicodeDecodeError as error:
                at = line + piece[: error.start].count(b"\n")
                words = _(
                    "Line %(line)d isn't %(encoding)s. Save the file as UTF-8, or give its encoding, often cp1252. "
                    "Nothing was imported."
                ) % {"line": at, "encoding": encoding.upper().removesuffix("-SIG")}
                raise RuleViolation("wrong_encoding", words, "encoding") from None
            if "\x00" in text:
                raise RuleViolation(
                    "not_text", _("This isn't a text file. Export your list as CSV. Nothing was imported."), "file"
                )
            line += piece.count(b"\n")


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(1 << 20):
        yield piece


def delimiter_of(path: Path, encoding: str) -> str:
    """Return what divides the cells of the heading."""
    with path.open(encoding=encoding, newline="") as lines:
        head = lines.read(SNIFFED)
    first = (head.splitlines() or [""])[0]
    return max(",;\t|", key=first.count)


def text_rows(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, Cells | Unreadable]]:
    """Yield each row of a text file with its line; blank lines are passed over."""
    with path.open(encoding=encoding, newline="") as lines:
        reader = csv.reader(lines, delimiter=delimiter)
        while True:
            before = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield before, Unreadable(str(error))
                continue
            if any(cell.strip() for cell in cells):
                yield before, cells


def rows_at_most(path: Path, kind: str) -> int | None:
    """Return how many rows stand below the heading of a text file, or a few more; None for a workbook."""
    if kind != "csv":
        return None
    with path.open("rb") as file:
        return sum(piece.count(b"\n") for piece in _pieces(file))
