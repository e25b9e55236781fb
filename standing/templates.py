"""Programs to begin with: schemes as data files, without code, under `standing/programs/`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "programs"


@dataclass(frozen=True, slots=True)
class Template:
    """A scheme to begin with. source: where its rules are published, for those of real programs."""

    slug: str
    name: str
    summary: str
    partner_type: str
    scheme: dict[str, Any]
    source: str = ""


@lru_cache(maxsize=1)
def templates() -> dict[str, Template]:
    """Return every template by its slug, in the order of their files: those to begin with first."""
    found = {}
    for path in sorted(FOLDER.glob("*.json")):
        slug = path.stem.lstrip("0123456789-")
        found[slug] = Template(slug=slug, **json.loads(path.read_text(encoding="utf-8")))
    return found
