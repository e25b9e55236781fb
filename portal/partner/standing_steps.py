"""Where one stands in short, for the home page and the list of programs: tier, progress, the step that helps most."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, OuterRef
from django.db.models.functions import Cast, JSONObject
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.partner.standing_parts import gains, listed
from prm.kernel.composed import among, composed
from standing.enums import BenefitKind
from standing.models import Benefit
from standing.reports import enrolled, place_of
from standing.scheme.evaluating import share
from standing.trying import steps_to
from standing.words import NO_LABELS, step_words

if TYPE_CHECKING:
    from django.db.models import QuerySet

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
    """Return a program's card."""
    tier = place.standing.tier.name if place.standing else ""
    return Card(place.enrollment, tier, progress_of(place))


def progress_of(place: Place) -> Progress | None:
    """Return how far it is to the next tier, or to keep one that isn't secured; None at the top and without figures.

    No query, but for names where the step that helps most has values.
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
        labels = place.labels if best.figure.where or isinstance(best.more, tuple) else NO_LABELS
        told = step_words(best.figure, best.more, place.currency, labels)
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
    """Return a card per program. One query."""
    wanted = [held.enrollment_id for held in terms]
    found: dict[int, Any] = {row.pk: row for row in (_with_ladder(actor, wanted) if wanted else [])}
    return [_home_card(held, place_of(found[held.enrollment_id]), found[held.enrollment_id].ladder) for held in terms]


@composed
def _with_ladder(actor: Actor, enrollments: list[int]) -> QuerySet[Any]:
    return enrolled(actor).filter(among("pk", enrollments)).annotate(ladder=ArraySubquery(_ladder(actor)))


def _ladder(actor: Actor) -> QuerySet[Any]:
    """Return what each tier of an enrollment's program brings, the lowest first."""
    brought = Benefit.objects.visible_to(actor).filter(
        tier__program=OuterRef("program"), tier__rank__isnull=False, value__isnull=False
    )
    told = JSONObject(rank="tier__rank", name="tier__name", kind="kind", value=Cast("value", CharField()))
    return brought.order_by("tier__rank", "kind").values(json=told)


def _steps_of(ladder: list[dict[str, Any]]) -> Ladder:
    steps: Ladder = defaultdict(dict)
    for each in ladder:
        steps[each["rank"], each["name"]].setdefault(each["kind"], Decimal(each["value"]))
    return steps


def _home_card(terms: Terms, place: Place, told: list[dict[str, Any]]) -> StandingCard:
    url = reverse("portal:standing", args=[terms.enrollment_id])
    if place.calculation is not None:
        return StandingCard(terms, url, progress_of(place))
    ladder = _steps_of(told)
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
