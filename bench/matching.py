"""Measure matching on a CSV with `true_id` and `name`, and whichever of the other fields it has.

    python bench/matching.py FILE.csv

Reads `true_id,name[,address,postcode,phone,website,country,city]` and prints JSON: precision, recall and F1 over all
pairs of records at the two bands, the best F1 and the recall where precision is .99, how many true pairs share a key,
keys per record, rows per key, microseconds per call. Without `true_id` it prints the pairs found instead.
"""

import argparse
import csv
import json
import sys
import time
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django
from django.conf import settings

from accounts.matching import REVIEW_FROM, SAME_FROM, Identity, compare, match_keys


def read_rows(path: Path) -> tuple[list[Identity], list[str]]:
    """Return the identities in the file and their true ids ('' where the file has none)."""
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        rows = list(csv.DictReader(file))
    fields = ("name", "country", "phone", "postcode", "city", "address")
    identities = [
        Identity(**{field: row.get(field) or "" for field in fields}, domain=row.get("website") or "") for row in rows
    ]
    return identities, [row.get("true_id") or "" for row in rows]


def figures(found: int, right: int, true: int) -> dict[str, float]:
    """Return precision, recall and F1 of `found` pairs, `right` of which are among the `true` ones."""
    precision = right / found if found else 1.0
    recall = right / true if true else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4), "pairs": found}


def sweep(scores: Counter[int], right: Counter[int], true: int) -> dict[str, Any]:
    """Return the figures at both bands, the best F1, and the best recall at a precision of .99 or more."""
    at = {
        floor: figures(
            sum(n for score, n in scores.items() if score >= floor),
            sum(n for score, n in right.items() if score >= floor),
            true,
        )
        for floor in range(1, 101)
    }
    best = max(at, key=lambda floor: at[floor]["f1"])
    precise = [floor for floor in at if at[floor]["precision"] >= 0.99 and at[floor]["pairs"]]
    return {
        "same": at[SAME_FROM],
        "review": at[REVIEW_FROM],
        "best_f1": {"from": best, **at[best]},
        "recall_at_precision_99": max((at[floor]["recall"] for floor in precise), default=0.0),
    }


def shared_key_pairs(keys: list[frozenset[str]]) -> tuple[set[tuple[int, int]], dict[str, list[int]]]:
    """Return the pairs of rows that share a key, and the rows of each key."""
    rows: dict[str, list[int]] = defaultdict(list)
    for index, found in enumerate(keys):
        for key in found:
            rows[key].append(index)
    return {pair for members in rows.values() for pair in combinations(members, 2)}, rows


def score_pairs(
    identities: list[Identity], true_ids: list[str], candidates: set[tuple[int, int]]
) -> tuple[dict[str, Any], float]:
    """Return the figures over all pairs and over candidates only, and the microseconds per `compare`."""
    scores: Counter[int] = Counter()
    right: Counter[int] = Counter()
    through_keys: Counter[int] = Counter()
    right_through_keys: Counter[int] = Counter()
    spent = 0.0
    count = 0
    for pair in combinations(range(len(identities)), 2):
        started = time.perf_counter()
        score = compare(identities[pair[0]], identities[pair[1]]).score
        spent += time.perf_counter() - started
        count += 1
        same = true_ids[pair[0]] == true_ids[pair[1]]
        scores[score] += 1
        right[score] += same
        if pair in candidates:
            through_keys[score] += 1
            right_through_keys[score] += same
    true = right.total()
    return (
        {
            "true_pairs": true,
            "candidate_recall": round(right_through_keys.total() / true, 4) if true else None,
            "candidate_share_of_pairs": round(len(candidates) / count, 4),
            "review_pairs_without_key": sum(
                n - through_keys[score] for score, n in scores.items() if score >= REVIEW_FROM
            ),
            "all_pairs": sweep(scores, right, true),
            "through_keys": sweep(through_keys, right_through_keys, true),
        },
        1e6 * spent / count,
    )


def found_pairs(identities: list[Identity], candidates: set[tuple[int, int]], limit: int) -> dict[str, Any]:
    """Return how many candidates land in each band, and the highest-scoring ones with their sentence."""
    matches = [(compare(identities[a], identities[b]), identities[a], identities[b]) for a, b in sorted(candidates)]
    kept = sorted((m for m in matches if m[0].score >= REVIEW_FROM), key=lambda m: -m[0].score)
    return {
        "bands": Counter(m[0].band.value for m in matches),
        "highest": [
            {"score": m.score, "left": [a.name, a.country], "right": [b.name, b.country], "why": m.why}
            for m, a, b in kept[:limit]
        ],
    }


def main() -> None:
    """Print the figures for one file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--show", type=int, default=40, help="how many found pairs to print without true_id")
    arguments = parser.parse_args()
    if not arguments.file.is_file():
        sys.exit(f"{arguments.file} is not there; matching is measured on a file that you name.")
    if not settings.configured:
        settings.configure(USE_I18N=False)
        django.setup()
    identities, true_ids = read_rows(arguments.file)
    started = time.perf_counter()
    keys = [match_keys(identity) for identity in identities]
    per_keys = 1e6 * (time.perf_counter() - started) / max(1, len(identities))
    candidates, rows = shared_key_pairs(keys)
    result: dict[str, Any] = {
        "file": arguments.file.name,
        "records": len(identities),
        "keys_per_record": {"mean": round(sum(map(len, keys)) / len(keys), 1), "max": max(map(len, keys))},
        "max_rows_per_key": {key: len(rows[key]) for key in sorted(rows, key=lambda k: -len(rows[k]))[:5]},
        "match_keys_us": round(per_keys, 1),
    }
    if any(true_ids):
        measured, per_compare = score_pairs(identities, true_ids, candidates)
        result |= {"compare_us": round(per_compare, 1), **measured}
    else:
        result |= found_pairs(identities, candidates, arguments.show)
    print(json.dumps(result, indent=2, default=str, ensure_ascii=False))


if __name__ == "__main__":
    main()
