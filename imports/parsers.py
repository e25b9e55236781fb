"""Parsers of cells: text as it stands in a list becomes a value that JSON can hold, or the row is refused.

A parser gets the cell with its blanks folded, never an empty one, and returns text, a number or a truth value. Days
come as ISO text and amounts as text with a point, so that a staged row loses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Choices
from django.utils.translation import gettext as _

from imports.countries import country_code
from prm.kernel.domains import registrable_domain
from prm.kernel.errors import RuleViolation
from prm.kernel.money import parse_amount

Parser = Callable[[str], Any]

DAY_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%d.%m.%y", "%Y%m%d")
YES = {"yes", "y", "true", "1", "x", "ja", "j", "oui", "sí", "si", "wahr"}
NO = {"no", "n", "false", "0", "nein", "non", "falsch"}


class Refused(Exception):
    """A row, or a cell of it, can't be taken; the text says why, to the person whose list it is."""


def text(most: int) -> Parser:
    """Return a parser of text, cut to `most` characters."""
    return lambda cell: cell[:most]


def strict_text(most: int) -> Parser:
    """Return a parser of text that must not be cut, such as an id."""

    def parse(cell: str) -> str:
        if len(cell) > most:
            raise Refused(_("“%(text)s…” is longer than %(most)d characters.") % {"text": cell[:40], "most": most})
        return cell

    return parse


def country(cell: str) -> str:
    """Return the ISO 3166 code of a country given by code or name."""
    code = country_code(cell)
    if not code:
        raise Refused(_("“%(country)s” is no country we know.") % {"country": cell[:60]})
    return code


def domain(cell: str) -> str:
    """Return the registrable domain of an address; "" where it has none of its own."""
    return registrable_domain(cell)[:120]


def day(cell: str) -> str:
    """Return a day as ISO text. Of 03/04/2026 nobody knows which is the month: it is refused."""
    start = re.split(r"[T ]", cell)[0]
    for form in DAY_FORMATS:
        try:
            return datetime.strptime(start, form).date().isoformat()  # noqa: DTZ007  (a day has no zone)
        except ValueError:
            continue
    slashed = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", start)
    if slashed:
        first, second, year = map(int, slashed.groups())
        if first > 12 >= second or first == second:
            return _day_of(cell, year, second, first)
        if second > 12 >= first:
            return _day_of(cell, year, first, second)
    raise _no_day(cell)


def _day_of(cell: str, year: int, month: int, number: int) -> str:
    try:
        return date(year, month, number).isoformat()
    except ValueError:
        raise _no_day(cell) from None


def _no_day(cell: str) -> Refused:
    return Refused(_("“%(text)s” is no day. Write it like 2026-03-31.") % {"text": cell[:40]})


def amount(cell: str) -> str:
    """Return an amount, which may be negative, as text with two decimals."""
    negative = cell.startswith(("-", "−", "(")) or cell.endswith("-")
    bare = cell.strip("-−()").strip()
    try:
        value = parse_amount(bare)
    except RuleViolation as violation:
        raise Refused(str(violation.message)) from None
    return str(-value if negative else value)


def number(cell: str) -> int:
    """Return a whole number."""
    bare = re.sub(r"[\s'’\u00a0\u202f]", "", cell)
    whole = re.fullmatch(r"([+-]?\d{1,18})(?:[.,]0+)?", bare)
    if whole is None:
        raise Refused(_("“%(text)s” is no whole number.") % {"text": cell[:40]})
    return int(whole[1])


def currency(cell: str) -> str:
    """Return an ISO 4217 code."""
    if not re.fullmatch("[A-Za-z]{3}", cell):
        raise Refused(_("“%(text)s” is no currency. Write its code, like EUR.") % {"text": cell[:40]})
    return cell.upper()


def mail(cell: str) -> str:
    """Return a mail address, in lower case."""
    try:
        validate_email(cell)
    except ValidationError:
        raise Refused(_("“%(text)s” is no mail address.") % {"text": cell[:60]}) from None
    return cell.lower()


def yes_or_no(cell: str) -> bool:
    """Return whether a cell says yes."""
    word = cell.casefold()
    if word not in YES | NO:
        raise Refused(_("“%(text)s” is neither yes nor no.") % {"text": cell[:40]})
    return word in YES


def choice(choices: type[Choices]) -> Parser:
    """Return a parser of one of these choices, by value or by label."""

    def parse(cell: str) -> Any:
        wanted = cell.casefold()
        for value, label in choices.choices:
            if wanted in {str(value).casefold(), str(label).casefold()}:
                return value
        known = ", ".join(str(value) for value in choices.values)
        raise Refused(_("“%(text)s” is none of: %(known)s.") % {"text": cell[:40], "known": known})

    return parse


def choices_of(choices: type[Choices]) -> Parser:
    """Return a parser of several of these choices, by value or by label, in their own order.

    They are divided by semicolons or bars, by commas where there is neither and no label is the whole cell.
    """
    one = choice(choices)
    labels = {str(label).casefold() for label in choices.labels}

    def parse(cell: str) -> list[Any]:
        divider = r"[;|]" if re.search(r"[;|]", cell) else r"," if cell.casefold() not in labels else r"$^"
        found = {one(part.strip()) for part in re.split(divider, cell) if part.strip()}
        return [value for value in choices.values if value in found]

    return parse


def domains(cell: str) -> list[str]:
    """Return registrable domains, each once, divided by commas, semicolons or blanks."""
    found: list[str] = []
    for part in re.split(r"[,;|\s]+", cell):
        if part and not registrable_domain(part):
            raise Refused(
                _("“%(text)s” is no company’s own domain: mail providers and shared sites don’t count.")
                % {"text": part[:60]}
            )
        found += [registrable_domain(part)] if part else []
    return list(dict.fromkeys(found))
