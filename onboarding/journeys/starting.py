"""Journeys to begin with: data files, without code, under `onboarding/journeys/starters/`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "starters"


@dataclass(frozen=True, slots=True)
class Starter:
    """A journey to begin with."""

    slug: str
    name: str
    summary: str
    partner_type: str
    journey: dict[str, Any]


@lru_cache(maxsize=1)
def starters() -> dict[str, Starter]:
    """Return every starter by its slug, in the order of their files."""
    found = {}
    for path in sorted(FOLDER.glob("*.json")):
        slug = path.stem.lstrip("0123456789-")
        found[slug] = Starter(slug=slug, **json.loads(path.read_text(encoding="utf-8")))
    return found
