"""Reading a customer list from CSV: encoding, delimiter, columns, and each row's fields or what is wrong with it.

Pure: no database. Files are streamed, so that a large one costs no memory.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from django.utils import translation
from django.utils.translation import gettext as _
from django_countries import countries

from accounts.matching import Identity, match_keys
from accounts.naming import normalise_name, registrable_domain
from prm.kernel.errors import RuleViolation

LONGEST_NAME = 200
MOST_FURTHER = 40
SNIFFED = 64 * 1024
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
        "organisation",
        "organization",
    ),
    "country": ("country", "country code", "billing country", "land", "pays", "país"),
    "domain": ("domain", "website", "web site", "url", "web", "homepage"),
    "city": ("city", "town", "billing city", "ort", "stadt", "ville"),
    "external_id": ("external id", "id", "account id", "crm id", "customer id", "kundennummer"),
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
    """How a file is written: its encoding, delimiter, and which column holds what. `further` are the others."""

    encoding: str
    delimiter: str
    columns: dict[str, int]
    further: dict[str, int]


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


def read_layout(path: Path, encoding: str = "") -> Layout:
    """Look at a file's beginning, and through all of it for its encoding.

    Raises:
        RuleViolation: it is empty, isn't text in that encoding (the message names the line), or has no name column.
    """
    chosen = encoding or _encoding_of(path)
    _check_encoding(path, chosen)
    with path.open(encoding=chosen, newline="") as lines:
        head = lines.read(SNIFFED)
    if not head.strip():
        raise RuleViolation("empty_file", _("The file is empty."))
    delimiter = _delimiter_of(head)
    header = next(csv.reader(head.splitlines(), delimiter=delimiter), [])
    names = [re.sub(r"[\s_\-]+", " ", name).strip().casefold() for name in header]
    columns = {
        target: names.index(alias)
        for target, aliases in ALIASES.items()
        if (alias := next((alias for alias in aliases if alias in names), None))
    }
    if "name" not in columns:
        found = ", ".join(header[:10])
        raise RuleViolation(
            "no_name_column",
            _("No column holds the customer's name. Call one “name”. Found: %(found)s.") % {"found": found[:300]},
        )
    further = {
        header[at].strip()[:60]: at for at in range(len(header)) if at not in columns.values() and header[at].strip()
    }
    return Layout(chosen, delimiter, columns, dict(list(further.items())[:MOST_FURTHER]))


def _encoding_of(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8-sig"


def _check_encoding(path: Path, encoding: str) -> None:
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
    except LookupError:
        raise RuleViolation(
            "unknown_encoding", _("There is no encoding called %(name)s.") % {"name": encoding}
        ) from None
    with path.open("rb") as file:
        line = 1
        for piece in _pieces(file):
            try:
                text = decoder.decode(piece)
            except UnicodeDecodeError as error:
                at = line + piece[: error.start].count(b"\n")
                raise RuleViolation(
                    "wrong_encoding",
                    _(
                        "Line %(line)d isn't %(encoding)s. Save the file as UTF-8, or give its encoding, often cp1252. "
                        "Nothing was imported."
                    )
                    % {"line": at, "encoding": encoding.upper().removesuffix("-SIG")},
                ) from None
            if "\x00" in text:
                raise RuleViolation(
                    "not_text", _("This isn't a text file. Export your list as CSV. Nothing was imported.")
                )
            line += piece.count(b"\n")


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(1 << 20):
        yield piece


def _delimiter_of(head: str) -> str:
    first = head.splitlines()[0]
    return max(",;\t|", key=first.count)


def read_rows(path: Path, layout: Layout) -> Iterator[CustomerRow | RefusedRow]:
    """Yield each row of a file, in order, read or refused. Blank lines are passed over."""
    with path.open(encoding=layout.encoding, newline="") as lines:
        reader = csv.reader(lines, delimiter=layout.delimiter)
        width = len(next(reader, []))
        while True:
            before = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield RefusedRow(before, "", _("The row can't be read: %(error)s.") % {"error": error})
                continue
            if any(cell.strip() for cell in cells):
                yield _row(before, cells, width, layout)


def _row(line: int, cells: list[str], width: int, layout: Layout) -> CustomerRow | RefusedRow:
    def cell(target: str) -> str:
        at = layout.columns.get(target)
        return " ".join(cells[at].split()) if at is not None and at < len(cells) else ""

    text = layout.delimiter.join(cells)[:300]
    if len(cells) > width:
        return RefusedRow(
            line, text, _("It has %(cells)d cells, the heading %(width)d.") % {"cells": len(cells), "width": width}
        )
    name, country = cell("name"), country_code(cell("country"))
    if not (normalised := normalise_name(name)[:LONGEST_NAME]):
        return RefusedRow(line, text, _("There is no name."))
    if len(name) > LONGEST_NAME:
        return RefusedRow(line, text, _("The name is longer than 200 characters."))
    if country is None:
        return RefusedRow(line, text, _("“%(country)s” is no country we know.") % {"country": cell("country")[:60]})
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
