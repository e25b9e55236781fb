"""Measure whether spelling variants of real company names are found and recognised.

    python bench/matching_variants.py FILE.csv

Reads `name,country` and writes each name as somebody else might (always the same way: the seed is fixed). For each
kind of variant, with the country equal, unknown or another, it prints the share of names for which the original shares
a key (`key`), shares one and is at least *review* (`review`), and is then also the best of its candidates
(`first`).
"""

import argparse
import csv
import json
import random
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django
from django.conf import settings

from accounts.candidate_keys import match_keys
from accounts.evaluating import identity_of
from accounts.identities import Identity
from accounts.matching import STANDARD, compare
from accounts.naming import normalise_name
from accounts.vocabulary import WEIGHTS

FORMS = (" GmbH", " AG", " Ltd", " B.V.", " S.A.", "")
ADDITIONS = ("Europe", "International", "Services", "Deutschland GmbH", "Holding", "Systems")

chance = random.Random(5)


def slip(name: str) -> str:
    """Return the name with a letter dropped, added, replaced or swapped in the longer of its first two words."""
    words = name.split()
    if not words:
        return name
    at = max(range(min(2, len(words))), key=lambda index: len(words[index]))
    word = words[at]
    place, letter = chance.randrange(len(word)), chance.choice("aeioustnrl")
    before, here, after = word[:place], word[place], word[place + 1 :]
    words[at] = chance.choice(
        (before + after, before + letter + here + after, before + letter + after, before + after[:1] + here + after[1:])
    )
    return " ".join(words)


def shuffled(name: str) -> str:
    """Return the words of the name's core in another order."""
    words = normalise_name(name).split()
    return " ".join(chance.sample(words, len(words)))


def shortened(name: str) -> str:
    """Return the name's core without words like "International"."""
    words = normalise_name(name).split()
    return " ".join([word for word in words if WEIGHTS.get(word, 1.0) >= 0.5] or words)


VARIANTS: dict[str, Callable[[str], str]] = {
    "another legal form": lambda name: normalise_name(name) + chance.choice(FORMS),
    "upper case, hyphens": lambda name: normalise_name(name).upper().replace(" ", "-"),
    "joined": lambda name: normalise_name(name).replace(" ", ""),
    "another order": shuffled,
    "generic words dropped": shortened,
    "last word dropped": lambda name: " ".join(normalise_name(name).split()[:-1]) or name,
    "a word added": lambda name: f"{normalise_name(name)} {chance.choice(ADDITIONS)}",
    "one slip": slip,
    "one slip, another form": lambda name: slip(normalise_name(name)) + " SA",
    "two slips": lambda name: slip(slip(name)),
}


def measure(identities: list[Identity], vary: Callable[[str], str], country: str | None) -> dict[str, float]:
    """Return the shares for one kind of variant; `country` None keeps the original's."""
    rows: dict[str, set[int]] = defaultdict(set)
    for index, identity in enumerate(identities):
        for key in match_keys(identity):
            rows[key].add(index)
    counted = {"key": 0, "review": 0, "first": 0}
    for index, identity in enumerate(identities):
        typed = Identity(vary(identity.name), identity.country if country is None else country)
        candidates = {row for key in match_keys(typed) for row in rows.get(key, ())}
        if index not in candidates:
            continue
        score = compare(typed, identity).score
        seen = score >= STANDARD.review_from
        counted["key"] += 1
        counted["review"] += seen
        counted["first"] += seen and score == max(compare(typed, identities[row]).score for row in candidates)
    return {kind: round(count / len(identities), 3) for kind, count in counted.items()}


def main() -> None:
    """Print the shares for one file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    arguments = parser.parse_args()
    if not arguments.file.is_file():
        sys.exit(f"{arguments.file} is not there; matching is measured on a file that you name.")
    if not settings.configured:
        settings.configure(USE_I18N=False)
        django.setup()
    with arguments.file.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        identities = [identity_of(row) for row in csv.DictReader(file)]
    countries = {"same country": None, "country unknown": "", "another country": "Atlantis"}
    result = {
        label: {kind: measure(identities, vary, country) for kind, vary in VARIANTS.items()}
        for label, country in countries.items()
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
