r"""An agreement's text: a small markup, read into blocks. Pure.

    # Part                          a heading
    ## Clause                       a heading, numbered 1, 2, 3 …
    + Numbered paragraph            1.1, 1.2 … within its clause
    - Item of a list
    | Label | Value |               a row of a table
    **bold**                        within a line
    {{partner.legal_name}}          a value, see `onboarding.agreements.fields`
    [if type: reseller, msp]        only for these types (or `region:`); until a line `[end]`
    \*                              the letter itself

Everything else is a paragraph; an empty line ends it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.translation import gettext as _

from onboarding.agreements.fields import FIELDS
from partners.enums import PartnerType, Region

FIELD = re.compile(r"\{\{\s*([a-z_.]*)\s*\}\}")
CONDITION = re.compile(r"\[if\s+(\w+)\s*:\s*([^\]]*)\]")
END = "[end]"
MOST_FAULTS = 20
SUBJECTS: Mapping[str, Collection[str]] = {"type": PartnerType.values, "region": Region.values}
"""What a condition may ask for, and which answers there are."""


class BlockKind(StrEnum):
    """What a block is."""

    PART = "part"
    CLAUSE = "clause"
    NUMBERED = "numbered"
    ITEM = "item"
    TABLE = "table"
    PARAGRAPH = "paragraph"


MARKS = (("## ", BlockKind.CLAUSE), ("# ", BlockKind.PART), ("+ ", BlockKind.NUMBERED), ("- ", BlockKind.ITEM))


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one weight."""

    text: str
    bold: bool = False


@dataclass(slots=True)
class Block:
    """A piece of the text. rows: a table's cells."""

    kind: BlockKind
    runs: list[Run] = field(default_factory=list)
    number: str = ""
    rows: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a text, and in which line, counted from 1; 0: with the whole."""

    line: int
    sentence: str


# -- Reading


def blocks_of(text: str) -> list[Block]:
    """Return a text without fields or conditions as blocks, numbered."""
    blocks: list[Block] = []
    clause = paragraph = 0
    for kind, words in _lines(text):
        if kind is BlockKind.TABLE:
            if not blocks or blocks[-1].kind is not BlockKind.TABLE:
                blocks.append(Block(kind))
            blocks[-1].rows.append([_plain(cell) for cell in _cells(words)])
            continue
        number = ""
        if kind is BlockKind.CLAUSE:
            clause, paragraph = clause + 1, 0
            number = f"{clause}."
        elif kind is BlockKind.NUMBERED:
            paragraph += 1
            number = f"{clause}.{paragraph}" if clause else f"{paragraph}."
        blocks.append(Block(kind, _runs(words), number))
    return blocks


def _lines(text: str) -> Iterator[tuple[BlockKind, str]]:
    """Yield each block's kind and words; lines of a paragraph are joined."""
    held: list[str] = []
    for line in [*text.splitlines(), ""]:
        words = line.strip()
        mark = next(((mark, kind) for mark, kind in MARKS if words.startswith(mark)), None)
        is_row = words.startswith("|")
        if held and (not words or mark or is_row):
            yield BlockKind.PARAGRAPH, " ".join(held)
            held = []
        if mark:
            yield mark[1], words[len(mark[0]) :].strip()
        elif is_row:
            yield BlockKind.TABLE, words
        elif words:
            held.append(words)


def _cells(words: str) -> list[str]:
    cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", words.strip())[1:]]
    return cells if cells[-1] else cells[:-1]


def _runs(words: str) -> list[Run]:
    pieces = re.split(r"(?<!\\)\*\*", words)
    return [Run(_plain(piece), bold=at % 2 == 1) for at, piece in enumerate(pieces) if piece]


def _plain(words: str) -> str:
    return re.sub(r"\\(.)", r"\1", words)


# -- Filling


def kept(text: str, facts: Mapping[str, Collection[str]]) -> str:
    """Return the text without what its conditions leave out. facts: the partner's type and regions."""
    lines, on = [], True
    for line in text.splitlines():
        asked = CONDITION.fullmatch(line.strip())
        if asked:
            on = bool(_values(asked[2]) & set(facts.get(asked[1], ())))
        elif line.strip() == END:
            on = True
        elif on:
            lines.append(line)
    return "\n".join(lines).strip() + "\n"


def fields_in(text: str) -> list[str]:
    """Return the names of the fields that a text asks for, each once, in their order."""
    return list(dict.fromkeys(FIELD.findall(text)))


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return the text with its values in place. A value is words, never markup."""
    return FIELD.sub(lambda found: _escaped(values[found[1]]), text)


def _escaped(value: str) -> str:
    words = re.sub(r"([\\*|{}])", r"\\\1", " ".join(value.split()))
    return f"\\{words}" if words[:1] in {"#", "+", "-", "["} else words


def _values(words: str) -> set[str]:
    return {word.strip() for word in words.split(",") if word.strip()}


# -- Judging


def faults_of(text: str) -> list[Fault]:
    """Return what keeps a text from being published: at most 20 faults, in the order of its lines."""
    if not text.strip():
        return [Fault(0, _("The text is empty."))]
    found: list[Fault] = []
    opened = 0
    for number, line in enumerate(text.splitlines(), 1):
        words = line.strip()
        found += [Fault(number, sentence) for sentence in _faults_in(words)]
        if words.startswith("[if"):
            if opened:
                found.append(Fault(number, _("A condition stands inside another one: end the first with [end].")))
            opened = number
        elif words == END:
            if not opened:
                found.append(Fault(number, _("[end] ends nothing: no [if …] stands before it.")))
            opened = 0
    if opened:
        found.append(Fault(opened, _("This condition never ends: write [end] on a line of its own after it.")))
    return found[:MOST_FAULTS]


def _faults_in(words: str) -> Iterator[str]:
    for name in fields_in(words):
        if name not in FIELDS:
            yield _("There is no value called {{%(name)s}}. Choose one of the list.") % {"name": name}
    rest = FIELD.sub("", words)
    if "{{" in rest:
        yield _("A value is opened with {{ and not closed: write {{name}}, in small letters.")
    elif "}}" in rest:
        yield _("}} closes no value.")
    if len(re.findall(r"(?<!\\)\*\*", words)) % 2:
        yield _("Bold is opened with ** and not closed on the same line.")
    if words.startswith("[if"):
        yield from _condition_faults(words)


def _condition_faults(words: str) -> Iterator[str]:
    asked = CONDITION.fullmatch(words)
    if asked is None:
        yield _("Write a condition as [if type: reseller, msp] or [if region: dach].")
        return
    if asked[1] not in SUBJECTS:
        yield _("A condition asks for type or region, not for “%(subject)s”.") % {"subject": asked[1]}
        return
    unknown = sorted(_values(asked[2]) - set(SUBJECTS[asked[1]]))
    if unknown:
        yield _("“%(value)s” is no %(subject)s. There are: %(known)s.") % {
            "value": unknown[0],
            "subject": asked[1],
            "known": ", ".join(SUBJECTS[asked[1]]),
        }
    elif not _values(asked[2]):
        yield _("This condition names no %(subject)s.") % {"subject": asked[1]}
