"""What a search finds, and how well it fits. Plain computation: no queries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from django.utils.functional import Promise

WORD = re.compile(r"[^\W_]+")
PER_GROUP = 6


class Fit(IntEnum):
    """How well a text fits what was typed; less is better."""

    SAME = 0
    BEGINS = 1
    WORD_BEGINS = 2
    HOLDS = 3
    ALIKE = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """Something to go to: its name, what tells it from others of that name, its address and its icon."""

    label: str
    url: str
    icon: str
    note: str = ""
    fit: Fit = Fit.HOLDS


@dataclass(frozen=True, slots=True)
class Group:
    """Hits of one kind, best first, under a heading."""

    key: str
    label: str | Promise
    hits: tuple[Hit, ...]

    @property
    def best(self) -> Fit:
        """How well the first hit fits."""
        return self.hits[0].fit


def fit_of(text: str, asked: str) -> Fit | None:
    """Return how well a text fits what was typed, None where it doesn't hold all of its words.

    Capitals don't count. Words may come in any order: "foods cast" fits "Castellan Foods".
    """
    here, wanted = text.casefold(), asked.casefold().strip()
    if here == wanted:
        return Fit.SAME
    if here.startswith(wanted):
        return Fit.BEGINS
    words, parts = WORD.findall(here), WORD.findall(wanted)
    if parts and all(any(word.startswith(part) for word in words) for part in parts):
        return Fit.WORD_BEGINS
    return Fit.HOLDS if wanted and all(part in here for part in wanted.split()) else None


def best_of(hits: Iterable[Hit], most: int = PER_GROUP) -> tuple[Hit, ...]:
    """Return the best hits, each address once, equals in the order given."""
    once: dict[str, Hit] = {}
    for hit in sorted(hits, key=lambda hit: hit.fit):
        once.setdefault(hit.url + hit.label, hit)
    return tuple(once.values())[:most]


def grouped(groups: Sequence[tuple[str, str | Promise, Iterable[Hit]]], most: int = PER_GROUP) -> list[Group]:
    """Return groups that have hits, the one with the best hit first, equals in the order given."""
    found = [Group(key, label, best) for key, label, hits in groups if (best := best_of(hits, most))]
    return sorted(found, key=lambda group: group.best)
