"""What came out of a trial, added up enrollment by enrollment, as plain values: it is saved with every chunk.

{"now": tiers of the ladder today, "then": tiers of the scheme that was tried, both [slug, name], lowest first;
"flows": [[slug now, slug then, how many]], "" for no tier; "months": [[day, {slug: how many}]];
"moved": {direction: how many}; "revenue": amount; "costs": {kind: [now, then]};
"uncosted": kinds of benefit without a price}
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from standing.backtest.costing import Cost

if TYPE_CHECKING:
    from collections.abc import Mapping

ZERO = Decimal(0)
Named = tuple[str, str]
"""A tier's slug and name."""


@dataclass(slots=True)
class Tally:
    """Counts and sums."""

    now: list[Named]
    then: list[Named]
    days: list[date]
    flows: Counter[tuple[str, str]] = field(default_factory=Counter)
    months: list[Counter[str]] = field(default_factory=list)
    moved: Counter[str] = field(default_factory=Counter)
    revenue: Decimal = ZERO
    costs: dict[str, Cost] = field(default_factory=dict)
    uncosted: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin every month at nothing."""
        self.months = self.months or [Counter() for _day in self.days]

    def add(self, move: tuple[str, str], direction: str, held: Sequence[str | None]) -> None:
        """Add an enrollment: its tiers now and then, and the slug it held at the end of each month, None before it."""
        self.flows[move] += 1
        self.moved[direction] += 1
        for counter, slug in zip(self.months, held, strict=True):
            if slug is not None:
                counter[slug] += 1

    def charge(self, revenue: Decimal, costs: Mapping[str, Cost]) -> None:
        """Add what an enrollment brought and costs."""
        self.revenue += revenue
        for kind, cost in costs.items():
            before = self.costs.get(kind, Cost())
            self.costs[kind] = Cost(before.now + cost.now, before.then + cost.then)

    @property
    def total(self) -> Cost:
        """What all of it costs."""
        found = self.costs.values()
        return Cost(sum((cost.now for cost in found), ZERO), sum((cost.then for cost in found), ZERO))

    def count_now(self, slug: str) -> int:
        """Return how many hold a tier."""
        return sum(count for (now, _then), count in self.flows.items() if now == slug)

    def count_then(self, slug: str) -> int:
        """Return how many would hold a tier."""
        return sum(count for (_now, then), count in self.flows.items() if then == slug)

    def plain(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        return {
            "now": [list(each) for each in self.now],
            "then": [list(each) for each in self.then],
            "flows": [[now, then, count] for (now, then), count in sorted(self.flows.items())],
            "months": [
                [day.isoformat(), dict(sorted(counter.items()))]
                for day, counter in zip(self.days, self.months, strict=True)
            ],
            "moved": dict(self.moved),
            "revenue": str(self.revenue),
            "costs": {kind: [str(cost.now), str(cost.then)] for kind, cost in self.costs.items()},
            "uncosted": self.uncosted,
        }


def read(plain: dict[str, Any]) -> Tally:
    """Return a tally as it was kept."""
    return Tally(
        now=[(slug, name) for slug, name in plain["now"]],
        then=[(slug, name) for slug, name in plain["then"]],
        days=[date.fromisoformat(day) for day, _counts in plain["months"]],
        flows=Counter({(now, then): count for now, then, count in plain["flows"]}),
        months=[Counter(counts) for _day, counts in plain["months"]],
        moved=Counter(plain["moved"]),
        revenue=Decimal(plain["revenue"]),
        costs={kind: Cost(Decimal(now), Decimal(then)) for kind, (now, then) in plain["costs"].items()},
        uncosted=list(plain["uncosted"]),
    )
