"""Reading a workbook (XLSX) from outside as rows of cells, a piece at a time, with bounds on all that it may hold.

Pure: no database. No tree is built, and of all parts only those are read that a list needs: a workbook of a few
kilobytes may unpack to anything, number its rows as it likes, and keep its text under any name.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from array import array
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.parsers import expat

from django.utils.module_loading import import_string

from imports.workbook_refusals import beyond, damaged, no_workbook, too_empty, too_large
from prm.kernel.errors import RuleViolation

MOST_COLUMNS = 100
MOST_UNPACKED = 200_000_000
MOST_PARTS = 500
MOST_SHARED_TEXT = 60_000_000
MOST_STRINGS = 1_000_000
MOST_OF_A_SMALL_PART = 5_000_000
MOST_ELEMENTS = 200_000
MOST_DEEP = 50
MOST_AT_ONCE = 1_000_000
"""Bytes of one tag, comment or attribute, which the parser holds until its end."""
LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
LONGEST_CELL = 32_767
BLANK_ELEMENTS = 500_000
ELEMENTS_A_ROW = 1_000
"""What a sheet may hold: so many elements in blank rows and cells, and so many more for each row with content."""
PIECE = 1 << 16
KINDS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
DAMAGE = (
    expat.ExpatError, KeyError, ValueError, IndexError, TypeError, OverflowError, EOFError, OSError, RuntimeError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def workbook_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield each row of a workbook's first sheet with its number; blank rows are passed over.

    Formulas give the value that was last computed; none is ever run.

    Raises:
        RuleViolation: it isn't a workbook, is damaged, locked, or holds more than any list needs.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            yield from _Workbook(archive).rows()
    except DAMAGE:
        raise damaged() from None


class _Workbook:
    """The parts of a workbook that a list needs, found by the relations that the file states."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        infos = archive.infolist()
        self._archive = archive
        self._parts = {_key(info.filename): info for info in infos}
        if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > MOST_UNPACKED:
            raise too_large()
        if len(self._parts) < len(infos) or any(info.compress_type not in KINDS for info in infos):
            raise damaged()

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        book = next((at for kind, at in self._relations("").values() if kind == "officeDocument"), "xl/workbook.xml")
        if book not in self._parts:
            raise no_workbook()
        relations, outline = self._relations(book), _Outline()
        self._walk(book, outline)
        found = (relations.get(each, ("", "")) for each in outline.sheets)
        sheet = next(at for at in found if at[0] == "worksheet" and at[1] in self._parts)[1]
        strings, styles = _Strings(), _Styles()
        for kind, at in relations.values():
            if kind == "sharedStrings" and at in self._parts and not len(strings):
                self._walk(at, strings)
            elif kind == "styles" and at in self._parts:
                self._walk(at, styles)
        reader = _Sheet(strings, _Dates(styles, old=outline.from_1904))
        with self._archive.open(self._parts[sheet]) as part:
            for _piece in reader.walk(part):
                yield from reader.take()

    def _relations(self, name: str) -> dict[str, tuple[str, str]]:
        folder, base = posixpath.split(name)
        relations, at = _Relations(folder), _key(f"{folder}/_rels/{base}.rels")
        if at in self._parts:
            self._walk(at, relations)
        return relations.found

    def _walk(self, name: str, reader: _Reader) -> None:
        with self._archive.open(self._parts[name]) as part:
            for _piece in reader.walk(part):
                pass


def _key(name: str) -> str:
    return posixpath.normpath(name.replace("\\", "/").lower()).lstrip("/")


class _Reader:
    """Walks through a part, and refuses what is too long, too deep, or declares entities."""

    most_bytes = MOST_OF_A_SMALL_PART
    most_elements = MOST_ELEMENTS

    def __init__(self) -> None:
        self.elements, self._depth, self.done = 0, 0, False
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self.text
        self._parser.StartDoctypeDeclHandler = self._declared

    def walk(self, part: Any) -> Iterator[None]:
        """Read a part; gives control back after each piece."""
        read = 0
        while not self.done and (piece := part.read(PIECE)):
            read += len(piece)
            self._parser.Parse(piece, False)
            if read > self.most_bytes or read - self._parser.CurrentByteIndex > MOST_AT_ONCE:
                raise too_large()
            yield
        if not self.done:
            self._parser.Parse(b"", True)
            yield

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        self._depth += 1
        if self._depth > MOST_DEEP or self.elements > self.most_elements:
            raise self.too_many()
        self.start(name.rpartition(" ")[2], attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self.end(name.rpartition(" ")[2])

    def _declared(self, *_declaration: Any) -> None:
        raise no_workbook()

    def too_many(self) -> RuleViolation:
        return too_large()

    def start(self, name: str, attributes: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


class _Relations(_Reader):
    """What a part refers to: the kind and the name of each other part, by its id."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self.found: dict[str, tuple[str, str]] = {}
        self._folder = folder

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            at = posixpath.join("/" + self._folder, attributes.get("Target", ""))
            self.found[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], _key(at))


class _Outline(_Reader):
    """The sheets of a workbook in their order, by the ids of their relations, and from when it counts days."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[str] = []
        self.from_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            self.sheets += [value for key, value in attributes.items() if key.rpartition(" ")[2] == "id"]
        elif name == "workbookPr":
            self.from_1904 = attributes.get("date1904") in {"1", "true"}


class _Styles(_Reader):
    """The number format of each style."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: dict[int, str] = {}
        self.formats: list[int] = []
        self._inside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt" and "numFmtId" in attributes:
            self.codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")[:255]
        elif name == "cellXfs":
            self._inside = True
        elif name == "xf" and self._inside:
            self.formats.append(int(attributes.get("numFmtId", 0)))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._inside = False


class _Strings(_Reader):
    """The texts that cells refer to by number, one after the other in one block: a string each would take thrice."""

    most_bytes = MOST_SHARED_TEXT
    most_elements = 5 * MOST_STRINGS

    def __init__(self) -> None:
        super().__init__()
        self._all, self._ends = bytearray(), array("Q")
        self._open, self._aside, self._length = False, 0, 0

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, number: int) -> str:
        if not 0 <= number < len(self._ends):
            raise IndexError(number)
        return self._all[self._ends[number - 1] if number else 0 : self._ends[number]].decode()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self._length = 0
            if len(self._ends) >= MOST_STRINGS:
                raise too_large()
        self._aside += name == "rPh"  # how it is pronounced
        self._open = name == "t" and not self._aside

    def end(self, name: str) -> None:
        self._aside -= name == "rPh"
        self._open = False
        if name == "si":
            self._ends.append(len(self._all))

    def text(self, text: str) -> None:
        if self._open and self._length < LONGEST_CELL:
            self._all += text[: LONGEST_CELL - self._length].encode()
            self._length += len(text)


class _Dates:
    """Turns a number into a date where its style says that it is one."""

    def __init__(self, styles: _Styles, *, old: bool) -> None:
        self._styles, self._old = styles, old
        self._known: dict[int, bool] = {}

    def of(self, style: int, number: float) -> Any:
        """Return the date or time, None where it is an ordinary number."""
        if style not in self._known:
            self._known[style] = self._is_date(style)
        if not self._known[style]:
            return None
        epoch = import_string(
            "openpyxl.utils.datetime.MAC_EPOCH" if self._old else "openpyxl.utils.datetime.WINDOWS_EPOCH"
        )
        try:
            return import_string("openpyxl.utils.datetime.from_excel")(number, epoch)
        except (OverflowError, ValueError):
            return "#VALUE!"

    def _is_date(self, style: int) -> bool:
        number = self._styles.formats[style] if 0 <= style < len(self._styles.formats) else 0
        if number == 0:
            return False
        # Loaded when it is needed: 22 MB that web workers do without.
        code = self._styles.codes.get(number) or import_string("openpyxl.styles.numbers.BUILTIN_FORMATS").get(number)
        return bool(code) and bool(import_string("openpyxl.styles.numbers.is_date_format")(code))


class _Sheet(_Reader):
    """The rows of a sheet that have content. Blank ones cost nothing but the reading, and that is bounded."""

    most_bytes = MOST_UNPACKED

    def __init__(self, strings: _Strings, dates: _Dates) -> None:
        super().__init__()
        self.most_elements = BLANK_ELEMENTS
        self._strings, self._dates = strings, dates
        self._rows: list[tuple[int, list[str]]] = []
        self._number = self._column = self._length = self._aside = 0
        self._cells: dict[int, str] = {}
        self._cell: dict[str, str] = {}
        self._text: list[str] = []
        self._open = False

    def take(self) -> list[tuple[int, list[str]]]:
        """Return the rows that were read since the last time."""
        rows, self._rows = self._rows, []
        return rows

    def too_many(self) -> RuleViolation:
        return too_empty()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            number = int(attributes["r"]) if "r" in attributes else self._number + 1
            if not self._number < number <= LAST_ROW:
                raise beyond()
            self._number, self._column, self._cells = number, 0, {}
        elif name == "c":
            self._column = _column(attributes["r"]) if "r" in attributes else self._column + 1
            if self._column > LAST_COLUMN:
                raise beyond()
            self._cell, self._text, self._length = attributes, [], 0
        self._aside += name == "rPh"
        self._open = name in {"v", "t"} and not self._aside and self._column <= MOST_COLUMNS

    def end(self, name: str) -> None:
        self._open = False
        self._aside -= name == "rPh"
        if name == "c" and self._text:
            self._cells[self._column] = self._value("".join(self._text))
        elif name == "row":
            if any(cell.strip() for cell in self._cells.values()):
                self._rows.append((self._number, self._row()))
                self.most_elements += ELEMENTS_A_ROW
        elif name == "sheetData":
            self.done = True  # what follows tells of merged cells, looks and links

    def text(self, text: str) -> None:
        if self._open and self._length < LONGEST_CELL:
            self._text.append(text[: LONGEST_CELL - self._length])
            self._length += len(text)

    def _row(self) -> list[str]:
        last = max(at for at, cell in self._cells.items() if cell)
        return [self._cells.get(at, "") for at in range(1, last + 1)]

    def _value(self, text: str) -> str:
        kind = self._cell.get("t", "n")
        if kind == "s":
            return self._strings[int(text)]
        if kind == "b":
            return str(text.strip() not in {"0", "false"})
        if kind == "d":
            return _shown(datetime.fromisoformat(text))
        if kind != "n" or not text.strip():
            return text
        number = float(text)
        found = self._dates.of(int(self._cell.get("s", 0)), number)
        return _shown(number if found is None and re.search("[.eE]", text) else text if found is None else found)


def _column(place: str) -> int:
    letters = place.rstrip("0123456789").upper()
    if not re.fullmatch("[A-Z]{1,3}", letters):
        raise beyond()
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column


def _shown(value: Any) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
