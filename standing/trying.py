"""What if: which figures the next tiers ask for, what changed ones would make, and the shortest way to a tier.

Plain arithmetic on an enrollment's figures, without queries. Points follow by the rules: whoever tries 40,000 more of
won revenue gets the points that a rule gives for it. What else decides (factors by product, a cap that is full already)
isn't known here: what is promised is what figures and rules alone bring.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from standing.registry import MEASURES, How
from standing.scheme import evaluate
from standing.scheme.evaluating import Judged, Value, Values, line_points, number
from standing.scheme.shape import TOTAL, Definition, Figure, Line, Need, Op, PointRule
from standing.words import open_needs

ZERO, ONE, CENT = Decimal(0), Decimal(1), Decimal("0.01")
POINTS = "points"
MOST_ROUNDS = 20
MOST_LEVERS = 10
NICE = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))
Changes = Mapping[Figure, Value]


@dataclass(frozen=True, slots=True)
class Lever:
    """A figure that can be tried. has: what there is of it, None where only a point rule reads it.

    most: how much more can be tried, 0 for sets. values: of a set, those that are asked for and missing. down: less of
    it is better. opened: whether something that isn't met asks for it.
    """

    figure: Figure
    has: Value | None
    most: Decimal = ZERO
    values: tuple[str, ...] = ()
    down: bool = False
    opened: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A change of one figure. more: how much is added (less than zero: taken away), or which values.

    alone: whether it makes the tier by itself. effort: how much of what is asked for is still to do, 0 to 1.
    """

    figure: Figure
    more: Value
    alone: bool
    effort: Decimal


# -- Trying


def tried(values: Values, changes: Changes, definition: Definition) -> dict[Figure, Value]:
    """Return figures after changes, with the points that these would earn by the rules."""
    after: dict[Figure, Value] = dict(values)
    for figure, more in changes.items():
        if isinstance(more, tuple):
            held = after.get(figure, ())
            kept = held if isinstance(held, tuple) else ()
            after[figure] = (*kept, *(value for value in more if value not in kept))
        else:
            after[figure] = number(after, figure) + more
    for figure in definition.figures:
        if figure.measure == POINTS and not figure.growth and figure.place is None:
            earned = sum((earns(rule, changes) for rule in rules_of(definition, figure)), ZERO)
            after[figure] = number(after, figure) + earned
    return after


def earns(rule: PointRule, changes: Changes) -> Decimal:
    """Return the points that a rule gives for changes, at most its cap."""
    earned = uncapped(rule, changes)
    return earned if rule.cap is None else min(earned, rule.cap)


def uncapped(rule: PointRule, changes: Changes) -> Decimal:
    """Return the points that a rule would give for changes if it had no cap."""
    earned = ZERO
    for figure, more in changes.items():
        if isinstance(more, Decimal) and more > 0 and feeds(figure, rule):
            if rule.per is None:
                earned += more * rule.points
            elif rule.whole:
                earned += (more / rule.per).to_integral_value(ROUND_FLOOR) * rule.points
            else:
                earned += more * rule.points / rule.per
    return earned.quantize(CENT)


def feeds(figure: Figure, rule: PointRule) -> bool:
    """Whether more of a figure means more of what a rule counts: amounts where it goes by them, else facts."""
    measure = MEASURES[figure.measure]
    wanted = {How.SUM} if rule.per is not None else {How.COUNT}
    fits = measure.source == rule.source and measure.how in wanted and not measure.per and not figure.growth
    return fits and figure.place is None and rule.where in {(), figure.where}


def rules_of(definition: Definition, points: Figure) -> list[PointRule]:
    """Return the rules whose points a figure of points counts."""
    where = dict(points.where)
    categories, slugs = where.get("category"), where.get("rule")
    return [
        rule
        for rule in definition.rules
        if (categories is None or rule.category in categories) and (slugs is None or rule.slug in slugs)
    ]


# -- Levers


def levers(definition: Definition, values: Values, held: int, aim: int) -> list[Lever]:
    """Return the figures that the tiers above `held` up to `aim` ask for, and what is behind points and scores.

    Each once; first what something open asks for, points last, as they follow from the rest.
    """
    verdict = evaluate(definition, values)
    opened = {each.node for judged in verdict.tiers[:aim] for each in _all_open(judged)}
    found: dict[Figure, Lever] = {}
    for tier in definition.tiers[min(held, verdict.rank) : aim]:
        for need in definition.needs_of(tier.needs) if tier.needs is not None else ():
            for lever in _levers_of(definition, values, need):
                each = replace(lever, opened=need in opened)
                known = found.get(lever.figure)
                found[lever.figure] = each if known is None else _both(known, each)
    ordered = sorted(found.values(), key=lambda lever: (not lever.opened, lever.figure.measure == POINTS))
    return ordered[:MOST_LEVERS]


def _both(one: Lever, other: Lever) -> Lever:
    return Lever(
        one.figure,
        one.has,
        max(one.most, other.most),
        tuple(dict.fromkeys((*one.values, *other.values))),
        down=one.down and other.down,
        opened=one.opened or other.opened,
    )


def _levers_of(definition: Definition, values: Values, need: Need) -> Iterator[Lever]:
    if need.figure is None:
        for line in _lines_of(definition, need.score):
            if line.figure.place is None and line.points > 0:
                most = max((line.most or Decimal(10)) * line.per / line.points, line.per)
                top = max((band.start for band in line.bands), default=most)
                yield Lever(line.figure, values.get(line.figure, ZERO), bound(max(top, most)))
        return
    figure, has = need.figure, values.get(need.figure, ZERO)
    if figure.place is not None:
        return
    if need.values:
        held = has if isinstance(has, tuple) else ()
        missing = tuple(value for value in need.values if value not in held)
        if missing:
            yield Lever(figure, held, values=missing)
        return
    asked = need.low if need.low is not None else need.high or ZERO
    most = bound(max(abs(asked), number(values, figure)))
    yield Lever(figure, has, most, down=need.low is None)
    if figure.measure == POINTS and need.low is not None:
        for rule in rules_of(definition, figure):
            if (behind := figure_behind(definition, rule, figure)) is not None:
                yield Lever(behind, values.get(behind), bound(_facts_for(rule, asked)))


def figure_behind(definition: Definition, rule: PointRule, points: Figure) -> Figure | None:
    """Return the figure to be tried for a rule's points: one that the scheme asks for where there is one."""
    if rule.points <= 0:
        return None
    for figure in definition.figures:
        if feeds(figure, rule):
            return figure
    how = How.SUM if rule.per is not None else How.COUNT
    for name, measure in MEASURES.items():
        if measure.source == rule.source and measure.how is how and not measure.per:
            return Figure(name, months=points.months, days=points.days, where=rule.where)
    return None


def bound(asked: Decimal) -> Decimal:
    """Return a round number, at least as large as what is asked for, up to which it can be tried."""
    if asked <= 1:
        return Decimal(5)
    power = Decimal(10) ** (asked.adjusted())
    return next(step * power for step in NICE if step * power >= asked)


def _facts_for(rule: PointRule, points: Decimal) -> Decimal:
    steps = points / rule.points
    if rule.per is None:
        return steps.to_integral_value(ROUND_CEILING)
    return (steps.to_integral_value(ROUND_CEILING) if rule.whole else steps) * rule.per


def _lines_of(definition: Definition, score: str) -> list[Line]:
    wanted = categories_of(definition, score)
    return [line for line in definition.lines if line.category in wanted]


def categories_of(definition: Definition, score: str) -> set[str]:
    """Return the categories that a score adds up: one, those of a named sum, or all."""
    if score == TOTAL:
        return {each.slug for each in definition.categories}
    return next((set(each.categories) for each in definition.totals if each.slug == score), {score})


# -- The shortest way


def steps_to(definition: Definition, values: Values, rank: int) -> list[Step]:
    """Return what one figure each can do for the tier of a rank: what makes it alone first, then the least effort."""
    verdict = evaluate(definition, values)
    best: dict[Figure, Step] = {}
    for judged in verdict.tiers[:rank]:
        for each in _all_open(judged):
            for step in _steps_for(definition, values, each):
                reached = evaluate(definition, tried(values, {step.figure: step.more}, definition)).rank
                found = Step(step.figure, step.more, reached >= rank, step.effort)
                known = best.get(step.figure)
                if known is None or _better(found, known):
                    best[step.figure] = found
    return sorted(best.values(), key=lambda step: (not step.alone, step.effort))


def _better(one: Step, other: Step) -> bool:
    if one.alone != other.alone:
        return one.alone
    return (one.effort < other.effort) if one.alone else (one.effort > other.effort)


def way_to(definition: Definition, values: Values, rank: int) -> list[Step]:
    """Return the fewest changes that make the tier of a rank, found step by step; empty where figures can't.

    Where one figure is enough, it is that one. Otherwise what is open is met one by one, points and scores last: they
    follow from the others.
    """
    alone = [step for step in steps_to(definition, values, rank) if step.alone]
    if alone:
        return alone[:1]
    way: dict[Figure, Step] = {}
    after: Values = values
    for _round in range(MOST_ROUNDS):
        verdict = evaluate(definition, after)
        if verdict.rank >= rank:
            return list(way.values())
        step = _next_step(definition, after, [each for judged in verdict.tiers[:rank] for each in open_needs(judged)])
        if step is None:
            return []
        way[step.figure] = _added(way.get(step.figure), step)
        after = tried(values, {each.figure: each.more for each in way.values()}, definition)
    return []


def _next_step(definition: Definition, values: Values, opened: list[Judged]) -> Step | None:
    for each in sorted(opened, key=lambda judged: _follows(judged.node)):
        found = sorted(_steps_for(definition, values, each), key=lambda step: step.effort)
        if found:
            return found[0]
    return None


def _follows(node: object) -> int:
    """Return how much a requirement follows from others: figures of one's own 0, points 1, scores 2."""
    assert isinstance(node, Need)  # noqa: S101  (what `open_needs` yields)
    return 2 if node.figure is None else int(node.figure.measure == POINTS)


def _added(known: Step | None, step: Step) -> Step:
    if known is None:
        return step
    if isinstance(known.more, tuple) or isinstance(step.more, tuple):
        both = (*_texts(known.more), *_texts(step.more))
        return Step(step.figure, tuple(dict.fromkeys(both)), alone=False, effort=max(known.effort, step.effort))
    return Step(step.figure, known.more + step.more, alone=False, effort=max(known.effort, step.effort))


def _texts(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _all_open(judged: Judged) -> Iterator[Judged]:
    if judged.met:
        return
    if isinstance(judged.node, Need):
        yield judged
    for part in judged.parts:
        yield from _all_open(part)


def _steps_for(definition: Definition, values: Values, judged: Judged) -> Iterator[Step]:
    """Yield the changes of one figure that each meet a single requirement; none for places, which others decide."""
    need = judged.node
    assert isinstance(need, Need)  # noqa: S101
    if need.figure is None:
        yield from _steps_of_score(definition, values, need, judged)
    elif need.figure.place is None and isinstance(judged.missing, tuple):
        wanted = judged.missing if need.op is Op.ALL_OF else judged.missing[:1]
        yield Step(need.figure, wanted, alone=False, effort=Decimal(len(wanted)) / len(need.values))
    elif need.figure.place is None and isinstance(judged.missing, Decimal) and judged.missing:
        missing, value = judged.missing, number(values, need.figure)
        below = need.low is not None and value < need.low
        effort = min(missing / max(abs(need.low or need.high or ONE), ONE), ONE)
        behind = list(_steps_of_points(definition, need.figure, missing, effort)) if below else []
        yield from behind
        if not behind:
            yield Step(need.figure, whole(need.figure, missing if below else -missing), alone=False, effort=effort)


def _steps_of_points(definition: Definition, points: Figure, missing: Decimal, effort: Decimal) -> Iterator[Step]:
    if points.measure != POINTS:
        return
    for rule in rules_of(definition, points):
        if rule.points > 0 and (rule.cap is None or rule.cap >= missing):
            figure = figure_behind(definition, rule, points)
            if figure is not None:
                more = _facts_for(rule, missing).quantize(CENT, ROUND_CEILING)
                yield Step(figure, more, alone=False, effort=effort)


def _steps_of_score(definition: Definition, values: Values, need: Need, judged: Judged) -> Iterator[Step]:
    """Yield how far each line can bring a score: to what is asked for, or as far as the caps allow."""
    if not isinstance(judged.missing, Decimal) or need.low is None:
        return
    reached = evaluate(definition, values).categories
    categories = {each.slug: each for each in definition.categories}
    for line in _lines_of(definition, need.score):
        category = categories[line.category]
        weight = ONE if need.score == category.slug else category.weight
        if weight <= 0 or line.figure.place is not None:
            continue
        gap = judged.missing / weight
        if category.most is not None:
            gap = min(gap, category.most - reached[category.slug])
        value = number(values, line.figure)
        most = max((band.points for band in line.bands), default=line.most)
        wanted = line_points(line, value) + gap.quantize(CENT, ROUND_CEILING)
        found = value_for(line, wanted if most is None else min(wanted, most))
        if gap > 0 and found is not None and found > value:
            more = whole(line.figure, found - value)
            yield Step(line.figure, more, alone=False, effort=min(more / max(value + more, ONE), ONE))


def whole(figure: Figure, more: Decimal) -> Decimal:
    """Return a change of a figure that can be made: what is counted comes in whole numbers."""
    counted = MEASURES[figure.measure].how in {How.COUNT, How.PEOPLE} and not MEASURES[figure.measure].per
    if figure.growth or not counted:
        return more
    return more.to_integral_value(ROUND_CEILING if more > 0 else ROUND_FLOOR)


def value_for(line: Line, points: Decimal) -> Decimal | None:
    """Return the least value for which a line gives so many points; None where none does."""
    if line.most is not None and points > line.most:
        return None
    if line.bands:
        fitting = [band.start for band in line.bands if band.points >= points]
        return min(fitting, default=None)
    if line.points <= 0:
        return None
    steps = points / line.points
    if line.whole:
        return steps.to_integral_value(ROUND_CEILING) * line.per
    return (steps * line.per).quantize(CENT, ROUND_CEILING)
