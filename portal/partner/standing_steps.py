"""Where one stands in short, for the home page and the list of programs: tier, progress, the step that helps most."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.partner.standing_parts import gains, listed
from standing.enums import BenefitKind
from standing.models import Benefit
from standing.reports import enrolled, place_of
from standing.scheme.evaluating import share
from standing.trying import steps_to
from standing.words import step_words

if TYPE_CHECKING:
    from dealreg.rules import Terms
    from prm.kernel.actors import Actor
    from standing.reports import Place

ZERO = Decimal(0)
Ladder = dict[tuple[int, str], dict[str, Decimal]]

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
        told = step_words(best.figure, best.more, place.currency, place.labels)
        words = (_("%(step)s is enough") if best.alone else _("%(step)s helps most")) % {"step": told}
    return Progress(tiers[aim - 1].name, filled, words, gains(held, tiers[aim - 1]), place.falls_short)


# -- On the home page


@dataclass(frozen=True, slots=True)
class StandingCard:
    """What holds for the partner's registrations with one vendor, and what the next tier takes or brings."""

    terms: Terms
    url: str
    progress: Progress | None = None
    next_tier: str = ""
    next_brings: str = ""


def standing_cards(terms: list[Terms], actor: Actor) -> list[StandingCard]:
    """Return a card per program. One query; one more where a program's figures haven't been worked out yet."""
    wanted = [held.enrollment_id for held in terms]
    places = {row.pk: place_of(row) for row in enrolled(actor).filter(pk__in=wanted)} if wanted else {}
    bare = [held.program_id for held in terms if places[held.enrollment_id].calculation is None]
    ladders = _ladders(actor, bare) if bare else {}
    return [_home_card(held, places[held.enrollment_id], ladders.get(held.program_id, {})) for held in terms]


def _ladders(actor: Actor, programs: list[int]) -> dict[int, Ladder]:
    benefits = (
        Benefit.objects.visible_to(actor)
        .filter(tier__program__in=programs, tier__rank__isnull=False, value__isnull=False)
        .select_related("tier")
        .order_by("tier__rank")
    )
    ladders: dict[int, Ladder] = defaultdict(dict)
    for benefit in benefits:
        tier = benefit.tier
        ladders[tier.program_id].setdefault((tier.rank or 0, tier.name), {})[benefit.kind] = benefit.value or ZERO
    return ladders


def _home_card(terms: Terms, place: Place, ladder: Ladder) -> StandingCard:
    url = reverse("portal:standing", args=[terms.enrollment_id])
    if place.calculation is not None:
        return StandingCard(terms, url, progress_of(place))
    held = next((rank for rank, name in ladder if name == terms.tier), 0)
    following = next(((name, brings) for (rank, name), brings in ladder.items() if rank > held), None)
    if following is None:
        return StandingCard(terms, url)
    name, brings = following
    parts = []
    days, discount = brings.get(BenefitKind.PROTECTION_DAYS), brings.get(BenefitKind.DISCOUNT)
    if days is not None and days > terms.protection_days:
        parts.append(_("%(days)d days of protection instead of %(now)d") % {"days": days, "now": terms.protection_days})
    if discount is not None and discount > terms.discount:
        parts.append(_("%(points)s points more discount") % {"points": f"{(discount - terms.discount).normalize():f}"})
    return StandingCard(terms, url, next_tier=name, next_brings=listed(parts))
