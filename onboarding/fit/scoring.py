"""How well an organisation fits a profile, and why.

The weights are brought to whole points that add up to 100; each criterion earns its points, or with partial credit a
part of them, rounded to whole points. The score is the sum of what was earned, so that its reasons always add up.

What isn't stated earns nothing, and its points stay in the hundred: nobody gets a better score by saying less. How much
is known, and what the score could become at most, is told beside it.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from onboarding.fit.shape import SINGLE, TEXTS, Criterion, Facts, Kind, ProfileDefinition
from onboarding.fit.vocabulary import SIZES, named
from partners.places import COUNTRIES_OF

NEXT_SIZE = Fraction(1, 2)
"""What the next smaller or larger size earns with partial credit."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What a criterion brought. criterion: its slug; weight: what it brings at most; known: whether it was stated."""

    criterion: str
    name: str
    weight: int
    earned: int
    known: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Fit:
    """How well an organisation fits. score: 0 to 100, the sum of what the reasons earned."""

    score: int
    reasons: tuple[Reason, ...]

    @property
    def known(self) -> int:
        """Of the hundred points, those of criteria about which something is known."""
        return sum(each.weight for each in self.reasons if each.known)

    @property
    def at_most(self) -> int:
        """The score if everything that isn't stated turned out to match."""
        return self.score + 100 - self.known

    def as_data(self) -> list[dict[str, Any]]:
        """Return the reasons as JSON keeps them."""
        return [asdict(each) for each in self.reasons]


def score_of(definition: ProfileDefinition, facts: Facts) -> Fit:
    """Return how well an organisation fits a profile that was checked, with a reason for each criterion in order."""
    reasons = tuple(
        _reason(criterion, points, facts)
        for criterion, points in zip(definition.criteria, definition.points, strict=True)
    )
    return Fit(sum(each.earned for each in reasons), reasons)


def credit_of(criterion: Criterion, facts: Facts) -> Fraction | None:
    """Return how far a criterion is met, from 0 to 1; None where nothing is stated about it."""
    found = _matches(criterion, facts)
    return None if found is None else found[0]


def _reason(criterion: Criterion, points: int, facts: Facts) -> Reason:
    found = _matches(criterion, facts)
    if found is None:
        return Reason(criterion.slug, criterion.name, points, 0, known=False, sentence=_("Not stated."))
    credit, sentence = found
    earned = int(credit * points + Fraction(1, 2))
    return Reason(criterion.slug, criterion.name, points, earned, known=True, sentence=sentence)


def _matches(criterion: Criterion, facts: Facts) -> tuple[Fraction, str] | None:
    if criterion.kind is Kind.WEBSITE:
        return _website(facts)
    if criterion.kind is Kind.CUSTOMERS:
        return _customers(criterion, facts)
    if criterion.kind in SINGLE:
        return _single(criterion, str(getattr(facts, criterion.kind)))
    return _several(criterion, facts)


def _website(facts: Facts) -> tuple[Fraction, str] | None:
    if facts.own_domain is None:
        return None
    if facts.own_domain:
        return Fraction(1), _("It has a domain of its own.")
    return Fraction(0), _("Its address is on a domain that many share.")


def _customers(criterion: Criterion, facts: Facts) -> tuple[Fraction, str] | None:
    if not facts.named_customers:
        return None
    words = _("Of %(named)d customers named, %(overlap)d are your accounts; %(needed)d are wanted.")
    figures = {"named": facts.named_customers, "overlap": facts.overlap, "needed": criterion.needed}
    return _share(criterion, facts.overlap), words % figures


def _share(criterion: Criterion, met: int) -> Fraction:
    """Return the credit for so many matches."""
    share = Fraction(min(met, criterion.needed), criterion.needed)
    return share if criterion.partial or share == 1 else Fraction(0)


def _single(criterion: Criterion, value: str) -> tuple[Fraction, str] | None:
    if not value:
        return None
    kind, word = criterion.kind, named(criterion.kind, [value])
    if value in criterion.values:
        return Fraction(1), _("It is what is wanted: %(value)s.") % {"value": word}
    if criterion.partial and kind is Kind.HEADCOUNT and _is_next(value, criterion.values):
        words = _("%(value)s is next to what is wanted (%(wanted)s): half.")
        return NEXT_SIZE, words % {"value": word, "wanted": named(kind, criterion.values)}
    words = _("%(value)s isn’t among what is wanted: %(wanted)s.")
    return Fraction(0), words % {"value": word, "wanted": named(kind, criterion.values)}


def _is_next(size: str, wanted: tuple[str, ...]) -> bool:
    return size in SIZES and any(abs(SIZES.index(size) - SIZES.index(each)) == 1 for each in wanted if each in SIZES)


def _several(criterion: Criterion, facts: Facts) -> tuple[Fraction, str] | None:
    stated = getattr(facts, criterion.kind)
    if criterion.kind is Kind.REGIONS and not stated:
        stated = tuple(region for region, countries in COUNTRIES_OF.items() if facts.country in countries)
    if not stated:
        return None
    met = [value for value in criterion.values if _has(criterion.kind, value, stated)]
    figures = {
        "met": len(met),
        "needed": criterion.needed,
        "found": named(criterion.kind, met),
        "wanted": named(criterion.kind, criterion.values),
    }
    if not met:
        return Fraction(0), _("None of what is wanted: %(wanted)s.") % figures
    if len(met) >= criterion.needed:
        return Fraction(1), _("It has what is wanted: %(found)s.") % figures
    return _share(criterion, len(met)), _("%(met)d of %(needed)d that are wanted: %(found)s.") % figures


def _has(kind: Kind, wanted: str, stated: tuple[str, ...]) -> bool:
    if kind not in TEXTS:
        return wanted in stated
    phrase = _folded(wanted)
    return any(phrase in _folded(each) for each in stated)


def _folded(text: str) -> str:
    """Return a text for finding whole words in it: "ISO/IEC 27001" in "iso iec 27001 (TÜV)"."""
    words = re.findall(r"\w+", text.casefold())
    return f" {' '.join(words)} "
