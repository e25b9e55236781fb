"""What a scheme can't be: refused with the sentence that explains it, before anybody relies on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from standing.enums import BenefitKind
from standing.registry import MEASURES, SOURCES, How
from standing.scheme.faults import Fault, SchemeRefused
from standing.scheme.shape import TOTAL, Definition, Figure, Group, Need, Node, Op, Ref, Where

if TYPE_CHECKING:
    from standing.registry import FactSource
    from standing.scheme.shape import PointRule

POINTS = "points"
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def check(definition: Definition) -> None:
    """Refuse what can't work.

    Raises:
        SchemeRefused: with every fault. Faults that hide others, such as a circle, come alone.
    """
    faults = list(_names(definition)) or list(_circles(definition))
    if not faults:
        faults = [fault for find in FURTHER for fault in find(definition)]
    if faults:
        raise SchemeRefused(faults)


# -- Names


def _names(definition: Definition) -> Iterator[Fault]:
    if not definition.tiers:
        yield Fault("tiers", _("A scheme needs at least one tier."))
    parts: dict[str, Iterable[str]] = {
        "tiers": [each.slug for each in definition.tiers],
        "rules": [each.slug for each in definition.rules],
        "categories": [each.slug for each in definition.categories],
        "lines": [each.slug for each in definition.lines],
        "totals": [each.slug for each in definition.totals],
        "requirements": [each.slug for each in definition.requirements],
        "specialisations": [each.slug for each in definition.specialisations],
    }
    for place, slugs in parts.items():
        for slug, times in Counter(slugs).items():
            if times > 1:
                yield Fault(place, _("“%(slug)s” is there twice. Each needs a name of its own.") % {"slug": slug})
    yield from _scores(definition)
    known = {each.slug for each in definition.categories} | {each.slug for each in definition.totals}
    for place, node in _rooted(definition):
        yield from _unknown(definition, place, node, known)


def _scores(definition: Definition) -> Iterator[Fault]:
    known = {each.slug for each in definition.categories}
    if TOTAL in known | {each.slug for each in definition.totals}:
        yield Fault("categories", _("“total” is the sum of all categories. Choose another name."))
    used = [(f"lines.{at}.category", line.category) for at, line in enumerate(definition.lines)]
    for at, total in enumerate(definition.totals):
        used += [(f"totals.{at}.categories", slug) for slug in total.categories]
        if total.slug in known:
            yield Fault("totals", _("“%(slug)s” is a category already. Choose another name.") % {"slug": total.slug})
    for place, slug in used:
        if slug not in known:
            yield Fault(place, _("There is no category “%(slug)s”.") % {"slug": slug})


def _unknown(definition: Definition, place: str, node: Node, categories: set[str]) -> Iterator[Fault]:
    if isinstance(node, Ref):
        if node.slug not in definition.named:
            yield Fault(place, _("There are no requirements called “%(slug)s”.") % {"slug": node.slug})
    elif isinstance(node, Group):
        for part in node.parts:
            yield from _unknown(definition, place, part, categories)
    elif node.figure is None and node.score != TOTAL and node.score not in categories:
        yield Fault(place, _("There is no category “%(slug)s”.") % {"slug": node.score})


def _rooted(definition: Definition) -> Iterator[tuple[str, Node]]:
    for at, tier in enumerate(definition.tiers):
        if tier.needs is not None:
            yield f"tiers.{at}.needs", tier.needs
    for at, each in enumerate(definition.specialisations):
        yield f"specialisations.{at}.needs", each.needs
    for at, named in enumerate(definition.requirements):
        yield f"requirements.{at}.needs", named.needs


def _circles(definition: Definition) -> Iterator[Fault]:
    names = {each.slug: each.name for each in definition.requirements}
    for at, each in enumerate(definition.requirements):
        way = _way_back(definition, each.slug, each.needs, (each.slug,))
        if way:
            told = " → ".join(f"“{names[slug]}”" for slug in way)
            yield Fault(
                f"requirements.{at}.needs",
                _("These requirements refer to each other in a circle: %(way)s. Nobody could meet them.")
                % {"way": told},
            )
            return


def _way_back(definition: Definition, start: str, node: Node, way: tuple[str, ...]) -> tuple[str, ...]:
    if isinstance(node, Group):
        return next((found for part in node.parts if (found := _way_back(definition, start, part, way))), ())
    if not isinstance(node, Ref):
        return ()
    if node.slug == start:
        return (*way, start)
    if node.slug in way:
        return ()
    return _way_back(definition, start, definition.named[node.slug], (*way, node.slug))


# -- Measures and sources


def _sources(definition: Definition) -> Iterator[Fault]:
    for at, rule in enumerate(definition.rules):
        source = SOURCES.get(rule.source)
        if source is None or not source.earns:
            yield Fault(f"rules.{at}.source", _("Nothing called “%(name)s” can earn points.") % {"name": rule.source})
            continue
        for where in (rule.where, *(times.where for times in rule.times)):
            yield from _tags(source, where, f"rules.{at}.where")
        if rule.expires_months and rule.fades_months:
            yield Fault(f"rules.{at}", _("Points expire or fade. Choose one."))
    for place, figure in _figures(definition):
        yield from _figure(figure, place)


def _figure(figure: Figure, place: str) -> Iterator[Fault]:
    found = MEASURES.get(figure.measure)
    if found is None:
        yield Fault(place, _("There is no measure called “%(name)s”.") % {"name": figure.measure})
        return
    yield from _tags(found.facts, figure.where, place)
    if figure.months and figure.days:
        yield Fault(place, _("A window is given in months or in days, not in both."))
    if figure.growth and not (figure.months or figure.days):
        yield Fault(place, _("Growth needs a window: months or days to compare with those before."))
    if found.how is How.VALUES and (figure.growth or figure.place):
        yield Fault(place, _("“%(name)s” is a list: it has no growth and no place.") % {"name": found.label})


def _tags(source: FactSource, where: Where, place: str) -> Iterator[Fault]:
    for tag, values in where:
        if tag not in source.tags:
            words = _("“%(source)s” can't be narrowed down by “%(tag)s”.")
            yield Fault(place, words % {"source": source.label, "tag": tag})
        elif not values:
            yield Fault(place, _("Name at least one value for “%(tag)s”.") % {"tag": source.tags[tag].label})


def _figures(definition: Definition) -> Iterator[tuple[str, Figure]]:
    for at, line in enumerate(definition.lines):
        yield f"lines.{at}.figure", line.figure
    for place, node in _rooted(definition):
        for need in definition.needs_of(node):
            if need.figure is not None:
                yield place, need.figure


# -- What nobody can meet


def _kinds(definition: Definition) -> Iterator[Fault]:
    for place, node in _rooted(definition):
        for need in definition.needs_of(node):
            found = MEASURES.get(need.figure.measure) if need.figure else None
            is_set = need.op in {Op.ALL_OF, Op.ANY_OF}
            if is_set and (found is None or found.how is not How.VALUES):
                yield Fault(place, _("Only a list, such as certificates held, can include something."))
    for at, tier in enumerate(definition.tiers):
        for brings in tier.brings:
            if brings.kind not in BenefitKind.values:
                words = _("There is no benefit called “%(kind)s”.")
                yield Fault(f"tiers.{at}.brings", words % {"kind": brings.kind})
            elif (brings.value is None) != BenefitKind(brings.kind).is_words:
                words = _("“%(kind)s” is given as words.") if brings.value is not None else _("“%(kind)s” is a number.")
                yield Fault(f"tiers.{at}.brings", words % {"kind": BenefitKind(brings.kind).label})


def _unmeetable(definition: Definition) -> Iterator[Fault]:
    for place, node in _rooted(definition):
        for need in definition.needs_of(node):
            most = attainable(definition, need)
            if need.low is not None and need.high is not None and need.low > need.high:
                words = _("Between %(low)s and %(high)s there is nothing: nobody can meet this.")
                yield Fault(place, words % {"low": _n(need.low), "high": _n(need.high)})
            elif most is not None and need.low is not None and need.low > most:
                words = _("Nobody can meet this: %(low)s are asked for, and at most %(most)s can be reached.")
                yield Fault(place, words % {"low": _n(need.low), "most": _n(most)})
            elif need.high is not None and need.high < 0 and not (need.figure and need.figure.growth):
                yield Fault(place, _("Nobody can meet this: it can't be below zero."))
    for at in range(len(definition.tiers)):
        below = [each.needs for each in definition.tiers[: at + 1] if each.needs is not None]
        yield from _contradicting(definition, f"tiers.{at}.needs", below)


def attainable(definition: Definition, need: Need) -> Decimal | None:
    """Return the most that a figure or score can reach, None where there is no bound."""
    if need.figure is None:
        return _most_score(definition, need.score)
    found = MEASURES.get(need.figure.measure)
    if need.figure.growth:
        return None
    if need.figure.place is not None or (found is not None and found.per and found.unit == "percent"):
        return Decimal(100)
    return _most_points(definition, need.figure) if need.figure.measure == POINTS else None


def _most_score(definition: Definition, slug: str) -> Decimal | None:
    named = {each.slug: each.categories for each in definition.totals}
    if slug == TOTAL or slug in named:
        wanted = [each for each in definition.categories if slug == TOTAL or each.slug in named[slug]]
        tops = [(category.weight, _most_score(definition, category.slug)) for category in wanted]
        if any(most is None for _weight, most in tops):
            return None
        return sum((weight * most for weight, most in tops if most is not None), Decimal(0))
    category = next(each for each in definition.categories if each.slug == slug)
    lines = [line for line in definition.lines if line.category == slug]
    highest = [max(band.points for band in line.bands) if line.bands else line.most for line in lines]
    if any(top is None for top in highest):
        return category.most
    reached = sum((top for top in highest if top is not None), Decimal(0))
    return reached if category.most is None else min(reached, category.most)


def _most_points(definition: Definition, figure: Figure) -> Decimal | None:
    where = dict(figure.where)
    fitting = [rule for rule in definition.rules if _counts(rule, where)]
    if any(rule.cap is None for rule in fitting):
        return None
    return sum((_most_of(rule, figure) for rule in fitting), Decimal(0))


def _counts(rule: PointRule, where: dict[str, tuple[str, ...]]) -> bool:
    wanted, named = where.get("category"), where.get("rule")
    return (wanted is None or rule.category in wanted) and (named is None or rule.slug in named)


def _most_of(rule: PointRule, figure: Figure) -> Decimal:
    """Return the most that a capped rule brings within a window; a window may touch one period more than it is long."""
    lasting = [months for months in (figure.months or (figure.days + 29) // 30, rule.expires_months) if months]
    if not lasting or rule.cap is None:
        return Decimal("Infinity")
    return rule.cap * (-(-min(lasting) // MONTHS[rule.cap_period]) + 1)


def _contradicting(definition: Definition, place: str, nodes: list[Node]) -> Iterator[Fault]:
    lows: dict[tuple[Figure | None, str], Decimal] = {}
    highs: dict[tuple[Figure | None, str], Decimal] = {}
    for need in (each for node in nodes for each in _must(definition, node)):
        key = (need.figure, need.score)
        if need.low is not None:
            lows[key] = max(need.low, lows.get(key, need.low))
        if need.high is not None:
            highs[key] = min(need.high, highs.get(key, need.high))
    for key, low in lows.items():
        if key in highs and highs[key] < low:
            words = _("Nobody can meet this: of the same figure at least %(low)s and at most %(high)s are asked for.")
            yield Fault(place, words % {"low": _n(low), "high": _n(highs[key])})


def _must(definition: Definition, node: Node) -> Iterator[Need]:
    """Yield what must be met whatever else is: not what stands in an alternative."""
    if isinstance(node, Need):
        yield node
    elif isinstance(node, Ref):
        yield from _must(definition, definition.named[node.slug])
    elif node.every or len(node.parts) == 1:
        for part in node.parts:
            yield from _must(definition, part)


# -- The ladder


def _order(definition: Definition) -> Iterator[Fault]:
    asked: dict[tuple[Figure | None, str], tuple[Decimal, str]] = {}
    for at, tier in enumerate(definition.tiers):
        if tier.needs is None:
            if at:
                words = _("“%(tier)s” needs nothing, so that “%(below)s” below it would never be held.")
                yield Fault(f"tiers.{at}.needs", words % {"tier": tier.name, "below": definition.tiers[at - 1].name})
            continue
        for need in _must(definition, tier.needs):
            if need.low is None:
                continue
            low, below = asked.get((need.figure, need.score), (need.low, ""))
            if need.low < low:
                words = _("“%(tier)s” asks for %(low)s, “%(below)s” below it for %(more)s. A higher tier takes more.")
                names = {"tier": tier.name, "low": _n(need.low), "below": below, "more": _n(low)}
                yield Fault(f"tiers.{at}.needs", words % names)
            asked[need.figure, need.score] = max((low, below), (need.low, tier.name))


FURTHER: tuple[Callable[[Definition], Iterator[Fault]], ...] = (_sources, _kinds, _unmeetable, _order)


def _n(value: Decimal) -> str:
    return f"{value.normalize():f}"
