"""1,000 leads placed with 500 partners, as the job does it: fits, the assignment, and the reasons of each."""

from __future__ import annotations

import importlib
import time
from random import Random
from typing import Any

from dealreg.leads.matching import Candidate, Limits, Wanted, fit_of
from dealreg.leads.planning import place
from partners.enums import Industry, Region
from partners.places import COUNTRIES_OF

LEADS, PARTNERS, MOST_SECONDS, ROUNDS = 1_000, 500, 2.0, 3
WEIGHTS = {"territory": 25, "skill": 25, "tier": 10, "capacity": 15, "conversion": 15, "answers": 10}
FAMILIES = ("Robots", "Sensors", "Fleet software", "Service plans")
REGIONS = list(Region)[:9]


def measure_leads() -> tuple[Any, bool]:
    """Measure the median of three rounds; returns the figures, and whether they held."""
    importlib.import_module("scipy.optimize")  # a worker loads it once
    rng = Random(20_261)
    leads, crowd = [_lead(rng) for _ in range(LEADS)], [_partner(rng, number) for number in range(PARTNERS)]
    limits = Limits(weights=WEIGHTS, most_open=10, fit_from=20)
    seconds, placed = [], 0
    for _round in range(ROUNDS):
        begun = time.perf_counter()
        found = place(leads, crowd, limits)
        told = [
            fit_of(lead, crowd[each.chosen], limits)
            for lead, each in zip(leads, found, strict=True)
            if each.chosen is not None
        ]
        seconds.append(time.perf_counter() - begun)
        placed = len(told)
    median = sorted(seconds)[ROUNDS // 2]
    held = median <= MOST_SECONDS and placed > 0
    print(f"  {'ok  ' if held else 'MISS'} {LEADS:,} leads x {PARTNERS} partners: {median:.2f} s, {placed} placed")
    figures = {"leads": LEADS, "partners": PARTNERS, "seconds": median, "placed": placed, "at_most": MOST_SECONDS}
    return figures, held


def _lead(rng: Random) -> Wanted:
    country = rng.choice(sorted(COUNTRIES_OF[rng.choice(REGIONS)]))
    families = tuple(rng.sample(FAMILIES, rng.randrange(3)))
    return Wanted(country=country, industry=rng.choice([*Industry.values, ""]), families=families)


def _partner(rng: Random, number: int) -> Candidate:
    region = rng.choice(REGIONS)
    accepted = rng.randrange(12)
    return Candidate(
        enrollment_id=number,
        partner_id=number,
        name=f"Partner {number}",
        country=rng.choice(sorted(COUNTRIES_OF[region])),
        regions=(region, rng.choice(REGIONS)),
        industries=tuple(rng.sample(Industry.values, 3)),
        products=tuple(rng.sample(FAMILIES, 2)),
        held=("Safety",) if rng.random() < 0.5 else (),
        rank=rng.randrange(5),
        ranks=4,
        open=rng.randrange(11),
        accepted=accepted,
        converted=rng.randrange(accepted + 1),
        refused=rng.randrange(8),
        last=rng.random(),
    )
