"""What an enrollment's figures are worth: scores, tier, and for each requirement whether it is met and what is missing.

The same arithmetic as `standing.computing`, for one enrollment: it explains, answers "what if", and is the plain model
that the SQL is tested against.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from standing.scheme.shape import TOTAL, Category, Definition, Figure, Group, Line, Need, Node, Op, Ref

ZERO, ONE = Decimal(0), Decimal(1)
CENT = Decimal("0.01")
Value = Decimal | tuple[str, ...]
Values = Mapping[Figure, Value]


@dataclass(frozen=True, slots=True)
class Judged:
    """A requirement and how it stands.

    value: what the enrollment has. missing: how much more is needed (or less, for an upper bound); for sets the values
    that aren't there. Groups have parts instead.
    """

    node: Node
    met: bool
    value: Value | None = None
    missing: Value | None = None
    parts: tuple[Judged, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where figures lead.

    rank: of the highest tier whose needs, and those of all below it, are met; 0: none. lines, categories: their points,
    which add up to `total`. tiers: for each tier how its own needs stand. specialisations: those whose needs are met.
    """

    rank: int
    total: Decimal
    lines: Mapping[str, Decimal]
    categories: Mapping[str, Decimal]
    tiers: tuple[Judged, ...]
    specialisations: Mapping[str, Judged]


def evaluate(definition: Definition, values: Values) -> Verdict:
    """Return where an enrollment with these figures stands; figures that aren't given are 0 or empty."""
    lines = {line.slug: line_points(line, number(values, line.figure)) for line in definition.lines}
    categories = {each.slug: _category(definition, each, lines) for each in definition.categories}
    total = _weighted(definition, categories, list(categories))
    totals = {each.slug: _weighted(definition, categories, each.categories) for each in definition.totals}
    judge = Judge(definition, values, {**categories, **totals, TOTAL: total})
    tiers = tuple(judge.node(tier.needs or Group(every=True, parts=())) for tier in definition.tiers)
    rank = next((at for at, judged in enumerate(tiers) if not judged.met), len(tiers))
    specialisations = {each.slug: judge.node(each.needs) for each in definition.specialisations}
    return Verdict(rank, total, lines, categories, tiers, specialisations)


def number(values: Values, figure: Figure) -> Decimal:
    """Return a figure's value as a number."""
    found = values.get(figure, ZERO)
    return Decimal(len(found)) if isinstance(found, tuple) else found


def line_points(line: Line, value: Decimal) -> Decimal:
    """Return what a line adds to its category, to two decimals."""
    if line.bands:
        found = max((band for band in line.bands if band.start <= value), key=lambda band: band.start, default=None)
        points = found.points if found else ZERO
    else:
        steps = (value / line.per).to_integral_value(ROUND_FLOOR) * line.points
        points = steps if line.whole else value * line.points / line.per
    if line.most is not None:
        points = min(points, line.most)
    return points.quantize(CENT, ROUND_HALF_UP)


def _weighted(definition: Definition, categories: Mapping[str, Decimal], wanted: Iterable[str]) -> Decimal:
    weights = {each.slug: each.weight for each in definition.categories}
    found = sum((weights[slug] * categories[slug] for slug in wanted), ZERO)
    return found.quantize(CENT, ROUND_HALF_UP)


def _category(definition: Definition, category: Category, lines: Mapping[str, Decimal]) -> Decimal:
    found = sum((lines[line.slug] for line in definition.lines if line.category == category.slug), ZERO)
    found = max(found, ZERO)
    return found if category.most is None else min(found, category.most)


@dataclass(frozen=True, slots=True)
class Judge:
    """Compares figures and scores with what is needed."""

    definition: Definition
    values: Values
    scores: Mapping[str, Decimal]

    def node(self, node: Node) -> Judged:
        """Return how a requirement stands."""
        if isinstance(node, Ref):
            inner = self.node(self.definition.named[node.slug])
            return Judged(node, inner.met, parts=(inner,))
        if isinstance(node, Group):
            parts = tuple(self.node(part) for part in node.parts)
            met = all(part.met for part in parts) if node.every else any(part.met for part in parts)
            return Judged(node, met, parts=parts)
        if node.op in {Op.ALL_OF, Op.ANY_OF}:
            return self._set(node)
        value = self.scores[node.score] if node.figure is None else number(self.values, node.figure)
        missing = ZERO
        if node.low is not None and value < node.low:
            missing = node.low - value
        elif node.high is not None and value > node.high:
            missing = value - node.high
        return Judged(node, not missing, value, missing)

    def _set(self, need: Need) -> Judged:
        assert need.figure is not None  # noqa: S101  (checked when the scheme was read)
        found = self.values.get(need.figure, ())
        held = found if isinstance(found, tuple) else ()
        missing = tuple(value for value in need.values if value not in held)
        met = not missing if need.op is Op.ALL_OF else len(missing) < len(need.values)
        return Judged(need, met, held, () if met else missing)


def share(judged: Judged) -> Decimal:
    """Return how much of a requirement is done, 0 to 1: of a group the mean of its parts, of alternatives the best."""
    if judged.met:
        return ONE
    node = judged.node
    if judged.parts:
        parts = [share(part) for part in judged.parts]
        every = not isinstance(node, Group) or node.every
        return sum(parts, ZERO) / len(parts) if every else max(parts)
    if not isinstance(node, Need):
        return ZERO
    if isinstance(judged.missing, tuple):
        return ONE - Decimal(len(judged.missing)) / len(node.values)
    value = judged.value if isinstance(judged.value, Decimal) else ZERO
    if node.low is not None and value < node.low:
        return max(value / node.low, ZERO) if node.low > 0 else ZERO
    return max(node.high or ZERO, ZERO) / value if value > 0 else ZERO
