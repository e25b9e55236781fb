"""How well matching finds the same customer again, measured on a list whose truth is known.

Pairs go the way of a registration: candidates by equality on the real keys, then the real score. A pair is true if its
`true_id` is equal; one that shares no key counts as missed. Half of a list is told by a hash of `true_id`, so that all
records of an organisation are on one side.
"""

from __future__ import annotations

import csv
import hashlib
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

from accounts.candidate_keys import match_keys
from accounts.identities import Identity
from accounts.matching import STANDARD, Band, Match, Ruling, compare
from accounts.registers import registry_key, vat_key
from prm.kernel.domains import registrable_domain

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = ("name", "country", "phone", "postcode", "city", "address", "registry_number", "vat")
SPLITS = ("all", "training", "held-out")
EVEN = 50
"""From this score on a pair is likelier one than not."""
BINS = 10
RULED = 20
"""Decibans that a strict rule is worth when pairs are ranked: 99 %."""

Pair = tuple[int, int]


class NotMeasurable(Exception):
    """The list can't be measured; the message says why."""


@dataclass(frozen=True, slots=True)
class Records:
    """Customers as written, with the ids of who they truly are."""

    identities: list[Identity]
    true_ids: list[str]

    def true_pairs(self) -> set[Pair]:
        """Return the pairs that are one organisation."""
        members: dict[str, list[int]] = defaultdict(list)
        for at, true_id in enumerate(self.true_ids):
            members[true_id].append(at)
        return {pair for rows in members.values() for pair in combinations(rows, 2)}


def read_records(path: Path, split: str = "all") -> Records:
    """Return the records in a CSV file with `true_id` and `name`, or a split of them.

    Raises:
        NotMeasurable: it lacks a column, or holds no two records.
    """
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        reader = csv.DictReader(file)
        missing = [column for column in ("true_id", "name") if column not in (reader.fieldnames or ())]
        if missing:
            raise NotMeasurable(f"The file has no column {' and no column '.join(missing)}.")
        rows = [row for row in reader if row["true_id"] and in_split(row["true_id"], split)]
    if len(rows) < 2:
        raise NotMeasurable("There are no two records with a true_id to compare.")
    return Records([identity_of(row) for row in rows], [row["true_id"] for row in rows])


def identity_of(row: dict[str, str]) -> Identity:
    """Return a row of a list as the matcher takes it; a website may stand under `website` or `domain`."""
    values = {name: (row.get(name) or "").strip() for name in FIELDS}
    return Identity(**values, domain=(row.get("domain") or row.get("website") or "").strip())


def in_split(true_id: str, split: str) -> bool:
    """Whether an organisation is in a split: its id's hash is even for training, odd for the held-out half."""
    odd = hashlib.sha256(true_id.encode()).digest()[0] & 1
    return split == "all" or (split == "held-out") == bool(odd)


def candidate_pairs(identities: Sequence[Identity]) -> set[Pair]:
    """Return the pairs that share a key."""
    rows: dict[str, list[int]] = defaultdict(list)
    for at, identity in enumerate(identities):
        for key in match_keys(identity):
            rows[key].append(at)
    return {pair for members in rows.values() for pair in combinations(members, 2)}


# --- figures ---------------------------------------------------------------------------------------------------------


def figures(found: int, right: int, true: int) -> dict[str, float]:
    """Return precision, recall and F1 of `found` pairs, `right` of which are among the `true` ones."""
    precision = right / found if found else 1.0
    recall = right / true if true else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4), "pairs": found}


def recall_at(precision: float, ranked: Sequence[tuple[float, bool]], true: int) -> float:
    """Return the highest recall at which precision is still reached, over thresholds on the score.

    ranked: the score of each pair and whether it is true.
    """
    tally: dict[float, list[int]] = defaultdict(lambda: [0, 0])
    for score, is_true in ranked:
        tally[score][0] += 1
        tally[score][1] += is_true
    found = right = 0
    best = 0.0
    for score in sorted(tally, reverse=True):
        found, right = found + tally[score][0], right + tally[score][1]
        if right >= precision * found:
            best = max(best, right / true if true else 1.0)
    return round(best, 4)


def calibration_error(judged: Sequence[tuple[int, bool]]) -> float:
    """Return the expected calibration error: how far scores are from the share that came true, weighted by pairs.

    In ten bins of equal width (Naeini, Cooper, Hauskrecht 2015). judged: score in percent, and whether it is true.
    """
    bins: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for score, is_true in judged:
        bins[min(BINS - 1, score * BINS // 100)].append((score, is_true))
    gaps = (abs(sum(score for score, _ in held) / 100 - sum(true for _, true in held)) for held in bins.values())
    return round(sum(gaps) / len(judged), 4) if judged else 0.0


def by_organisation(records: Records, found: set[Pair], true: set[Pair]) -> dict[str, float]:
    """Return precision, recall and F1 as the mean over organisations that have two records or more.

    An organisation's found pairs are those with one of its records in them.
    """
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one, other in true:
        counts[records.true_ids[one]]["true"] += 1
        counts[records.true_ids[one]]["right"] += (one, other) in found
    for pair in found:
        for true_id in {records.true_ids[at] for at in pair}:
            counts[true_id]["found"] += 1
    each = [figures(of["found"], of["right"], of["true"]) for of in counts.values() if of["true"]]
    mean = {name: sum(of[name] for of in each) / len(each) for name in ("precision", "recall", "f1")} if each else {}
    return {name: round(value, 4) for name, value in mean.items()} | {"organisations": len(each)}


@dataclass(slots=True)
class Judged:
    """Candidates with their matches, and the truth."""

    records: Records
    true: set[Pair]
    matches: dict[Pair, Match]
    seconds: dict[str, float] = field(default_factory=dict)

    def at(self, *, score: int = 0, bands: tuple[Band, ...] = tuple(Band)) -> set[Pair]:
        """Return the pairs from a score on, in one of the bands."""
        return {pair for pair, match in self.matches.items() if match.score >= score and match.band in bands}

    def figures(self, found: set[Pair]) -> dict[str, float]:
        """Return the figures of found pairs."""
        return figures(len(found), len(found & self.true), len(self.true))

    def ranked(self) -> Iterator[tuple[float, bool]]:
        """Yield each candidate's decibans, and whether it is true."""
        for pair, match in self.matches.items():
            ruled = match.ruling is Ruling.SAME
            yield float(max(match.points, RULED) if ruled else match.points), pair in self.true

    def recall_of_sure(self, attribute: str) -> float | None:
        """Return how many true pairs with an equal domain or number are *same*; None where there are none."""
        values = [_SURE[attribute](identity) for identity in self.records.identities]
        sure = {pair for pair in self.true if values[pair[0]] and values[pair[0]] == values[pair[1]]}
        return round(len(sure & self.at(bands=(Band.SAME,))) / len(sure), 4) if sure else None


_SURE: dict[str, Callable[[Identity], str]] = {
    "domain": lambda identity: registrable_domain(identity.domain),
    "registry_number": lambda identity: registry_key(identity.registry_number, identity.country),
    "vat": lambda identity: vat_key(identity.vat, identity.country),
}


def judge(records: Records) -> Judged:
    """Find candidates and score them, with the seconds that each took."""
    started = time.perf_counter()
    pairs = sorted(candidate_pairs(records.identities))
    keyed = time.perf_counter()
    matches = {pair: compare(records.identities[pair[0]], records.identities[pair[1]]) for pair in pairs}
    done = time.perf_counter()
    seconds = {"keys": round(keyed - started, 3), "scores": round(done - keyed, 3)}
    return Judged(records, records.true_pairs(), matches, seconds | {"total": round(done - started, 3)})


def report_of(records: Records) -> dict[str, Any]:
    """Return what `manage.py evaluate_matching` prints. Its head counts pairs that are likelier one than not."""
    judged = judge(records)
    likely = judged.at(score=EVEN)
    ranked = list(judged.ranked())
    micro = judged.figures(likely)
    return {
        "records": len(records.identities),
        "organisations": len(set(records.true_ids)),
        "true_pairs": len(judged.true),
        "candidates": len(judged.matches),
        **{name: micro[name] for name in ("precision", "recall", "f1")},
        "micro": micro,
        "macro": by_organisation(records, likely, judged.true),
        "bands": {
            "same": judged.figures(judged.at(bands=(Band.SAME,))),
            "review_or_same": judged.figures(judged.at(bands=(Band.SAME, Band.REVIEW))),
            "same_from": STANDARD.same_from,
            "review_from": STANDARD.review_from,
        },
        "recall_at_precision_99": recall_at(0.99, ranked, len(judged.true)),
        "recall_at_precision_98": recall_at(0.98, ranked, len(judged.true)),
        "candidate_recall": round(len(judged.true & judged.matches.keys()) / len(judged.true), 4)
        if judged.true
        else None,
        "same_domain_recall": judged.recall_of_sure("domain"),
        "same_registry_number_recall": judged.recall_of_sure("registry_number"),
        "same_vat_recall": judged.recall_of_sure("vat"),
        "expected_calibration_error": calibration_error(
            [(match.score, pair in judged.true) for pair, match in judged.matches.items()]
        ),
        "seconds": judged.seconds["total"],
        "seconds_each": judged.seconds,
        "compare_us": round(1e6 * judged.seconds["scores"] / max(1, len(judged.matches)), 1),
    }
