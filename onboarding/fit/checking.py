"""What a profile can't be: refused with the sentence that explains it, before anybody relies on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext as _

from onboarding.fit.faults import Fault, ProfileRefused
from onboarding.fit.shape import SEVERAL, TEXTS, Criterion, Kind, ProfileDefinition
from onboarding.fit.vocabulary import choices_of, takes_values


def check(definition: ProfileDefinition) -> None:
    """Refuse what can't work.

    Raises:
        ProfileRefused: with every fault.
    """
    faults = [*_whole(definition)]
    for at, criterion in enumerate(definition.criteria):
        faults += [*_weight(criterion, f"criteria.{at}"), *_values(criterion, f"criteria.{at}")]
    if not faults:
        faults = [*_worthless(definition)]
    if faults:
        raise ProfileRefused(faults)


def _whole(definition: ProfileDefinition) -> Iterator[Fault]:
    if not definition.criteria:
        yield Fault("criteria", _("A profile needs at least one criterion."))
    elif definition.total <= 0:
        yield Fault("criteria", _("The weights add up to nothing: give at least one criterion a weight above zero."))
    for slug, times in Counter(each.slug for each in definition.criteria).items():
        if times > 1:
            yield Fault("criteria", _("“%(slug)s” is there twice. Each needs a name of its own.") % {"slug": slug})


def _weight(criterion: Criterion, place: str) -> Iterator[Fault]:
    if criterion.weight <= 0:
        words = _("“%(name)s” needs a weight above zero. What doesn’t count is left out.")
        yield Fault(f"{place}.weight", words % {"name": criterion.name})


def _values(criterion: Criterion, place: str) -> Iterator[Fault]:
    name, kind = criterion.name, criterion.kind
    if not takes_values(kind):
        if criterion.values:
            yield Fault(f"{place}.values", _("“%(name)s” takes no values.") % {"name": name})
        if kind is Kind.WEBSITE and criterion.needed > 1:
            yield Fault(f"{place}.needed", _("“%(name)s” is met or not: it needs one.") % {"name": name})
        return
    if not criterion.values:
        yield Fault(f"{place}.values", _("Say what counts as a match for “%(name)s”.") % {"name": name})
        return
    known = choices_of(kind)
    for value, times in Counter(criterion.values).items():
        if kind not in TEXTS and value not in known:
            words = _("“%(name)s”: there is no choice called “%(value)s”.")
            yield Fault(f"{place}.values", words % {"name": name, "value": value[:60]})
        if times > 1:
            yield Fault(f"{place}.values", _("“%(name)s” names “%(value)s” twice.") % {"name": name, "value": value})
    most = len(set(criterion.values)) if kind in SEVERAL else 1
    if criterion.needed > most:
        words = _("“%(name)s” asks for %(needed)d matches, but at most %(most)d are possible.")
        yield Fault(f"{place}.needed", words % {"name": name, "needed": criterion.needed, "most": most})


def _worthless(definition: ProfileDefinition) -> Iterator[Fault]:
    for at, (criterion, points) in enumerate(zip(definition.criteria, definition.points, strict=True)):
        if not points:
            words = _("“%(name)s” weighs so little that it brings no point of 100. Raise its weight or leave it out.")
            yield Fault(f"criteria.{at}.weight", words % {"name": criterion.name})
