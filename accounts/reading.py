"""Reading a customer list: which column holds what, and each row's fields or what is wrong with it.

Pure: no database. Files are streamed, so that a large one costs no memory.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django_countries import countries

from accounts.matching import Identity, match_keys
from accounts.naming import normalise_name
from accounts.sheets import (
    Cells,
    Unreadable,
    check_encoding,
    delimiter_of,
    encoding_of,
    kind_of,
    text_rows,
)
from accounts.workbooks import workbook_rows
from prm.kernel.domains import registrable_domain
from prm.kernel.errors import RuleViolation

LONGEST_NAME = 200
MOST_FURTHER = 40
MOST_CELLS_KEPT = 100
FIRST_ROWS = 8
LONGEST_SHOWN = 300
ALIASES: dict[str, tuple[str, ...]] = {
    "name": (
        "name",
        "company",
        "company name",
        "account",
        "account name",
        "customer",
        "customer name",
        "firma",
        "kunde",
        "kundenname",
        "unternehmen",
        "empresa",
        "société",
        "organisation",
        "organization",
    ),
    "country": ("country", "country code", "billing country", "land", "pays", "país"),
    "domain": ("domain", "website", "web site", "url", "web", "homepage", "webseite", "internet", "site web"),
    "city": ("city", "town", "billing city", "ort", "stadt", "ville"),
    "external_id": ("external id", "id", "account id", "crm id", "customer id", "crm id", "kundennummer"),
    "owner_name": ("owner", "account owner", "owner name", "sales rep"),
}
COUNTRY_ALIASES = {
    "uk": "GB", "u.k.": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB",
    "northern ireland": "GB", "usa": "US", "u.s.a.": "US", "u.s.": "US", "united states": "US",
    "south korea": "KR", "korea": "KR", "republic of korea": "KR", "north korea": "KP", "russia": "RU",
    "czech republic": "CZ", "holland": "NL", "the netherlands": "NL", "vietnam": "VN", "taiwan": "TW",
    "hong kong": "HK", "macau": "MO", "iran": "IR", "syria": "SY", "bolivia": "BO", "venezuela": "VE",
    "tanzania": "TZ", "moldova": "MD", "laos": "LA", "brunei": "BN", "ivory coast": "CI", "cape verde": "CV",
    "turkey": "TR", "swaziland": "SZ", "macedonia": "MK", "virgin islands": "VI", "british virgin islands": "VG",
    "netherlands antilles": "CW", "bahamas": "BS", "the bahamas": "BS", "gambia": "GM",
    "peoples republic of china": "CN",
    "people's republic of china": "CN", "uae": "AE", "channel islands": "JE",
    "neth. antilles": "CW", "antigua": "AG", "slovak republic": "SK", "slovakia": "SK",
}  # fmt: skip


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
class CustomerRow:
    """One row, read and made comparable. `line` is its line in the file."""

    line: int
    name: str
    normalised: str
    country: str
    domain: str
    city: str
    external_id: str
    owner_name: str
    further: dict[str, str] = field(default_factory=dict)
    cells: Sequence[str] = ()

    @property
    def keys(self) -> list[str]:
        """The match keys that its account gets."""
        return sorted(match_keys(Identity(name=self.name, country=self.country, domain=self.domain, city=self.city)))


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that can't be taken, and why."""

    line: int
    text: str
    reason: str
    cells: Sequence[str] = ()


def read_layout(path: Path, encoding: str = "") -> Layout:
    """Look at a file's heading, and through all of a text file for its encoding. Columns are guessed by their heading.

    Raises:
        RuleViolation: it is empty, isn't a list, isn't text in that encoding (the message names the line), or has no
            column with a name.
    """
    layout = read_heading(path, encoding)
    if "name" not in layout.columns:
        found = ", ".join(layout.header[:10])
        raise RuleViolation(
            "no_name_column",
            _("No column holds the customer's name. Call one “name”. Found: %(found)s.") % {"found": found[:300]},
        )
    return layout


def read_heading(path: Path, encoding: str = "") -> Layout:
    """Return a file's layout as `read_layout` does, also where no column holds a name: a person may point at one.

    Raises:
        RuleViolation: as `read_layout`.
    """
    kind, delimiter = kind_of(path), ""
    if kind == "csv":
        encoding = encoding or encoding_of(path)
        check_encoding(path, encoding)
        delimiter = delimiter_of(path, encoding)
    blank = Layout(kind, encoding, delimiter, (), {}, {})
    with closing(_rows_of(path, blank)) as rows:
        readable = ((line, cells) for line, cells in rows if not isinstance(cells, Unreadable))
        top = list(islice(readable, 1 + FIRST_ROWS))
    if not top:
        raise RuleViolation("empty_file", _("The file is empty."), "file")
    header = tuple(cell.strip() for cell in top[0][1][:MOST_CELLS_KEPT])
    first = [(line, [_storable(cell) for cell in cells[: MOST_CELLS_KEPT + 1]]) for line, cells in top[1:]]
    names = [re.sub(r"[\s_\-]+", " ", name).strip().casefold() for name in header]
    columns = {
        target: names.index(alias)
        for target, aliases in ALIASES.items()
        if (alias := next((alias for alias in aliases if alias in names), None))
    }
    return Layout(kind, encoding, delimiter, header, columns, further_columns(header, set(columns.values())), first)


def further_columns(header: Sequence[str], taken: set[int]) -> dict[str, int]:
    """Return the headings of columns that no field of ours takes, with where they are."""
    found = {title.strip()[:60]: at for at, title in enumerate(header) if at not in taken and title.strip()}
    return dict(list(found.items())[:MOST_FURTHER])


def _storable(cell: str) -> str:
    return cell[:LONGEST_SHOWN].replace("\x00", "")


def first_rows(layout: Layout) -> list[CustomerRow | RefusedRow]:
    """Return the first rows of a list as they are read with these columns, without reading its file."""
    return [_row(line, cells, len(layout.header), layout) for line, cells in layout.first]


def _rows_of(path: Path, layout: Layout) -> Generator[tuple[int, Cells | Unreadable], None, None]:
    if layout.kind == "xlsx":
        yield from workbook_rows(path)
    else:
        yield from text_rows(path, layout.encoding, layout.delimiter)


def read_rows(path: Path, layout: Layout) -> Iterator[CustomerRow | RefusedRow]:
    """Yield each row of a file below its heading, in order, read or refused. Blank lines are passed over."""
    rows = _rows_of(path, layout)
    next(rows, None)
    for line, cells in rows:
        if isinstance(cells, Unreadable):
            yield RefusedRow(line, "", _("The row can't be read: %(error)s.") % {"error": cells})
        else:
            yield _row(line, cells, len(layout.header), layout)


def _row(line: int, cells: Cells, width: int, layout: Layout) -> CustomerRow | RefusedRow:
    def cell(target: str) -> str:
        at = layout.columns.get(target)
        return " ".join(cells[at].split()) if at is not None and at < len(cells) else ""

    text, kept = (layout.delimiter or ", ").join(cells)[:300], tuple(each[:500] for each in cells[:MOST_CELLS_KEPT])

    def refused(reason: str) -> RefusedRow:
        return RefusedRow(line, text, reason, kept)

    if len(cells) > width:
        return refused(_("It has %(cells)d cells, the heading %(width)d.") % {"cells": len(cells), "width": width})
    name, country = cell("name"), country_code(cell("country"))
    if any("\x00" in each for each in cells) or not (normalised := normalise_name(name)[:LONGEST_NAME]):
        return refused(_("There is no name."))
    if len(name) > LONGEST_NAME:
        return refused(_("The name is longer than 200 characters."))
    if country is None:
        return refused(_("“%(country)s” is no country we know.") % {"country": cell("country")[:60]})
    return CustomerRow(
        line=line,
        name=name,
        normalised=normalised,
        country=country,
        domain=registrable_domain(cell("domain"))[:120],
        city=cell("city")[:100],
        external_id=cell("external_id")[:80],
        owner_name=cell("owner_name")[:120],
        further={
            title: cells[at].strip()[:500]
            for title, at in layout.further.items()
            if at < len(cells) and cells[at].strip()
        },
        cells=kept,
    )


def country_code(text: str) -> str | None:
    """Return the ISO 3166 code of a country given by code or by name; "" for none, None if unknown.

    Names are understood in each of our languages.
    """
    wanted = text.strip().casefold()
    if not wanted:
        return ""
    # Registers shorten islands: "British Virgin Isl".
    return _countries().get(re.sub(r"\bisl?\.?$", "islands", wanted))


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    found = dict(COUNTRY_ALIASES)
    for language in ("en", "de", "fr", "es"):
        with translation.override(language):
            found.update({str(name).casefold(): code for code, name in countries})
    for code, _name in countries:
        found[code.casefold()] = code
        found[countries.alpha3(code).casefold()] = code
    return found
