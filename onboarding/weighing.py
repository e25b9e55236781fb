"""Weights of criteria as what enrolled partners sold suggests them: non-negative ridge regression.

What each criterion is met to (0 to 1, as scores count it) explains what a partner sells per month. Sales are skewed and
often nothing, so that log(1 + sales / typical sales) is explained, typical being the median of those who sold. Weights
below zero make no profile: the regression keeps them at zero or above. The penalty is chosen by cross-validation; how
much is explained is measured on partners that neither the weights nor the penalty have seen (nested cross-validation:
Stone 1974, Varma and Simon 2006).

Only workers come here: the library is loaded by name, when it is needed.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

FEWEST = 30
"""So many partners are needed at least."""
FOLDS = 5
PENALTIES = tuple(10 ** (step / 2) for step in range(-4, 7))
SEED = 20_261


@dataclass(frozen=True, slots=True)
class Weighed:
    """What came out. explained: R² on unseen partners, at most 1, below 0 where the mean would be the better guess.

    effects: by criterion, None where all partners are alike in it, so that nothing can be told. None as a whole where
    there are too few partners.
    """

    sample: int
    explained: float | None = None
    penalty: float | None = None
    effects: tuple[float | None, ...] = ()


def weigh(met: Sequence[Sequence[float]], sold: Sequence[float]) -> Weighed:
    """Return how much each criterion counts for what was sold.

    Args:
        met: for each partner, how far it meets each criterion, 0 to 1. sold: what each sold per month, 0 or more.
    """
    if len(met) < FEWEST or not any(sold):
        return Weighed(len(met))
    numpy = importlib.import_module("numpy")
    known, target = numpy.asarray(met, dtype=float), _target(numpy, sold)
    varied = known.std(axis=0) > 1e-9
    if not varied.any() or target.std() < 1e-9:
        return Weighed(len(met))
    columns = known[:, varied]
    penalty = _penalty(numpy, columns, target, SEED)
    fitted = iter(_fit(numpy, columns, target, penalty)[0])
    effects = tuple(float(next(fitted)) if each else None for each in varied)
    return Weighed(len(met), _explained(numpy, columns, target), penalty, effects)


def _target(numpy: Any, sold: Sequence[float]) -> Any:
    amounts = numpy.clip(numpy.asarray(sold, dtype=float), 0, None)
    return numpy.log1p(amounts / numpy.median(amounts[amounts > 0]))


def _fit(numpy: Any, columns: Any, target: Any, penalty: float) -> tuple[Any, float]:
    """Return weights of zero and above, and the level without any of them.

    Ridge regression is least squares with one more row per weight, which pulls it to zero (Hoerl and Kennard 1970); the
    level isn't pulled, since both sides are centred. Solved by Lawson and Hanson's active set (1974), as SciPy has it.
    """
    solve = importlib.import_module("scipy.optimize").nnls
    middle, level, size = columns.mean(axis=0), target.mean(), columns.shape[1]
    rows = numpy.vstack([columns - middle, penalty**0.5 * numpy.eye(size)])
    weights, _rest = solve(rows, numpy.concatenate([target - level, numpy.zeros(size)]))
    return weights, level - middle @ weights


def _folds(numpy: Any, count: int, seed: int) -> list[Any]:
    """Return five random parts, each row in one."""
    found: list[Any] = numpy.array_split(numpy.random.default_rng(seed).permutation(count), FOLDS)
    return found


def _guessed(numpy: Any, columns: Any, target: Any, test: Any, penalty: float) -> Any:
    """Return what a fit on all other rows says of the rows of a part."""
    learn = numpy.setdiff1d(numpy.arange(len(target)), test)
    weights, level = _fit(numpy, columns[learn], target[learn], penalty)
    return columns[test] @ weights + level


def _penalty(numpy: Any, columns: Any, target: Any, seed: int) -> float:
    """Return the penalty with the smallest error on parts that were left out; of equals the largest."""
    folds = _folds(numpy, len(target), seed)
    errors = {
        penalty: sum(((target[test] - _guessed(numpy, columns, target, test, penalty)) ** 2).sum() for test in folds)
        for penalty in PENALTIES
    }
    least = min(errors.values())
    return max(penalty for penalty, error in errors.items() if error <= least * (1 + 1e-9))


def _explained(numpy: Any, columns: Any, target: Any) -> float:
    """Return R² over all partners, each guessed by a fit that chose penalty and weights without it."""
    missed = spread = 0.0
    for test in _folds(numpy, len(target), SEED + 1):
        learn = numpy.setdiff1d(numpy.arange(len(target)), test)
        penalty = _penalty(numpy, columns[learn], target[learn], SEED)
        guess = _guessed(numpy, columns, target, test, penalty)
        missed += float(((target[test] - guess) ** 2).sum())
        spread += float(((target[test] - target[learn].mean()) ** 2).sum())
    return 1 - missed / spread
