"""A whole scheme in plain language: each rule, tier and date as sentences, in the vendor's currency and words.

The builder, the preview and the comparison of two versions all tell it from here. A draft that is wrong, or that names
what isn't there, is told as well as it can be.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from standing.enums import BenefitKind
from standing.registry import SOURCES
from standing.scheme.shape import Group, Need, Op, Ref
from standing.words import (
    NO_LABELS,
    Labels,
    amount,
    bare,
    figure_name,
    named,
    need_name,
    need_words,
    plain,
    points_words,
    values_words,
    with_unit,
)

if TYPE_CHECKING:
    from standing.scheme import Definition
    from standing.scheme.shape import (
        Brings,
        Category,
        Line,
        Node,
        PointRule,
        Requirement,
        SpecialisationShape,
        TierShape,
        Total,
        Where,
    )


@dataclass(frozen=True, slots=True)
class Told:
    """A requirement in words. kind: "need", "all", "any" or "ref"; place: as faults name it."""

    text: str
    kind: str
    place: str
    parts: tuple[Told, ...] = ()

    @property
    def is_group(self) -> bool:
        """Whether it has parts of its own."""
        return self.kind in {"all", "any"}

    def lines(self, depth: int = 0) -> Iterator[str]:
        """Yield it as plain lines, parts further in."""
        yield "\u2003" * depth + self.text
        for part in self.parts:
            yield from part.lines(depth + 1)


@dataclass(frozen=True, slots=True)
class Part:
    """A rule, category, tier and so on. needs: what it takes, None for nothing; brings: benefits."""

    section: str
    at: int
    slug: str
    name: str
    sentences: tuple[str, ...] = ()
    needs: Told | None = None
    brings: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Its place in the definition."""
        return f"{self.section}.{self.at}" if self.slug else self.section

    def lines(self) -> list[str]:
        """Return all that is said of it, line by line."""
        told = list(self.needs.lines()) if self.needs else []
        return [*self.sentences, *told, *self.brings]


class Teller:
    """Tells a definition. labels: by tag, what the vendor calls its values."""

    def __init__(self, definition: Definition, currency: str, labels: Labels = NO_LABELS) -> None:
        self.definition, self.currency = definition, currency
        own = {
            "category": {each.slug: each.name for each in definition.categories},
            "rule": {each.slug: each.name for each in definition.rules},
        }
        self.labels = {**own, **labels}

    def sections(self) -> dict[str, tuple[Part, ...]]:
        """Return every part by section, in the order in which one reads it."""
        told = self.definition
        return {
            "rules": tuple(self.rule(at, each) for at, each in enumerate(told.rules)),
            "categories": tuple(self.category(at, each) for at, each in enumerate(told.categories)),
            "lines": tuple(self.line(at, each) for at, each in enumerate(told.lines)),
            "totals": tuple(self.total(at, each) for at, each in enumerate(told.totals)),
            "requirements": tuple(self.named(at, each) for at, each in enumerate(told.requirements)),
            "tiers": tuple(self.tier(at, each) for at, each in enumerate(told.tiers)),
            "specialisations": tuple(self.specialisation(at, each) for at, each in enumerate(told.specialisations)),
            "review": (Part("review", 0, "", _("Reviews"), tuple(self.review())),),
        }

    # -- Points

    def rule(self, at: int, rule: PointRule) -> Part:
        """Return a point rule."""
        source = SOURCES.get(rule.source)
        what = " · ".join([str(source.label) if source else rule.source, *self.tags(rule.where, rule.source)])
        said = [_("%(what)s: %(points)s.") % {"what": what, "points": self.earned(rule)}]
        for times in rule.times:
            words = _("%(factor)s times as many for %(which)s.")
            which = ", ".join(self.tags(times.where, rule.source))
            said.append(words % {"factor": plain(times.factor), "which": which})
        if len(rule.times) > 1:
            said.append(_("Of several factors the largest counts."))
        if rule.cap is not None:
            periods = {"month": _("a month"), "quarter": _("a quarter"), "year": _("a year")}
            words = _("At most %(cap)s points %(period)s.")
            said.append(words % {"cap": plain(rule.cap), "period": periods[rule.cap_period]})
        said.append(lasting(rule))
        if rule.category:
            name = self.labels["category"].get(rule.category, rule.category)
            said.append(_("Kind of points: %(name)s.") % {"name": name})
        return Part("rules", at, rule.slug, rule.name, tuple(said))

    def earned(self, rule: PointRule) -> str:
        """Return how many points something earns."""
        points = points_words(rule.points)
        if rule.per is None:
            return _("%(points)s each") % {"points": points}
        source = SOURCES.get(rule.source)
        per = with_unit(rule.per, source.unit if source else "", self.currency)
        words = _("%(points)s for each full %(per)s") if rule.whole else _("%(points)s for each %(per)s")
        return words % {"points": points, "per": per}

    def tags(self, where: Where, source: str) -> list[str]:
        """Return what facts are narrowed down to."""
        found = SOURCES.get(source)
        return [values_words(tag, values, found, self.labels) for tag, values in where]

    # -- Scores

    def category(self, at: int, category: Category) -> Part:
        """Return a category of a score."""
        said = [
            _("Between 0 and %(most)s points.") % {"most": plain(category.most)}
            if category.most is not None
            else _("Any number of points, never below 0.")
        ]
        if category.weight != 1:
            said.append(_("Counts %(weight)s times in the score.") % {"weight": plain(category.weight)})
        return Part("categories", at, category.slug, category.name, tuple(said))

    def line(self, at: int, line: Line) -> Part:
        """Return a line of a score."""
        figure = line.figure
        name = figure_name(figure, self.labels)
        if line.bands:
            told = [
                _("%(points)s from %(start)s on")
                % {"start": amount(band.start, figure, self.currency), "points": points_words(band.points)}
                for band in line.bands
            ]
            said = [_("%(figure)s: %(bands)s.") % {"figure": name, "bands": "; ".join(told)}]
        else:
            words = (
                _("%(figure)s: %(points)s for each full %(per)s.")
                if line.whole
                else _("%(figure)s: %(points)s for each %(per)s.")
            )
            per = amount(line.per, figure, self.currency)
            said = [words % {"figure": name, "points": points_words(line.points), "per": per}]
        if line.most is not None:
            said.append(_("At most %(most)s points.") % {"most": plain(line.most)})
        category = self.labels["category"].get(line.category, line.category)
        said.append(_("Counts in: %(name)s.") % {"name": category})
        return Part("lines", at, line.slug, line.name, tuple(said))

    def total(self, at: int, total: Total) -> Part:
        """Return a sum of some categories."""
        names = ", ".join(self.labels["category"].get(slug, slug) for slug in total.categories)
        said = (_("Adds up: %(names)s.") % {"names": names},)
        return Part("totals", at, total.slug, total.name, said)

    # -- Requirements

    def needs(self, node: Node | None, place: str) -> Told | None:
        """Return requirements in words, None for none."""
        return None if node is None else self.node(node, place)

    def node(self, node: Node, place: str) -> Told:
        """Return a requirement, a group or a name in words."""
        if isinstance(node, Ref):
            return Told(_("Meets “%(name)s”") % {"name": named(self.definition, node)}, "ref", place)
        if isinstance(node, Need):
            return Told(self.need(node), "need", place)
        return self.group(node, place)

    def group(self, group: Group, place: str) -> Told:
        """Return a group in words, with its parts."""
        kind = "all" if group.every else "any"
        parts = tuple(self.node(part, f"{place}.{kind}.{at}") for at, part in enumerate(group.parts))
        words = _("All of these") if group.every else _("One of these")
        return Told(f"{group.name}: {words}" if group.name else words, kind, place, parts)

    def need(self, need: Need) -> str:
        """Return one requirement in a sentence."""
        name = need_name(self.definition, need, self.labels)
        if need.op in {Op.ALL_OF, Op.ANY_OF}:
            asked = need_words(need, self.currency, self.labels)
        else:
            asked = self.compared(need)
        return _("%(name)s: %(asked)s") % {"name": name, "asked": asked}

    def compared(self, need: Need) -> str:
        """Return with what a number is compared; its name says what is counted."""
        if need.figure is not None and need.figure.place is not None:
            return need_words(need, self.currency)
        low = bare(need.low, need.figure, self.currency) if need.low is not None else ""
        high = bare(need.high, need.figure, self.currency) if need.high is not None else ""
        if low and high:
            return _("from %(low)s to %(high)s") % {"low": low, "high": high}
        return _("at least %(low)s") % {"low": low} if low else _("at most %(high)s") % {"high": high}

    def named(self, at: int, each: Requirement) -> Part:
        """Return named requirements."""
        place = f"requirements.{at}.needs"
        return Part("requirements", at, each.slug, each.name, needs=self.needs(each.needs, place))

    # -- Tiers

    def tier(self, at: int, tier: TierShape) -> Part:
        """Return a tier."""
        said = (tier.summary,) if tier.summary else ()
        brings = tuple(brings_words(each) for each in tier.brings)
        return Part("tiers", at, tier.slug, tier.name, said, self.needs(tier.needs, f"tiers.{at}.needs"), brings)

    def specialisation(self, at: int, each: SpecialisationShape) -> Part:
        """Return a specialisation."""
        words = ngettext(
            "Held for %(months)d month once it is met.", "Held for %(months)d months once it is met.", each.months
        )
        said = (*([each.summary] if each.summary else []), words % {"months": each.months})
        place = f"specialisations.{at}.needs"
        return Part("specialisations", at, each.slug, each.name, said, self.needs(each.needs, place))

    def review(self) -> list[str]:
        """Return when tiers may be lowered."""
        rules = self.definition.review
        month, of_month = rules.first
        # Any leap year: the day may be 29 February.
        day = date_format(date(2024, month, min(of_month, monthrange(2024, month)[1])), "MONTH_DAY_FORMAT")
        said = [every_words(rules.months) % {"day": day}, _("Tiers rise as soon as they are reached, at any time.")]
        if rules.warn_days:
            days = _(" and ").join(str(each) for each in rules.warn_days)
            said.append(_("Who falls short is warned %(days)s days before.") % {"days": days})
        else:
            said.append(_("Nobody is warned, so no review begins and no tier is ever lowered."))
        if rules.grace_days:
            words = _("After the review there are %(days)d days of grace; then the partner manager decides.")
            said.append(words % {"days": rules.grace_days})
        else:
            said.append(_("After the review the partner manager decides."))
        if rules.qualifying_months:
            words = ngettext(
                "Who reached a tier on a day of this month or the month before holds it.",
                "Who reached a tier on a day of this month or the %(count)d months before holds it.",
                rules.qualifying_months,
            )
            said.append(words % {"count": rules.qualifying_months})
        return said


def lasting(rule: PointRule) -> str:
    """Return how long points count."""
    if rule.fades_months:
        words = _("They fade: an equal part is lost each month, until after %(months)d months nothing is left.")
        return words % {"months": rule.fades_months}
    if rule.expires_months:
        words = ngettext("They count for %(months)d month.", "They count for %(months)d months.", rule.expires_months)
        return words % {"months": rule.expires_months}
    return _("They don’t expire.")


def brings_words(brings: Brings) -> str:
    """Return a benefit."""
    if brings.value is None:
        return brings.text
    value = {"value": plain(brings.value)}
    words = {
        BenefitKind.DISCOUNT: _("%(value)s %% discount"),
        BenefitKind.MARGIN: _("%(value)s %% further margin"),
        BenefitKind.PROTECTION_DAYS: _("%(value)s days of protection"),
        BenefitKind.MDF_RATE: _("%(value)s %% of revenue as market development funds"),
    }
    return (
        words.get(BenefitKind(brings.kind), "%(value)s") % value if brings.kind in BenefitKind.values else brings.kind
    )


def every_words(months: int) -> str:
    """Return how often there is a review."""
    if months == 12:
        return _("Once a year, on %(day)s, tiers are reviewed.")
    words = ngettext(
        "Every month, beginning on %(day)s, tiers are reviewed.",
        "Every %(months)d months, beginning on %(day)s, tiers are reviewed.",
        months,
    )
    return words.replace("%(months)d", str(months))
