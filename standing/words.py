"""Figures, requirements and what is missing, in words: the sentences behind every standing."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from babel.numbers import format_decimal
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from prm.kernel.money import locale_of, shown
from standing.registry import MEASURES, SOURCES, How, Unit
from standing.scheme.evaluating import Judged
from standing.scheme.shape import TOTAL, Group, Need, Op, Place, Ref

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.utils.functional import Promise

    from standing.registry import FactSource
    from standing.scheme import Definition, Figure, Verdict
    from standing.scheme.evaluating import Value
    from standing.scheme.shape import PointRule, Where

MOST_TOLD = 3
Labels = Mapping[str, Mapping[str, str]]
NO_LABELS: Labels = {}
"""By tag: what a vendor calls its values."""


def plain(value: Decimal) -> str:
    """Return a number as the reader's language groups it, without needless zeros."""
    return format_decimal(value, format="#,##0.####", locale=locale_of(get_language() or "en"))


def bare(value: Decimal, figure: Figure | None, currency: str) -> str:
    """Return a value as it stands beside its name: money and percentages with their sign, counts without a unit."""
    if figure is None:
        return plain(value)
    # A draft may name what isn't registered.
    measure = MEASURES.get(figure.measure)
    unit = str(measure.unit) if measure else ""
    if figure.growth or figure.place is not None or unit == "percent":
        return f"{plain(value)} %"
    return shown(value, currency) if unit == "money" else plain(value)


def amount(value: Decimal, figure: Figure | None, currency: str) -> str:
    """Return a figure's value with its unit; without a figure, points of a score."""
    if figure is None:
        return points_words(value)
    if figure.growth or figure.place is not None:
        return f"{plain(value)} %"
    measure = MEASURES.get(figure.measure)
    return with_unit(value, measure.unit if measure else "", currency)


def points_words(points: Decimal) -> str:
    """Return points with the word: “1 point”, “2.5 points”."""
    return ngettext("%(points)s point", "%(points)s points", 1 if abs(points) == 1 else 2) % {"points": plain(points)}


def with_unit(value: Decimal, unit: str | Promise | Unit, currency: str) -> str:
    """Return a number with its unit: “12 certificates”, “1 certificate”, “40,000 €”, “12 %”."""
    if isinstance(unit, Unit):
        return f"{plain(value)} {unit.of(value)}"
    if unit == "money":
        return shown(value, currency)
    return f"{plain(value)} %" if unit == "percent" else f"{plain(value)} {unit}".rstrip()


def value_words(value: Value, figure: Figure | None, currency: str, labels: Labels = NO_LABELS) -> str:
    """Return what an enrollment has, in words."""
    if isinstance(value, tuple):
        return held_words(value, labels) or _("none")
    return amount(value, figure, currency)


def figure_name(figure: Figure, labels: Labels = NO_LABELS) -> str:
    """Return what a figure is: the measure, narrowed down, and over which time.

    labels: what the vendor calls values of tags, such as its product families by their codes.
    """
    name = counted_name(figure, labels)
    if figure.growth:
        name = _("Growth of %(measure)s") % {"measure": name}
    if figure.place is Place.PROGRAM:
        name = _("Place by %(measure)s in the program") % {"measure": name}
    elif figure.place is Place.COUNTRY:
        name = _("Place by %(measure)s in the country") % {"measure": name}
    return f"{name}, {window_words(figure)}" if figure.months or figure.days else name


def counted_name(figure: Figure, labels: Labels = NO_LABELS) -> str:
    """Return what is counted: the measure, narrowed down."""
    measure = MEASURES.get(figure.measure)
    # A draft may name what isn't registered.
    parts = [str(measure.label) if measure else figure.measure, *tag_words(figure.where, figure.measure, labels)]
    return " · ".join(parts)


def tag_words(where: Where, measure: str, labels: Labels = NO_LABELS) -> list[str]:
    """Return by what a figure is narrowed down, one text for each tag."""
    found = MEASURES.get(measure)
    return [values_words(tag, values, found.facts if found else None, labels) for tag, values in where]


def values_words(tag: str, values: tuple[str, ...], source: FactSource | None, labels: Labels = NO_LABELS) -> str:
    """Return a tag's values as people call them."""
    known = source.tags[tag].choices if source and tag in source.tags else {}
    named = {**known, **labels.get(tag, {})}
    return ", ".join(str(named.get(value, value)) for value in values)


def window_words(figure: Figure) -> str:
    """Return over which time a figure looks back."""
    if figure.months:
        words = ngettext("last month", "last %(count)d months", figure.months)
        return words % {"count": figure.months}
    words = ngettext("last day", "last %(count)d days", figure.days)
    return words % {"count": figure.days}


def need_name(definition: Definition, need: Need, labels: Labels = NO_LABELS) -> str:
    """Return what a requirement is about."""
    if need.name:
        return need.name
    if need.figure is not None:
        return figure_name(need.figure, labels)
    if need.score == TOTAL:
        return _("Score")
    names = {each.slug: each.name for each in definition.categories}
    names |= {each.slug: each.name for each in definition.totals}
    return names.get(need.score, need.score)


def need_words(need: Need, currency: str, labels: Labels = NO_LABELS) -> str:
    """Return what is asked for."""
    if need.op in {Op.ALL_OF, Op.ANY_OF}:
        values = held_words(need.values, labels)
        return (_("all of: %(values)s") if need.op is Op.ALL_OF else _("one of: %(values)s")) % {"values": values}
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


def missing_words(definition: Definition, judged: Judged, currency: str, labels: Labels = NO_LABELS) -> str:
    """Return what is missing for one more requirement, in words: “Won revenue, last 12 months: 40,000 € more”."""
    need = judged.node
    assert isinstance(need, Need)  # noqa: S101  (what `open_needs` yields)
    return _("%(name)s: %(missing)s") % {
        "name": need_name(definition, need, labels),
        "missing": lacking_words(need, judged, currency, labels),
    }


def lacking_words(need: Need, judged: Judged, currency: str, labels: Labels = NO_LABELS) -> str:
    """Return what is missing, without its name: “40,000 € more”."""
    if isinstance(judged.missing, tuple):
        values = held_words(judged.missing, labels)
        return values if need.op is Op.ALL_OF else _("one of: %(values)s") % {"values": values}
    if need.figure is not None and need.figure.place is not None:
        return need_words(need, currency)
    told = bare(judged.missing or Decimal(0), need.figure, currency)
    too_little = need.low is not None and isinstance(judged.value, Decimal) and judged.value < need.low
    return (_("%(missing)s more") if too_little else _("%(missing)s less")) % {"missing": told}


def held_words(values: Iterable[str], labels: Labels) -> str:
    """Return the values of a list by the names that the vendor gave them."""
    names = labels.get("credential", {})
    return ", ".join(names.get(value, value) for value in values)


def missing_for(
    definition: Definition, verdict: Verdict, rank: int, currency: str, labels: Labels = NO_LABELS
) -> list[str]:
    """Return what is missing for the tier of a rank, and for those below it, in words."""
    found = [each for judged in verdict.tiers[:rank] for each in open_needs(judged)]
    strongest: dict[tuple[object, ...], Judged] = {}
    for each in found:
        need = each.node
        assert isinstance(need, Need)  # noqa: S101
        strongest[need.figure, need.score, need.op in {Op.ALL_OF, Op.ANY_OF}] = each
    return [missing_words(definition, each, currency, labels) for each in strongest.values()]


def reached_words(
    definition: Definition, verdict: Verdict, rank: int, currency: str, labels: Labels = NO_LABELS
) -> str:
    """Return why a tier is reached: its own requirements with the figures that meet them."""
    judged = verdict.tiers[rank - 1]
    told = [
        f"{need_name(definition, each.node, labels)}: "
        f"{value_words(each.value or Decimal(0), each.node.figure, currency, labels)}"
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


def step_words(figure: Figure, more: Value, currency: str, labels: Labels = NO_LABELS) -> str:
    """Return a change of a figure: “Won revenue +40,000 €”."""
    name = counted_name(figure, labels)
    if isinstance(more, tuple):
        return _("%(name)s: %(values)s") % {"name": name, "values": held_words(more, labels)}
    sign = "+" if more >= 0 else "−"
    return f"{name} {sign}{bare(abs(more), figure, currency)}"


def rule_words(rule: PointRule, currency: str) -> str:
    """Return what a rule gives: “1 point for each 1,000 €, at most 100 in a quarter; they count for 12 months”."""
    points = points_words(rule.points)
    if rule.per is None:
        words = _("%(points)s each") % {"points": points}
    else:
        per = with_unit(rule.per, SOURCES[rule.source].unit, currency)
        words = _("%(points)s for each %(per)s") % {"points": points, "per": per}
    if rule.cap is not None:
        most = {
            "month": _("at most %(cap)s in a month"),
            "quarter": _("at most %(cap)s in a quarter"),
            "year": _("at most %(cap)s in a year"),
        }[rule.cap_period]
        words = f"{words}, {most % {'cap': plain(rule.cap)}}"
    return f"{words}; {_lasting(rule)}"


def _lasting(rule: PointRule) -> str:
    if rule.fades_months:
        words = ngettext("they fade within a month", "they fade within %(n)d months", rule.fades_months)
        return words % {"n": rule.fades_months}
    if rule.expires_months:
        words = ngettext("they count for a month", "they count for %(n)d months", rule.expires_months)
        return words % {"n": rule.expires_months}
    return _("they don’t expire")


def is_list(figure: Figure) -> bool:
    """Whether a figure is a set of values rather than a number."""
    return MEASURES[figure.measure].how is How.VALUES


def named(definition: Definition, ref: Ref) -> str:
    """Return the name of requirements that are named elsewhere."""
    return next((each.name for each in definition.requirements if each.slug == ref.slug), ref.slug)
