"""What the chance to win is judged by: what was known of a deal at a moment, as figures. Pure, without numpy."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, log, log1p, log2
from typing import TYPE_CHECKING, Any

from dealreg.enums import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

SHRINK_BY = 8
"""A partner's win rate counts as if this many deals more had gone as the vendor's deals go on the whole."""
SMALL, LARGE = 0.5, 2.0
"""Below half the usual value a deal is small, above twice it large."""
USUAL_DAYS = 21.0
"""How long a stage usually takes where nothing is known yet."""
QUIET_DAYS = 14.0
STAGES = tuple(Stage.values)
PLAIN = (*(f"stage.{stage}" for stage in STAGES[1:]), "age", "amount.small", "amount.large", "partner")
PLAIN_AFTER = ("lead", "protected", "quiet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A deal at a moment. Days since: it reached its stage; anything was done. won, closed: of its partner, before."""

    deal: int
    stage: str
    days_in_stage: float
    value: float
    currency: str
    partner_won: int
    partner_closed: int
    families: tuple[int, ...]
    from_lead: bool
    is_protected: bool
    quiet_days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What figures are measured against: a vendor's win rate, usual days per stage, usual value per currency."""

    base: float
    usual_days: Mapping[str, float] = field(default_factory=dict)
    usual_value: Mapping[str, float] = field(default_factory=dict)
    families: tuple[int, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "base": self.base,
            "usual_days": dict(self.usual_days),
            "usual_value": dict(self.usual_value),
            "families": list(self.families),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Scale:
        """Return it from JSON."""
        return cls(
            base=data["base"],
            usual_days=data["usual_days"],
            usual_value=data["usual_value"],
            families=tuple(data["families"]),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The figures' names, in their order."""
        return (*PLAIN, *PLAIN_AFTER, *(f"product.{family}" for family in self.families))


def usual_days_of(shot: Snapshot, scale: Scale) -> float:
    """Return how long a deal's stage usually takes."""
    return max(scale.usual_days.get(shot.stage, USUAL_DAYS), 1.0)


def win_rate_of(shot: Snapshot, scale: Scale) -> float:
    """Return the partner's win rate, drawn towards the vendor's where it closed few deals."""
    return (shot.partner_won + SHRINK_BY * scale.base) / (shot.partner_closed + SHRINK_BY)


def relative_value_of(shot: Snapshot, scale: Scale) -> float:
    """Return a deal's value over the usual one in its currency, 1 where none is known."""
    usual = scale.usual_value.get(shot.currency, 0.0)
    return shot.value / usual if usual > 0 else 1.0


def figures_of(shot: Snapshot, scale: Scale) -> list[float]:
    """Return a deal's figures, in the order of `Scale.names`."""
    relative = relative_value_of(shot, scale)
    return [
        *(float(shot.stage == stage) for stage in STAGES[1:]),
        min(log2(1 + max(shot.days_in_stage, 0.0) / usual_days_of(shot, scale)), 5.0),
        float(relative < SMALL),
        float(relative > LARGE),
        logit(win_rate_of(shot, scale)) - logit(scale.base),
        float(shot.from_lead),
        float(shot.is_protected),
        min(log1p(max(shot.quiet_days, 0.0) / QUIET_DAYS), 4.0),
        *(float(family in shot.families) for family in scale.families),
    ]


def logit(share: float) -> float:
    """Return the log of the odds."""
    kept = min(max(share, 1e-6), 1 - 1e-6)
    return log(kept / (1 - kept))


def sigmoid(odds: float) -> float:
    """Return the share that has these log odds."""
    return 1 / (1 + exp(-odds)) if odds >= 0 else exp(odds) / (1 + exp(odds))
