"""The weights of the score: `match_model.json`, fitted by `bench/fit_matching.py`, evaluated with plain arithmetic.

A weight is in decibans (I. J. Good after A. M. Turing): ten points make it ten times as likely that two are one, minus
ten a tenth as likely, so that weights of independent fields add up (Fellegi, Sunter 1969, "A theory for record
linkage"). The name's weight holds the base rate as well.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).with_name("match_model.json")


@dataclass(frozen=True, slots=True)
class Curve:
    """Points over a similarity from 0 to 1, linear between knots."""

    at: tuple[float, ...]
    points: tuple[float, ...]

    def __call__(self, similarity: float) -> float:
        """Return the points for a similarity."""
        right = bisect_right(self.at, similarity)
        if right == len(self.at):
            return self.points[-1]
        low, high = self.at[right - 1], self.at[right]
        share = (similarity - low) / (high - low)
        return self.points[right - 1] + share * (self.points[right] - self.points[right - 1])


@dataclass(frozen=True, slots=True)
class MatchModel:
    """Weights in decibans.

    name: where not both addresses are known; name_at_address: where they are, and the name says less. fields: of each
    other field, its weight by what the comparison came to ("equal", "near", "different").
    """

    name: Curve
    name_at_address: Curve
    fields: dict[str, dict[str, float]]


@lru_cache(maxsize=1)
def match_model() -> MatchModel:
    """Return the model in the file beside this module."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    name, at_address = (
        Curve(tuple(data[key]["at"]), tuple(data[key]["points"])) for key in ("name", "name_at_address")
    )
    return MatchModel(name, at_address, fields=data["fitted"] | data["by_hand"])


def percent_of(points: float) -> int:
    """Return the probability that belongs to a sum of decibans, in percent, rounded."""
    bounded = max(-100.0, min(100.0, points))
    return round(100 / (1 + 10 ** (-bounded / 10)))
