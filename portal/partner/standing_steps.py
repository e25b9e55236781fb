"""Where one stands in short, for the home page and the list of programs: tier, progress, the step that helps most."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from portal.partner.standing_parts import gains
from standing.scheme.evaluating import share
from standing.trying import steps_to
from standing.words import step_words

if TYPE_CHECKING:
    from standing.reports import Place

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is to the tier to look at. filled: in per cent. step: what helps most. keeps: it is held already."""

    tier: str
    filled: Decimal
    step: str
    brings: str
    keeps: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A program with where one stands in it."""

    enrollment: Any
    tier: str
    progress: Progress | None


def card_of(place: Place) -> Card:
    """Return a program's card. No query."""
    tier = place.standing.tier.name if place.standing else ""
    return Card(place.enrollment, tier, progress_of(place))


def progress_of(place: Place) -> Progress | None:
    """Return how far it is to the next tier, or to keep one that isn't secured; None at the top and without figures.

    No query.
    """
    if place.calculation is None or (place.at_top and not place.falls_short):
        return None
    tiers, aim = place.shape.tiers, place.aim
    held = tiers[place.held - 1] if place.held else None
    shares = [share(judged) for judged in place.verdict.tiers[:aim] if not judged.met]
    filled = min(shares, default=Decimal(1)) * HUNDRED
    steps = steps_to(place.shape, place.values, aim)
    words = ""
    if steps:
        best = steps[0]
        told = step_words(best.figure, best.more, place.currency)
        words = (_("%(step)s is enough") if best.alone else _("%(step)s helps most")) % {"step": told}
    return Progress(tiers[aim - 1].name, filled, words, gains(held, tiers[aim - 1]), place.falls_short)
