"""Reading a list: how its file is written, which column holds what, and each row's data or what is wrong with it.

Pure: no database. Files are streamed, so that a large one costs no memory.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from imports.parsers import Refused
from imports.sheets import Cells, Unreadable, check_encoding, delimiter_of, encoding_of, kind_of, text_rows
from imports.workbooks import workbook_rows
from prm.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from imports.kinds import ImportKind

MOST_FURTHER = 40
MOST_CELLS_KEPT = 100
FIRST_ROWS = 8
LONGEST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is written: its kind, encoding, delimiter, heading, and which column holds what.

    `columns` maps a field of ours to its column, `further` the heading of a column that is kept as it is. `first` are
    the first rows below the heading, each with its line: who looks at an import must not make us read its file again.
    """

    kind: str
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    columns: dict[str, int]
    further: dict[str, int]
    first: Sequence[tuple[int, Cells]] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as a row can hold it."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Layout:
        """Return the layout that `as_json` wrote."""
        return cls(**{**value, "header": tuple(value["header"])})


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row, as its kind read it, or with the reason why it can't be taken. `line` is its line in the file."""

    line: int
    name: str
    data: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    cells: Sequence[str] = ()
    reason: str = ""


def read_layout(path: Path, kind: ImportKind, encoding: str = "") -> Layout:
    """Look at a file's heading, and through all of a text file for its encoding. Columns are guessed by their heading.

    Raises:
        RuleViolation: it is empty, isn't a list, isn't text in that encoding (the message names the line), or lacks a
            column that its kind needs.
    """
    layout = read_heading(path, kind, encoding)
    refuse_missing(kind, layout)
    return layout


def missing_targets(kind: ImportKind, columns: Mapping[str, int]) -> list[str]:
    """Return the labels of what a kind needs and no column holds."""
    return [str(target.label) for target in kind.targets if target.required and target.name not in columns]


def refuse_missing(kind: ImportKind, layout: Layout) -> None:
    """Refuse a list that lacks a column which its kind needs.

    Raises:
        RuleViolation: it does.
    """
    missing = missing_targets(kind, layout.columns)
    if missing:
        found = ", ".join(layout.header[:10])[:300]
        raise RuleViolation(
            "no_column",
            _("No column holds: %(missing)s. Found: %(found)s.") % {"missing": ", ".join(missing), "found": found},
        )


def read_heading(path: Path, kind: ImportKind, encoding: str = "") -> Layout:
    """Return a file's layout as `read_layout` does, also where a column is missing: a person may point at one.

    Raises:
        RuleViolation: as `read_layout`.
    """
    written, delimiter = kind_of(path), ""
    if written == "csv":
        encoding = encoding or encoding_of(path)
        check_encoding(path, encoding)
        delimiter = delimiter_of(path, encoding)
    blank = Layout(written, encoding, delimiter, (), {}, {})
    with closing(_rows_of(path, blank)) as rows:
        readable = ((line, cells) for line, cells in rows if not isinstance(cells, Unreadable))
        top = list(islice(readable, 1 + FIRST_ROWS))
    if not top:
        raise RuleViolation("empty_file", _("The file is empty."), "file")
    header = tuple(cell.strip() for cell in top[0][1][:MOST_CELLS_KEPT])
    first = [(line, [_storable(cell) for cell in cells[: MOST_CELLS_KEPT + 1]]) for line, cells in top[1:]]
    columns = guess_columns(kind, header)
    further = further_columns(header, set(columns.values())) if kind.keeps_further else {}
    return Layout(written, encoding, delimiter, header, columns, further, first)


def guess_columns(kind: ImportKind, header: Sequence[str]) -> dict[str, int]:
    """Return which column holds what, by the headings that each target goes by."""
    names = [re.sub(r"[\s_\-]+", " ", name).strip().casefold() for name in header]
    found: dict[str, int] = {}
    for target in kind.targets:
        own = (target.name.replace("_", " "), str(target.label).casefold(), *target.aliases)
        at = next((names.index(name) for name in own if name in names), None)
        if at is not None and at not in found.values():
            found[target.name] = at
    return found


def further_columns(header: Sequence[str], taken: set[int]) -> dict[str, int]:
    """Return the headings of columns that no field of ours takes, with where they are."""
    found = {title.strip()[:60]: at for at, title in enumerate(header) if at not in taken and title.strip()}
    return dict(list(found.items())[:MOST_FURTHER])


def _storable(cell: str) -> str:
    return cell[:LONGEST_SHOWN].replace("\x00", "")


def first_rows(kind: ImportKind, layout: Layout) -> list[ReadRow]:
    """Return the first rows of a list as they are read with these columns, without reading its file."""
    return [_row(line, cells, kind, layout) for line, cells in layout.first]


def _rows_of(path: Path, layout: Layout) -> Generator[tuple[int, Cells | Unreadable], None, None]:
    if layout.kind == "xlsx":
        yield from workbook_rows(path)
    else:
        yield from text_rows(path, layout.encoding, layout.delimiter)


def read_rows(path: Path, kind: ImportKind, layout: Layout) -> Iterator[ReadRow]:
    """Yield each row of a file below its heading, in order, read or refused. Blank lines are passed over."""
    rows = _rows_of(path, layout)
    next(rows, None)
    for line, cells in rows:
        if isinstance(cells, Unreadable):
            yield ReadRow(line, "", reason=_("The row can't be read: %(error)s.") % {"error": cells})
        else:
            yield _row(line, cells, kind, layout)


def _row(line: int, cells: Cells, kind: ImportKind, layout: Layout) -> ReadRow:
    text, kept = (layout.delimiter or ", ").join(cells)[:300], tuple(each[:500] for each in cells[:MOST_CELLS_KEPT])
    width = len(layout.header)
    if len(cells) > width:
        words = _("It has %(cells)d cells, the heading %(width)d.") % {"cells": len(cells), "width": width}
        return ReadRow(line, text, cells=kept, reason=words)
    values = {target: " ".join(cells[at].split()) for target, at in layout.columns.items() if at < len(cells)}
    further = {
        title: cells[at].strip()[:500] for title, at in layout.further.items() if at < len(cells) and cells[at].strip()
    }
    return read_row(kind, line, values, further=further, text=text, cells=kept)


def read_row(
    kind: ImportKind,
    line: int,
    values: Mapping[str, str],
    *,
    further: Mapping[str, str] | None = None,
    text: str = "",
    cells: Sequence[str] = (),
) -> ReadRow:
    """Return a row as its kind reads its cells, or with the reason why it can't be taken. `text`: as it was written."""
    if any("\x00" in cell for cell in values.values()):
        return ReadRow(line, text, cells=cells, reason=_("It holds a sign that no text has (a null)."))
    try:
        data = kind.parse(values)
    except Refused as refusal:
        return ReadRow(line, text, cells=cells, reason=str(refusal))
    if kind.keeps_further:
        data["further"] = dict(further or {})
    return ReadRow(line, kind.title(data), data, kind.key(data), cells)
