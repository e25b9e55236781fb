"""Reading a list of people to invite, pasted or from a CSV file: one per line, address, then role and reach."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prm.kernel.actors import Reach, Role

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_LINES = 200
HEADINGS = {"email", "e-mail", "mail", "address", "e-mail address", "email address"}
NAMED = re.compile(r"^.*<([^<>]+)>$")


@dataclass(frozen=True, slots=True)
class Guest:
    """A line as read. role and reach are what was written, where it isn't known; "" where nothing was."""

    email: str
    role: str = ""
    reach: str = ""


def decode_list(content: bytes) -> str:
    """Return a file's text: UTF-8 with or without a mark, else the Western encoding of older spreadsheets."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def read_list(text: str, *, roles: Iterable[Role]) -> list[Guest]:
    """Return the lines of a list, empty ones and a heading left out.

    Columns may be divided by comma, semicolon or tab; `Mara Lindqvist <mara@example.com>` is read as its address.
    Roles and reaches are known by their value or their label, in any case.
    """
    known_roles = {word.casefold(): role.value for role in roles for word in (role.value, str(role.label))}
    known_reaches = {word.casefold(): reach.value for reach in Reach for word in (reach.value, str(reach.label))}
    guests = []
    for number, line in enumerate(csv.reader(io.StringIO(text.replace("\0", "")), delimiter=_delimiter(text))):
        cells = [cell.strip() for cell in line]
        if not any(cells) or (number == 0 and cells[0].casefold() in HEADINGS):
            continue
        email, role, reach = (*cells, "", "", "")[:3]
        named = NAMED.match(email)
        guests.append(
            Guest(
                named.group(1).strip() if named else email,
                known_roles.get(role.casefold(), role),
                known_reaches.get(reach.casefold(), reach),
            )
        )
    return guests


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)
