"""Figures, requirements and what is missing, in words: the sentences behind every standing."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from prm.kernel.money import shown
from standing.registry import MEASURES, How
from standing.scheme.evaluating import Judged
from standing.scheme.shape import TOTAL, Group, Need, Op, Place, Ref

if TYPE_CHECKING:
    from collections.abc import Iterator

    from standing.scheme import Definition, Figure, Verdict
    from standing.scheme.evaluating import Value

MOST_TOLD = 3


def plain(value: Decimal) -> str:
    """Return a number without needless zeros."""
    return f"{value.normalize():f}"


def amount(value: Decimal, figure: Figure | None, currency: str) -> str:
    """Return a figure's value with its unit; without a figure, points of a score."""
    if figure is None:
        return _("%(value)s points") % {"value": plain(value)}
    if figure.growth or figure.place is not None:
        return f"{plain(value)} %"
    unit = str(MEASURES[figure.measure].unit)
    if unit == "money":
        return shown(value, currency)
    return f"{plain(value)} %" if unit == "percent" else f"{plain(value)} {unit}"


def value_words(value: Value, figure: Figure | None, currency: str) -> str:
    """Return what an enrollment has, in words."""
    if isinstance(value, tuple):
        return ", ".join(value) or _("none")
    return amount(value, figure, currency)


def figure_name(figure: Figure) -> str:
    """Return what a figure is: the measure, narrowed down, and over which time."""
    measure = MEASURES[figure.measure]
    parts = [str(measure.label)]
    for tag, values in figure.where:
        choices = measure.facts.tags[tag].choices
        parts.append(", ".join(str(choices.get(value, value)) for value in values))
    name = " · ".join(parts)
    if figure.growth:
        name = _("Growth of %(measure)s") % {"measure": name}
    if figure.place is Place.PROGRAM:
        name = _("Place by %(measure)s in the program") % {"measure": name}
    elif figure.place is Place.COUNTRY:
        name = _("Place by %(measure)s in the country") % {"measure": name}
    return f"{name}, {window_words(figure)}" if figure.months or figure.days else name


def window_words(figure: Figure) -> str:
    """Return over which time a figure looks back."""
    if figure.months:
        words = ngettext("last month", "last %(count)d months", figure.months)
        return words % {"count": figure.months}
    words = ngettext("last day", "last %(count)d days", figure.days)
    return words % {"count": figure.days}


def need_name(definition: Definition, need: Need) -> str:
    """Return what a requirement is about."""
    if need.name:
        return need.name
    if need.figure is not None:
        return figure_name(need.figure)
    if need.score == TOTAL:
        return _("Score")
    return next(each.name for each in definition.categories if each.slug == need.score)


def need_words(need: Need, currency: str) -> str:
    """Return what is asked for."""
    if need.op is Op.ALL_OF:
        return _("all of: %(values)s") % {"values": ", ".join(need.values)}
    if need.op is Op.ANY_OF:
        return _("one of: %(values)s") % {"values": ", ".join(need.values)}
    low = amount(need.low, need.figure, currency) if need.low is not None else ""
    high = amount(need.high, need.figure, currency) if need.high is not None else ""
    if need.figure is not None and need.figure.place is not None and high:
        return _("among the top %(share)s") % {"share": high}
    if low and high:
        return _("from %(low)s to %(high)s") % {"low": low, "high": high}
    return low or _("at most %(high)s") % {"high": high}


def open_needs(judged: Judged) -> Iterator[Judged]:
    """Yield the single requirements that aren't met; of alternatives, those of the one with the fewest open."""
    if judged.met:
        return
    node = judged.node
    if isinstance(node, Need):
        yield judged
    elif isinstance(node, Group) and not node.every:
        yield from min((list(open_needs(part)) for part in judged.parts), key=len)
    else:
        for part in judged.parts:
            yield from open_needs(part)


def missing_words(definition: Definition, judged: Judged, currency: str) -> str:
    """Return what is missing for one more requirement, in words: “Won revenue, last 12 months: 40,000 € more”."""
    need = judged.node
    assert isinstance(need, Need)  # noqa: S101  (what `open_needs` yields)
    name = need_name(definition, need)
    if isinstance(judged.missing, tuple):
        words = _("%(name)s: %(values)s")
        return words % {"name": name, "values": ", ".join(judged.missing)}
    missing = judged.missing or Decimal(0)
    if need.figure is not None and need.figure.place is not None:
        return _("%(name)s: %(asked)s") % {"name": name, "asked": need_words(need, currency)}
    told = amount(missing, need.figure, currency)
    too_little = need.low is not None and isinstance(judged.value, Decimal) and judged.value < need.low
    return (_("%(name)s: %(missing)s more") if too_little else _("%(name)s: %(missing)s less")) % {
        "name": name,
        "missing": told,
    }


def missing_for(definition: Definition, verdict: Verdict, rank: int, currency: str) -> list[str]:
    """Return what is missing for the tier of a rank, and for those below it, in words."""
    found = [each for judged in verdict.tiers[:rank] for each in open_needs(judged)]
    strongest: dict[tuple[object, ...], Judged] = {}
    for each in found:
        need = each.node
        assert isinstance(need, Need)  # noqa: S101
        strongest[need.figure, need.score, need.op in {Op.ALL_OF, Op.ANY_OF}] = each
    return [missing_words(definition, each, currency) for each in strongest.values()]


def reached_words(definition: Definition, verdict: Verdict, rank: int, currency: str) -> str:
    """Return why a tier is reached: its own requirements with the figures that meet them."""
    judged = verdict.tiers[rank - 1]
    told = [
        f"{need_name(definition, each.node)}: {value_words(each.value or Decimal(0), each.node.figure, currency)}"
        for each in _met(judged)
        if isinstance(each.node, Need)
    ]
    return "; ".join(told[:MOST_TOLD]) or _("it takes nothing")


def _met(judged: Judged) -> Iterator[Judged]:
    if isinstance(judged.node, Need):
        if judged.met:
            yield judged
        return
    parts = judged.parts
    if isinstance(judged.node, Group) and not judged.node.every:
        parts = tuple(part for part in parts if part.met)[:1]
    for part in parts:
        yield from _met(part)


def is_list(figure: Figure) -> bool:
    """Whether a figure is a set of values rather than a number."""
    return MEASURES[figure.measure].how is How.VALUES


def named(definition: Definition, ref: Ref) -> str:
    """Return the name of requirements that are named elsewhere."""
    return next(each.name for each in definition.requirements if each.slug == ref.slug)
