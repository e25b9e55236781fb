"""The little Markdown that reference pages are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from inspect import getdoc
from typing import Any

NOTE = '<!-- Written by `make manage ARGS="generate_reference"`. Change the code, not this page. -->'


def page(title: str, *blocks: str) -> str:
    """Return a page: its title, the note that it is generated, and its blocks."""
    return "\n\n".join([f"# {title}", NOTE, *blocks]) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table; a bar in a cell is escaped."""
    lines = [list(heads), ["---"] * len(heads), *(list(row) for row in rows)]
    return "\n".join("| " + " | ".join(_cell(value) for value in line) + " |" for line in lines)


def _cell(value: Any) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def code(*names: str) -> str:
    """Return names as code, with commas between."""
    return ", ".join(f"`{name}`" for name in names if name)


def first_sentence(thing: Any) -> str:
    """Return the first paragraph of something's docstring, on one line."""
    return (getdoc(thing) or "").split("\n\n", maxsplit=1)[0].replace("\n", " ")
