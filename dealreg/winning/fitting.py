"""Fitting the chance to win, in workers: logistic regression, calibrated and judged on deals that closed later.

The deals are split by the day on which they closed: the model is fitted on the oldest 60 %, calibrated (Platt 1999,
"Probabilistic outputs for support vector machines") on the next 20 %, and judged on the newest 20 %, which neither has
seen. What is used afterwards is fitted on the oldest 80 % and calibrated on the newest 20 %.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dealreg.winning.features import Scale, figures_of
from dealreg.winning.scoring import Weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dealreg.winning.history import Example

LEAST_CLOSED, LEAST_EACH = 200, 30
"""Closed deals below which nothing is fitted, and won and lost ones among them."""
LEAST_GAIN = 0.98
"""Of the base rate's Brier score: less of a gain may be chance."""
RIDGE = 2.0
BINS = 10
ROUNDS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """How the model did on deals that it hadn't seen. Brier scores: mean squared error; lower is better."""

    deals: int
    brier: float
    base_brier: float
    calibration_error: float
    bins: list[dict[str, float]]

    @property
    def helps(self) -> bool:
        """Whether it says more than the win rate alone."""
        return self.brier <= LEAST_GAIN * self.base_brier


def fit(examples: Sequence[Example], scale: Scale) -> tuple[Weights, Evaluation]:
    """Fit, calibrate and judge. `examples` in the order in which their deals closed, those of a deal together."""
    numpy = importlib.import_module("numpy")
    figures = numpy.array([figures_of(each.shot, scale) for each in examples])
    won = numpy.array([float(each.won) for each in examples])
    weight = numpy.array([each.weight for each in examples])
    first, second = _border(examples, 0.6), _border(examples, 0.8)
    tried = _calibrated(numpy, (figures, won, weight), first, second)
    judged = _judge(numpy, tried(figures[second:]), won[second:], weight[second:], won[:second], weight[:second])
    return _weights(numpy, (figures, won, weight), second, scale), judged


def _border(examples: Sequence[Example], share: float) -> int:
    """Return where the examples of the deal at a share of all begin: no deal is on both sides."""
    at = int(len(examples) * share)
    while 0 < at < len(examples) and examples[at].shot.deal == examples[at - 1].shot.deal:
        at += 1
    return at


def _calibrated(numpy: Any, data: tuple[Any, Any, Any], first: int, second: int) -> Any:
    """Return a function from figures to chances, fitted before `first` and calibrated between both."""
    figures, won, weight = data
    found = regress(numpy, figures[:first], won[:first], weight[:first], RIDGE)
    odds = _odds(figures[first:second], found)
    slope = _platt(numpy, odds, won[first:second], weight[first:second])
    return lambda rows: _share(numpy, slope[1] * _odds(rows, found) + slope[0])


def _weights(numpy: Any, data: tuple[Any, Any, Any], border: int, scale: Scale) -> Weights:
    figures, won, weight = data
    found = regress(numpy, figures[:border], won[:border], weight[:border], RIDGE)
    shift, slope = _platt(numpy, _odds(figures[border:], found), won[border:], weight[border:])
    means = numpy.average(figures, axis=0, weights=weight)
    return Weights(
        scale=scale,
        intercept=float(found[0]),
        weights=tuple(float(each) for each in found[1:]),
        means=tuple(float(each) for each in means),
        slope=float(slope),
        shift=float(shift),
    )


def regress(numpy: Any, figures: Any, won: Any, weight: Any, ridge: float) -> Any:
    """Return intercept and weights of a logistic regression with a ridge on the weights, by Newton's method."""
    rows = numpy.column_stack([numpy.ones(len(figures)), figures])
    found = numpy.zeros(rows.shape[1])
    penalty = numpy.full(rows.shape[1], ridge)
    penalty[0] = 1e-6
    for _round in range(ROUNDS):
        share = _share(numpy, rows @ found)
        slope = rows.T @ (weight * (share - won)) + penalty * found
        bend = (rows * (weight * share * (1 - share))[:, None]).T @ rows + numpy.diag(penalty)
        step = numpy.linalg.solve(bend, slope)
        found = found - step
        if numpy.abs(step).max() < 1e-8:
            break
    return found


def _platt(numpy: Any, odds: Any, won: Any, weight: Any) -> Any:
    """Return shift and slope that calibrate log odds. A slope that turns the order round is none: the mean is kept."""
    found = regress(numpy, odds[:, None], won, weight, 1e-3)
    return found if found[1] > 0 else numpy.array([_logit_of_mean(numpy, won, weight), 0.0])


def _logit_of_mean(numpy: Any, won: Any, weight: Any) -> float:
    mean = min(max(float(numpy.average(won, weights=weight)), 0.01), 0.99)
    return float(numpy.log(mean / (1 - mean)))


def _odds(figures: Any, found: Any) -> Any:
    return figures @ found[1:] + found[0]


def _share(numpy: Any, odds: Any) -> Any:
    return 1 / (1 + numpy.exp(-numpy.clip(odds, -30, 30)))


def _judge(numpy: Any, said: Any, won: Any, weight: Any, before: Any, before_weight: Any) -> Evaluation:
    base = numpy.average(before, weights=before_weight)
    order = numpy.argsort(said, kind="stable")
    bins, off = [], 0.0
    for part in numpy.array_split(order, BINS):
        if not len(part):
            continue
        mass = float(weight[part].sum())
        mean, seen = (float(numpy.average(each[part], weights=weight[part])) for each in (said, won))
        bins.append({"said": round(mean, 4), "won": round(seen, 4), "deals": round(mass, 1)})
        off += mass * abs(mean - seen)
    return Evaluation(
        deals=round(float(weight.sum())),
        brier=round(float(numpy.average((said - won) ** 2, weights=weight)), 5),
        base_brier=round(float(numpy.average((base - won) ** 2, weights=weight)), 5),
        calibration_error=round(off / float(weight.sum()), 5),
        bins=bins,
    )
