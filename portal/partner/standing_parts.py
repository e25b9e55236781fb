"""The tier page's parts as its templates show them: requirements, ladder, score, benefits and dates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.charts import Figure as Chart
from portal.charts import Rung, stairs
from portal.formats import day_text, number_text
from standing.enums import BenefitKind
from standing.registry import MEASURES
from standing.scheme.evaluating import Judged, share
from standing.scheme.shape import Group, Need, Ref
from standing.words import Labels, bare, lacking_words, named, need_name, need_words, open_needs

if TYPE_CHECKING:
    from standing.reports import Place
    from standing.scheme import Definition, Figure
    from standing.scheme.shape import Brings, TierShape

HUNDRED = Decimal(100)
NEARLY = 0.95
"""What the values of sets are called, such as certificates by their slug."""


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement. filled: how much of its bar, in per cent. detail: what exactly is counted, over which days."""

    name: str
    met: bool
    filled: Decimal
    value: str
    asked: str
    missing: str
    detail: str


@dataclass(frozen=True, slots=True)
class Part:
    """A requirement (`row`), or several of which all or any are needed. filled: as a row's."""

    met: bool
    filled: Decimal
    row: Row | None = None
    title: str = ""
    tracks: tuple[Part, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Reader:
    """Turns judged requirements into parts, for one enrollment on the day that its figures are of."""

    definition: Definition
    currency: str
    on: date
    labels: Labels

    def parts(self, judged: Judged) -> tuple[Part, ...]:
        """Return the parts of a tier's or a specialisation's requirements."""
        node = judged.node
        if isinstance(node, Ref) or (isinstance(node, Group) and node.every and not node.name):
            return tuple(part for each in judged.parts for part in self.parts(each))
        return (self.part(judged),)

    def inside(self, judged: Judged) -> tuple[Part, ...]:
        """Return the parts of an alternative, whose title stands over them."""
        if isinstance(judged.node, Group) and judged.node.every:
            return tuple(part for each in judged.parts for part in self.parts(each))
        return self.parts(judged)

    def part(self, judged: Judged, title: str = "") -> Part:
        """Return one part."""
        node, filled = judged.node, share(judged) * HUNDRED
        if isinstance(node, Need):
            return Part(judged.met, filled, row=self.row(node, judged))
        if isinstance(node, Group) and not node.every:
            tracks = tuple(
                Part(each.met, share(each) * HUNDRED, title=self.title(each, number), parts=self.inside(each))
                for number, each in enumerate(judged.parts, 1)
            )
            return Part(judged.met, filled, title=node.name or title or _("One of these"), tracks=tracks)
        inner = tuple(part for each in judged.parts for part in self.parts(each))
        return Part(judged.met, filled, title=title or getattr(node, "name", ""), parts=inner)

    def title(self, judged: Judged, number: int) -> str:
        """Return what an alternative is called."""
        node = judged.node
        if isinstance(node, Ref):
            return named(self.definition, node)
        if isinstance(node, Need):
            return ""
        return node.name or _("Track %(number)d") % {"number": number}

    def row(self, need: Need, judged: Judged) -> Row:
        """Return one requirement."""
        return Row(
            name=need_name(self.definition, need, self.labels),
            met=judged.met,
            filled=share(judged) * HUNDRED,
            value=self._value(need, judged),
            asked=self._asked(need),
            missing="" if judged.met else self._missing(need, judged),
            detail=self._detail(need),
        )

    def _value(self, need: Need, judged: Judged) -> str:
        if isinstance(judged.value, tuple) or need.values:
            held = [value for value in need.values if isinstance(judged.value, tuple) and value in judged.value]
            return number_text(len(held))
        return bare(judged.value or Decimal(0), need.figure, self.currency)

    def _asked(self, need: Need) -> str:
        if need.values:
            return _("of %(count)d") % {"count": len(need.values)} if need.op == "includes_all" else _("one needed")
        if need.low is not None and need.high is not None:
            low, high = (bare(value, need.figure, self.currency) for value in (need.low, need.high))
            return _("from %(low)s to %(high)s") % {"low": low, "high": high}
        if need.low is not None:
            return _("of %(low)s") % {"low": bare(need.low, need.figure, self.currency)}
        return need_words(need, self.currency, self.labels)

    def _missing(self, need: Need, judged: Judged) -> str:
        return lacking_words(need, judged, self.currency, self.labels)

    def _detail(self, need: Need) -> str:
        if need.figure is None:
            return _("Points of the score below.")
        return " ".join(filter(None, [str(MEASURES[need.figure.measure].sentence), self.window(need.figure)]))

    def window(self, figure: Figure) -> str:
        """Return over which days a figure looks back."""
        if not figure.months and not figure.days:
            return _("As of %(day)s.") % {"day": day_text(self.on)}
        back = relativedelta(months=figure.months) if figure.months else relativedelta(days=figure.days)
        first = self.on - back + timedelta(days=1)
        return _("From %(first)s to %(last)s.") % {"first": day_text(first), "last": day_text(self.on)}


@dataclass(frozen=True, slots=True)
class Section:
    """What one tier takes."""

    tier: TierShape
    parts: tuple[Part, ...]
    met: int
    count: int


def sections(place: Place, reader: Reader, aim: int) -> list[Section]:
    """Return what the tier of a rank takes, before it what is open of those below and isn't covered by its own."""
    found, covered = [], _covered(place, aim)
    for rank in range(1, aim + 1):
        judged, tier = place.verdict.tiers[rank - 1], place.shape.tiers[rank - 1]
        if rank < aim and (judged.met or all(_key(each) in covered for each in open_needs(judged))):
            continue
        parts = reader.parts(judged)
        found.append(Section(tier, parts, sum(part.met for part in parts), len(parts)))
    return found


def _covered(place: Place, aim: int) -> set[tuple[object, ...]]:
    return {_key(each) for each in open_needs(place.verdict.tiers[aim - 1])}


def _key(judged: Judged) -> tuple[object, ...]:
    node = judged.node
    return (node.figure, node.score, node.op) if isinstance(node, Need) else (node,)


# -- The ladder


def ladder_figure(place: Place) -> Chart:
    """Return the ladder as a chart, with what each tier takes and brings as its table."""
    rungs, rows = [], []
    for rank, (tier, judged) in enumerate(zip(place.shape.tiers, place.verdict.tiers, strict=True), 1):
        met, count = _counted(judged)
        words = _("all met") if judged.met else _("%(met)d of %(count)d met") % {"met": met, "count": count}
        held = rank == place.held
        # What isn't met never looks full.
        filled = 1.0 if judged.met else min(float(share(judged)), NEARLY)
        rungs.append(Rung(tier.name, filled, _("You are here") if held else words, held))
        brings = "; ".join(benefit_words(each) for each in tier.brings)
        rows.append([tier.name, words, brings or "–"])
    return Chart(
        plot=stairs(rungs),
        title=_("The ladder"),
        caption=_("How much of what each tier takes is met, on %(day)s") % {"day": day_text(_computed_on(place))},
        description=" ".join(f"{row[0]}: {row[1]}." for row in rows),
        head=(_("Tier"), _("Requirements"), _("Brings")),
        rows=rows,
    )


def _counted(judged: Judged) -> tuple[int, int]:
    """Return how many of a tier's requirements are met, and of how many; alternatives count as one."""
    if isinstance(judged.node, Ref) or (isinstance(judged.node, Group) and judged.node.every):
        counts = [_counted(part) for part in judged.parts]
        return sum(met for met, _count in counts), sum(count for _met, count in counts)
    return int(judged.met), 1


def _computed_on(place: Place) -> date:
    assert place.calculation is not None  # noqa: S101  (the ladder is drawn of figures)
    on: date = place.calculation.day
    return on


# -- What tiers bring


@dataclass(frozen=True, slots=True)
class BenefitRow:
    """A benefit beside what one has. better: it is more than that."""

    label: str
    now: str
    then: str
    better: bool


def benefit_rows(now: TierShape | None, then: TierShape) -> list[BenefitRow]:
    """Return what a tier brings beside what another does."""
    has = {each.kind: each for each in now.brings} if now else {}
    gets = {each.kind: each for each in then.brings}
    return [
        BenefitRow(
            str(BenefitKind(kind).label),
            _benefit_value(has.get(kind)),
            _benefit_value(gets.get(kind)),
            _is_better(has.get(kind), gets.get(kind)),
        )
        for kind in BenefitKind.values
        if kind in has or kind in gets
    ]


def _benefit_value(brings: Brings | None) -> str:
    if brings is None:
        return "–"
    return brings.text if brings.value is None else number_text(brings.value.normalize())


def _is_better(now: Brings | None, then: Brings | None) -> bool:
    if then is None:
        return False
    if then.value is None:
        return now is None or now.text != then.text
    return now is None or now.value is None or then.value > now.value


def benefit_words(brings: Brings) -> str:
    """Return a benefit as one reads it: “20% discount”."""
    if brings.value is None:
        return brings.text
    value = number_text(brings.value.normalize())
    words = {
        BenefitKind.DISCOUNT: _("%(value)s%% discount"),
        BenefitKind.MARGIN: _("%(value)s%% further margin"),
        BenefitKind.PROTECTION_DAYS: _("%(value)s days of protection"),
        BenefitKind.MDF_RATE: _("%(value)s%% of revenue as funds"),
    }
    return words[BenefitKind(brings.kind)] % {"value": value}


def gains(now: TierShape | None, then: TierShape) -> str:
    """Return what a tier brings more than another, in words: “4 points more discount and 30 days more protection”."""
    more = []
    for kind in (BenefitKind.DISCOUNT, BenefitKind.MARGIN, BenefitKind.PROTECTION_DAYS, BenefitKind.MDF_RATE):
        value = brought(then, kind) - brought(now, kind)
        if value > 0:
            more.append(_more(kind, 1 if value == 1 else 2) % {"value": number_text(value.normalize())})
    return listed(more)


def _more(kind: BenefitKind, count: int) -> str:
    words = {
        BenefitKind.DISCOUNT: ngettext("%(value)s point more discount", "%(value)s points more discount", count),
        BenefitKind.MARGIN: ngettext("%(value)s point more margin", "%(value)s points more margin", count),
        BenefitKind.PROTECTION_DAYS: ngettext("%(value)s day more protection", "%(value)s days more protection", count),
        BenefitKind.MDF_RATE: ngettext("%(value)s point more funds", "%(value)s points more funds", count),
    }
    return words[kind]


def brought(tier: TierShape | None, kind: BenefitKind) -> Decimal:
    """Return how much of a benefit a tier brings, 0 where none."""
    found = [each.value for each in tier.brings if each.kind == kind] if tier else []
    return found[0] if found and found[0] is not None else Decimal(0)


def listed(words: list[str]) -> str:
    """Return several words as one text: “a, b and c”."""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


# -- What the page says first


def headline(place: Place) -> str:
    """Return where one stands in a sentence."""
    tiers, missing = place.shape.tiers, place.missing(place.aim)
    if not place.held:
        return _("%(tier)s is your first step") % {"tier": tiers[place.aim - 1].name}
    words = {"tier": tiers[place.held - 1].name, "next": tiers[place.aim - 1].name, "count": len(missing)}
    if place.falls_short:
        return (
            ngettext(
                "You are %(tier)s. One thing is missing to keep it",
                "You are %(tier)s. %(count)d things are missing to keep it",
                len(missing),
            )
            % words
        )
    if place.at_top:
        return _("You are %(tier)s, the highest tier") % words
    return (
        ngettext(
            "You are %(tier)s. One thing is missing for %(next)s",
            "You are %(tier)s. %(count)d things are missing for %(next)s",
            len(missing),
        )
        % words
    )


def chosen_tiers(place: Place, aim: int, path: str) -> list[dict[str, object]]:
    """Return the tiers that one can look at: that to be kept, and all above the one that one holds."""
    first = place.earned if place.falls_short else min(place.held + 1, len(place.shape.tiers))
    return [
        {"label": tier.name, "url": f"{path}?tier={tier.slug}#takes", "current": rank == aim, "count": None}
        for rank, tier in enumerate(place.shape.tiers, 1)
        if rank >= first
    ]


def all_rows(parts: tuple[Part, ...]) -> Iterator[Row]:
    """Yield every single requirement of parts."""
    for part in parts:
        if part.row is not None:
            yield part.row
        yield from all_rows(part.parts)
        yield from all_rows(part.tracks)
