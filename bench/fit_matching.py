"""Fit the weights of the matching score to lists whose truth is known, and write `accounts/match_model.json`.

    python bench/fit_matching.py LIST.csv … [--apart COMPANIES.csv]

Each list has `true_id`, `name` and any of the fields of `manage.py evaluate_matching`; only its training half is read.
`--apart` names companies that are all different ones: every candidate among them is a false pair, and counts `APART`
times, because such pairs are what a vendor's own accounts mostly hold. The model is a logistic regression with an L2
penalty over what `compare` observes; a name's points may only rise with similarity. Web workers never load this.
"""

import argparse
import csv
import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django
import numpy as np
from django.conf import settings
from scipy.optimize import minimize

from accounts.evaluating import Records, candidate_pairs, identity_of, in_split, read_records
from accounts.match_model import FILE
from accounts.matching import Reason, compare

KNOTS = (0.0, 0.3, 0.45, 0.55, 0.62, 0.7, 0.8, 0.9, 0.96, 1.0)
APART = 2.0
PENALTY = 2.0
"""Of a weight in nats, squared; the base rate is hardly held back."""
DECIBANS = 10 / np.log(10)
FITTED = ("phone", "address")
CURVES = {"alone": "name", "at address": "name_at_address"}

BY_HAND: dict[str, dict[str, float]] = {
    "country": {"equal": 3, "different": -7},
    "domain": {"equal": 40, "near": 8, "different": -5},
    "postcode": {"equal": 4, "different": -4},
    "city": {"equal": 2, "different": -3},
    "registry": {"equal": 40, "different": -15},
    "vat": {"equal": 40, "different": -15},
    "common_name": {"equal": -5},
}
"""Weights of what no list at hand can tell, set by judgement."""


def observed(reasons: tuple[Reason, ...]) -> dict[str, float]:
    """Return what a comparison saw, by column: how far the name climbed over each knot, and each field's outcome."""
    name, others = reasons[0], reasons[1:]
    columns = {f"{name.outcome}|base": 1.0}
    for low, high in pairwise(KNOTS):
        columns[f"{name.outcome}|{high}"] = float(np.clip((name.similarity - low) / (high - low), 0, 1))
    for reason in others:
        if reason.field in FITTED:
            columns[f"{reason.field}|{reason.outcome}"] = 1.0
    return columns


def examples(records: Records, weight: float) -> list[tuple[dict[str, float], bool, float]]:
    """Return each candidate pair as columns, with its truth and its weight."""
    found = []
    for one, other in sorted(candidate_pairs(records.identities)):
        match = compare(records.identities[one], records.identities[other])
        found.append((observed(match.reasons), records.true_ids[one] == records.true_ids[other], weight))
    return found


def read_apart(path: Path) -> Records:
    """Return the training half of companies that are all different ones."""
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        rows = [row for row in csv.DictReader(file) if in_split(row["name"], "training")]
    # Without the country, whose weight is set by hand and would be double counted.
    identities = [identity_of({"name": row["name"]}) for row in rows]
    return Records(identities, [row["name"] + str(at) for at, row in enumerate(rows)])


def fit(data: list[tuple[dict[str, float], bool, float]]) -> dict[str, float]:
    """Return the weight of each column, in decibans."""
    columns = sorted({column for seen, _true, _weight in data for column in seen})
    place = {column: at for at, column in enumerate(columns)}
    matrix = np.zeros((len(data), len(columns)))
    for row, (seen, _true, _weight) in enumerate(data):
        for column, value in seen.items():
            matrix[row, place[column]] = value
    truth = np.array([float(true) for _seen, true, _weight in data])
    weights = np.array([weight for _seen, _true, weight in data])
    penalty = np.array([0.02 if column.endswith("|base") else PENALTY for column in columns])
    rising = [
        (0, None) if column.startswith(("alone|0", "alone|1", "at address|")) else (None, None) for column in columns
    ]
    bounds = [
        (None, None) if column.endswith("|base") else bound for column, bound in zip(columns, rising, strict=True)
    ]

    def loss(beta: Any) -> tuple[float, Any]:
        odds = matrix @ beta
        value = (weights * (np.logaddexp(0, odds) - truth * odds)).sum() + 0.5 * (penalty * beta * beta).sum()
        return value, matrix.T @ (weights * (1 / (1 + np.exp(-odds)) - truth)) + penalty * beta

    solved = minimize(
        loss, np.zeros(len(columns)), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 5000}
    )
    return {column: float(value) * DECIBANS for column, value in zip(columns, solved.x, strict=True)}


def model_of(weights: dict[str, float]) -> dict[str, Any]:
    """Return the model as the file holds it."""
    model: dict[str, Any] = {
        "about": "Weights in decibans, written by bench/fit_matching.py; see docs/explanation/matching.md. Do not edit.",
    }
    for outcome, name in CURVES.items():
        steps = [weights[f"{outcome}|base"], *(weights[f"{outcome}|{knot}"] for knot in KNOTS[1:])]
        model[name] = {"at": list(KNOTS), "points": [round(float(total), 2) for total in np.cumsum(steps)]}
    fitted: dict[str, dict[str, float]] = {field: {} for field in FITTED}
    for column, value in weights.items():
        field, _, outcome = column.partition("|")
        if field in fitted:
            fitted[field][outcome] = round(value, 2)
    return {**model, "fitted": fitted, "by_hand": BY_HAND}


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--apart", type=Path)
    arguments = parser.parse_args()
    if not settings.configured:
        settings.configure(USE_I18N=False)
        django.setup()
    data = [example for file in arguments.files for example in examples(read_records(file, "training"), 1.0)]
    if arguments.apart:
        data += examples(read_apart(arguments.apart), APART)
    FILE.write_text(json.dumps(model_of(fit(data)), indent=1) + "\n", encoding="utf-8")
    print(f"{len(data)} pairs, {sum(true for _seen, true, _weight in data)} of them one organisation: {FILE.name}")


if __name__ == "__main__":
    main()
