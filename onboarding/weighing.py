"""Weights of criteria as what enrolled partners sold suggests them: non-negative ridge regression.

What each criterion is met to (0 to 1, as scores count it) explains what a partner sells per month. Sales are skewed and
often nothing, so that log(1 + sales / typical sales) is explained, typical being the median of those who sold. Weights
below zero make no profile: the regression keeps them at zero or above (ridge: Hoerl and Kennard 1970; the constraint:
Slawski and Hein 2013). The penalty is chosen by k-fold cross-validation; how much is explained is measured on partners
that neither the weights nor the penalty have seen (nested cross-validation: Stone 1974, Varma and Simon 2006).

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
    penalty = _penalty(columns, target)
    fitted = iter(_ridge(penalty).fit(columns, target).coef_)
    effects = tuple(max(0.0, float(next(fitted))) if each else None for each in varied)
    return Weighed(len(met), _explained(numpy, columns, target), penalty, effects)


def _target(numpy: Any, sold: Sequence[float]) -> Any:
    amounts = numpy.clip(numpy.asarray(sold, dtype=float), 0, None)
    return numpy.log1p(amounts / numpy.median(amounts[amounts > 0]))


def _ridge(penalty: float) -> Any:
    return importlib.import_module("sklearn.linear_model").Ridge(alpha=penalty, positive=True)


def _folds(seed: int) -> Any:
    return importlib.import_module("sklearn.model_selection").KFold(FOLDS, shuffle=True, random_state=seed)


def _penalty(columns: Any, target: Any) -> float:
    """Return the penalty with the smallest error on parts that were left out; of equals the largest."""
    choosing = importlib.import_module("sklearn.model_selection")
    scores = {
        penalty: choosing.cross_val_score(
            _ridge(penalty), columns, target, cv=_folds(SEED), scoring="neg_mean_squared_error"
        ).mean()
        for penalty in PENALTIES
    }
    best = max(scores.values())
    return max(penalty for penalty, score in scores.items() if score >= best - 1e-12)


def _explained(numpy: Any, columns: Any, target: Any) -> float:
    """Return R² over all partners, each predicted by a fit that chose penalty and weights without it."""
    guess, mean = numpy.empty_like(target), numpy.empty_like(target)
    for learn, test in _folds(SEED + 1).split(columns):
        penalty = _penalty(columns[learn], target[learn])
        guess[test] = _ridge(penalty).fit(columns[learn], target[learn]).predict(columns[test])
        mean[test] = target[learn].mean()
    return float(1 - ((target - guess) ** 2).sum() / ((target - mean) ** 2).sum())
