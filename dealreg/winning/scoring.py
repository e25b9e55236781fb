"""A deal's chance from a fitted model, by plain arithmetic, with what moves it most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dealreg.winning.features import (
    Scale,
    Snapshot,
    figures_of,
    relative_value_of,
    sigmoid,
    usual_days_of,
    win_rate_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_DRIVERS = 2
LEAST_DRIVE = 0.05
"""Log odds below which nothing is called a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A fitted model: log odds are `slope` × (intercept + sum of weight × figure) + `shift`; means: of the figures."""

    scale: Scale
    intercept: float
    weights: tuple[float, ...]
    means: tuple[float, ...]
    slope: float = 1.0
    shift: float = 0.0

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "scale": self.scale.as_data(),
            "intercept": self.intercept,
            "weights": list(self.weights),
            "means": list(self.means),
            "slope": self.slope,
            "shift": self.shift,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Weights:
        """Return it from JSON."""
        return cls(
            scale=Scale.from_data(data["scale"]),
            intercept=data["intercept"],
            weights=tuple(data["weights"]),
            means=tuple(data["means"]),
            slope=data["slope"],
            shift=data["shift"],
        )


@dataclass(frozen=True, slots=True)
class Chance:
    """A deal's chance in percent, 1 to 99, and its reasons: those that raise it most, then those that lower it most."""

    percent: int
    drivers: list[dict[str, Any]]


def chance_of(shot: Snapshot, model: Weights) -> Chance:
    """Return a deal's chance with its reasons."""
    figures = figures_of(shot, model.scale)
    odds = model.intercept + sum(weight * figure for weight, figure in zip(model.weights, figures, strict=True))
    share = sigmoid(model.slope * odds + model.shift)
    return Chance(min(max(round(share * 100), 1), 99), _drivers(shot, model, figures))


def _drivers(shot: Snapshot, model: Weights, figures: list[float]) -> list[dict[str, Any]]:
    """Return what moves the chance from that of a usual deal, the parts of one reason added up."""
    moved: dict[str, float] = {}
    for name, weight, figure, mean in zip(model.scale.names, model.weights, figures, model.means, strict=True):
        code = name.partition(".")[0]
        moved[code] = moved.get(code, 0.0) + model.slope * weight * (figure - mean)
    order = sorted(moved.items(), key=lambda pair: (-pair[1], pair[0]))
    up = [code for code, by in order if by > LEAST_DRIVE][:MOST_DRIVERS]
    down = [code for code, by in reversed(order) if by < -LEAST_DRIVE][:MOST_DRIVERS]
    said = facts_of(shot, model.scale)
    return [
        {"code": code, "up": code in up, "by": round(moved[code], 3), **said.get(code, {})} for code in (*up, *down)
    ]


def facts_of(shot: Snapshot, scale: Scale) -> dict[str, dict[str, Any]]:
    """Return the figures that the reasons name, by their code."""
    return {
        "stage": {"stage": shot.stage},
        "age": {"days": round(shot.days_in_stage), "usual": round(usual_days_of(shot, scale)), "stage": shot.stage},
        "amount": {"times": round(relative_value_of(shot, scale), 2)},
        "partner": {
            "won": shot.partner_won,
            "closed": shot.partner_closed,
            "rate": round(win_rate_of(shot, scale) * 100),
            "base": round(scale.base * 100),
        },
        "lead": {"is": shot.from_lead},
        "protected": {"is": shot.is_protected},
        "quiet": {"days": round(shot.quiet_days)},
        "product": {"families": [family for family in shot.families if family in scale.families]},
    }
