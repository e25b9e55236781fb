"""A trial's result in figures: the ladder before and after, counts per month, costs with their formulas."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.charts import Figure, flows, stacked_bars
from prm.kernel.money import shown
from standing.backtest.costing import FORMULAS, Cost
from standing.backtest.tallying import Named, Tally, read
from standing.enums import BenefitKind, Direction

if TYPE_CHECKING:
    from standing.models import BackTest

TONES = {Direction.UP: "good", Direction.DOWN: "warn", Direction.NEW: "info", Direction.SAME: ""}
MOST_PIECES = 6


@dataclass(frozen=True, slots=True)
class CostLine:
    """What a kind of benefit costs, and how that is counted."""

    name: str
    formula: str
    now: str
    then: str
    difference: str


class Picture:
    """A finished trial, as pages show it. No query on a trial with its vendor."""

    def __init__(self, trial: BackTest) -> None:
        self.trial = trial
        self.tally: Tally = read(trial.figures)
        self.currency = str(trial.vendor.currency)

    # -- Moves

    @property
    def moved(self) -> list[tuple[str, str, int]]:
        """The directions with their words, and how many go there."""
        return [(each, str(Direction(each).label), self.tally.moved[each]) for each in Direction.values]

    @cached_property
    def ladder(self) -> Figure:
        """The two ladders and who goes from which step to which."""
        tally, none = self.tally, _("No tier")
        ranks = {slug: rank for rank, (slug, _name) in enumerate(tally.then, 1)} | {"": 0}
        now = self._side(tally.now, none, tally.count_now, {})
        then = self._side(
            tally.then, none, tally.count_then, {slug: tally.count_now(slug) for slug, _name in tally.now}
        )
        place = {slug: ranks.get(slug, min(at, len(tally.then))) for at, (slug, _name) in enumerate(tally.now, 1)}
        moves = {
            (start, end): (count, self._tone(place.get(start, 0) if start else -1, ranks[end]))
            for (start, end), count in tally.flows.items()
        }
        plot = flows(now, then, moves, (_("Today"), _("Under the draft")))
        return Figure(
            plot=plot,
            title=_("The ladder before and after"),
            caption=_("Partners per tier"),
            description=self._told(),
            head=(_("Today"), _("Under the draft"), _("Partners")),
            rows=[
                (self.name_of(start), self.name_of(end), f"{count:,}")
                for (start, end), count in sorted(tally.flows.items(), key=lambda each: -each[1])
            ],
        )

    @staticmethod
    def _tone(before: int, after: int) -> str:
        if before < 0:
            return TONES[Direction.NEW] if after else ""
        return "good" if after > before else "warn" if after < before else ""

    def _side(
        self, tiers: Sequence[Named], none: str, count: Callable[[str], int], before: Mapping[str, int]
    ) -> list[tuple[str, str, int, str]]:
        """Return a ladder's steps from the top down, those without a tier last. before: counts to compare with."""
        found = [(slug, name, count(slug)) for slug, name in reversed(tiers)]
        known = {slug for slug, _name in tiers}
        others = {now for now, _then in self.tally.flows} - known - {""} if not before else set()
        found += [(slug, slug, count(slug)) for slug in sorted(others)]
        if count(""):
            found.append(("", none, count("")))
        return [
            (slug, name, number, f"{number:,}" + (f" ({number - before[slug]:+,})" if slug in before else ""))
            for slug, name, number in found
        ]

    def _told(self) -> str:
        words = [
            ngettext("%(count)d partner moves up", "%(count)d partners move up", self.tally.moved["up"]),
            ngettext("%(count)d moves down", "%(count)d move down", self.tally.moved["down"]),
            ngettext("%(count)d keeps its tier.", "%(count)d keep their tier.", self.tally.moved["same"]),
        ]
        counts = [self.tally.moved[each] for each in ("up", "down", "same")]
        return ", ".join(word % {"count": count} for word, count in zip(words, counts, strict=True))

    def name_of(self, slug: str) -> str:
        """Return a tier's name."""
        return dict([*self.tally.now, *self.tally.then]).get(slug, slug) or _("No tier")

    # -- Months

    @cached_property
    def history(self) -> Figure:
        """How many would have held each tier at the end of each month, the highest tier at the bottom."""
        tiers = list(reversed(self.tally.then))
        labels = [date_format(day, "M y") for day in self.tally.days]
        columns = [
            (label, self._pieces([Decimal(counter[slug]) for slug, _name in tiers]))
            for label, counter in zip(labels, self.tally.months, strict=True)
        ]
        names = [name for _slug, name in tiers]
        if len(names) > MOST_PIECES:
            names = [*names[: MOST_PIECES - 1], _("Lower tiers")]
        return Figure(
            plot=stacked_bars(columns),
            title=_("Tiers month by month under the draft"),
            caption=_("Partners per tier at the end of each month, %(first)s to %(last)s")
            % {"first": labels[0], "last": labels[-1]},
            description=_("As if the draft had held all the while; partners count from the day they were enrolled."),
            head=(_("Month"), *(name for _slug, name in tiers), _("No tier")),
            rows=[
                (label, *(str(counter[slug]) for slug, _name in tiers), str(counter[""]))
                for label, counter in zip(labels, self.tally.months, strict=True)
            ],
            key=names,
        )

    @staticmethod
    def _pieces(counts: list[Decimal]) -> list[Decimal]:
        if len(counts) <= MOST_PIECES:
            return counts
        return [*counts[: MOST_PIECES - 1], sum(counts[MOST_PIECES - 1 :], Decimal(0))]

    # -- Costs

    @cached_property
    def costs(self) -> list[CostLine]:
        """What each kind of benefit costs."""
        return [
            CostLine(self.kind_name(kind), str(FORMULAS[kind]), *self._amounts(cost))
            for kind in FORMULAS
            if (cost := self.tally.costs.get(kind)) is not None
        ]

    @cached_property
    def total(self) -> CostLine:
        """What all of them cost."""
        return CostLine(_("Together"), "", *self._amounts(self.tally.total))

    def _amounts(self, cost: Cost) -> tuple[str, str, str]:
        return whole(cost.now, self.currency), whole(cost.then, self.currency), signed(cost.difference, self.currency)

    @property
    def revenue(self) -> str:
        """What costs are counted on."""
        return whole(self.tally.revenue, self.currency)

    @property
    def difference(self) -> str:
        """How much more it costs in a year."""
        return signed(self.tally.total.difference, self.currency)

    @property
    def uncosted(self) -> list[str]:
        """The benefits that have no price."""
        return [self.kind_name(kind) for kind in self.tally.uncosted]

    @staticmethod
    def kind_name(kind: str) -> str:
        """Return what a kind of benefit is called."""
        return str(BenefitKind(kind).label)

    def cost_then(self, kind: str) -> str:
        """Return what a kind costs under the draft."""
        return whole(self.tally.costs.get(kind, Cost()).then, self.currency)

    @property
    def total_then(self) -> str:
        """Return what all costs under the draft."""
        return whole(self.tally.total.then, self.currency)


def signed(amount: Decimal, currency: str) -> str:
    """Return a difference of money with its sign."""
    sign = "+" if amount > 0 else "−" if amount < 0 else "±"
    return f"{sign}{whole(abs(amount), currency)}"


def whole(amount: Decimal, currency: str) -> str:
    """Return an amount without its cents: what is estimated isn't known to the cent."""
    return shown(amount.quantize(Decimal(1), ROUND_HALF_UP), currency)
