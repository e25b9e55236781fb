"""Many leads at once: who gets which, so that the fit of all together is as high as can be within free capacity.

The assignment problem, where each partner stands as often as it has room (Kuhn 1955; solved by the shortest augmenting
paths of Jonker and Volgenant 1987, in the rectangular form of Crouse 2016, as SciPy has it). Exact: no other way of
giving the leads out has a higher sum. Only workers come here: the libraries are loaded by name, when they are needed.
"""

from __future__ import annotations

import importlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dealreg.leads.matching import (
    CODES,
    Candidate,
    Limits,
    Wanted,
    own_credits,
    skill,
    territory,
)


@dataclass(frozen=True, slots=True)
class Placed:
    """What was chosen for a lead: places in the lists, None for nobody. best: whom it fits best, taken or not."""

    chosen: int | None
    best: int | None


def place(
    leads: Sequence[Wanted],
    candidates: Sequence[Candidate],
    limits: Limits,
    barred: Mapping[int, Collection[int]] | None = None,
) -> list[Placed]:
    """Return whom each lead should go to.

    Args:
        barred: by a lead's place, enrollments that can't have it: who was asked before.
    """
    if not leads or not candidates:
        return [Placed(None, None) for _lead in leads]
    numpy = importlib.import_module("numpy")
    fits = fit_matrix(numpy, leads, candidates, limits)
    at = {candidate.enrollment_id: number for number, candidate in enumerate(candidates)}
    for row, enrollments in (barred or {}).items():
        fits[row, [at[pk] for pk in enrollments if pk in at]] = 0
    chosen = assign(numpy, fits, [max(0, limits.most_open - each.open) for each in candidates])
    best = fits.argmax(axis=1)
    return [Placed(chosen.get(row), int(best[row]) if fits[row, best[row]] > 0 else None) for row in range(len(leads))]


def fit_matrix(numpy: Any, leads: Sequence[Wanted], candidates: Sequence[Candidate], limits: Limits) -> Any:
    """Return the fit of every lead with every candidate, 0 where no rule may choose it.

    The same as `matching.fit_of`, computed once for each country and each set of industry and products.
    """
    whole = sum(limits.weights.get(code, 0) for code in CODES)
    weight = {code: 100 * limits.weights.get(code, 0) / whole for code in CODES}
    own = [own_credits(each, limits) for each in candidates]
    base = numpy.array([sum(weight[code] * met[code] for code in met) for met in own])
    room = numpy.array([met["capacity"] > 0 for met in own])
    places, skills = _rows(numpy, leads, candidates)
    country, know = places
    reached = country[skills[0]]
    fits = base + weight["territory"] * reached + weight["skill"] * know[skills[1]]
    # Two decimals of noise from adding floats must not decide between equals.
    fits = fits.round(6)
    # What shows as 30 is 30: limits speak of whole points.
    able = (reached > 0) & room & (numpy.rint(fits) >= limits.fit_from)
    return numpy.where(able, numpy.maximum(fits, 1e-6), 0.0)


def _rows(numpy: Any, leads: Sequence[Wanted], candidates: Sequence[Candidate]) -> tuple[tuple[Any, Any], Any]:
    countries = sorted({lead.country for lead in leads})
    asked = sorted({(lead.industry, lead.families) for lead in leads})
    country = numpy.array([[territory(each, candidate) for candidate in candidates] for each in countries])
    know = numpy.array([[skill(industry, families, each) for each in candidates] for industry, families in asked])
    place_of = {each: number for number, each in enumerate(countries)}
    skill_of = {each: number for number, each in enumerate(asked)}
    rows = (
        numpy.array([place_of[lead.country] for lead in leads]),
        numpy.array([skill_of[(lead.industry, lead.families)] for lead in leads]),
    )
    return (country, know), rows


def assign(numpy: Any, fits: Any, room: Sequence[int]) -> dict[int, int]:
    """Return for each row the column that it gets, those that get none left out.

    Args:
        fits: rows by columns, 0 where it may not be. room: how many rows each column takes at most.
    """
    solve = importlib.import_module("scipy.optimize").linear_sum_assignment
    wanted = (fits > 0).sum(axis=0)
    copies = numpy.minimum(numpy.asarray(room), wanted)
    columns = numpy.repeat(numpy.arange(fits.shape[1]), copies)
    if not len(columns):
        return {}
    rows, taken = solve(fits[:, columns], maximize=True)
    found = ((int(row), int(columns[place])) for row, place in zip(rows, taken, strict=True))
    return {row: column for row, column in found if fits[row, column] > 0}
