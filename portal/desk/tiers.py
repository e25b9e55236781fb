"""Tiers at a glance: how many partners hold each, who moved lately, and which reviews are ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from partners.enums import LIVE, PartnerType
from portal.statuses import REVIEW_LOOK
from prm.kernel.actors import Kind
from prm.kernel.pages import ActorView
from standing.models import Standing, TierReview, TierSpan
from standing.permissions import VIEW_STANDING

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from prm.kernel.actors import Actor

LOOKED_BACK = timedelta(days=90)
MOST_SHOWN = 25


@dataclass(frozen=True, slots=True)
class Step:
    """A tier of a ladder: how many hold it, their share of the ladder in per cent, and the list of them."""

    name: str
    partners: int
    share: int
    url: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """A program's tiers for a type of partner, the highest first."""

    name: str
    partners: int
    steps: list[Step]


@dataclass(frozen=True, slots=True)
class Move:
    """A partner that came to another tier, or to its first."""

    partner: str
    url: str
    was: str
    now: str
    at: datetime
    look: tuple[str, str]
    word: str


def ladders_of(actor: Actor) -> list[Ladder]:
    """Return every ladder on which somebody stands, with live enrollments only. One query."""
    held = Standing.objects.visible_to(actor).filter(enrollment__status__in=LIVE, tier__rank__isnull=False)
    rows = held.values("tier__program__name", "tier__partner_type", "tier__name").annotate(
        partners=Count("pk"), rank=F("tier__rank")
    )
    ordered = rows.order_by("tier__program__name", "tier__partner_type", "-rank")
    return [
        _ladder(program, kind, [dict(step) for step in steps])
        for (program, kind), steps in groupby(
            ordered, lambda row: (row["tier__program__name"], row["tier__partner_type"])
        )
    ]


def _ladder(program: str, kind: str, steps: list[dict[str, Any]]) -> Ladder:
    partners, page = sum(step["partners"] for step in steps), reverse("desk:partner-list")
    name = f"{program} · {PartnerType(kind).label}" if kind else program
    shown = [
        Step(
            step["tier__name"],
            step["partners"],
            round(100 * step["partners"] / partners),
            f"{page}?{urlencode({'tier': step['tier__name']})}",
        )
        for step in steps
    ]
    return Ladder(name, partners, shown)


def moves_of(actor: Actor, since: datetime) -> QuerySet[Any]:
    """Return the tiers that partners came to since a moment, each with the one before: `was`, `was_rank`."""
    spans = TierSpan.objects.visible_to(actor)
    before = spans.filter(enrollment=OuterRef("enrollment"), since__lt=OuterRef("since")).order_by("-since")
    return spans.filter(since__gte=since).annotate(
        was=Subquery(before.values("tier__name")[:1]), was_rank=Subquery(before.values("tier__rank")[:1])
    )


def _move(span: Any) -> Move:
    if span.was is None:
        look, word = ("info", "star"), _("First tier")
    elif (span.tier.rank or 0) > (span.was_rank or 0):
        look, word = ("good", "up"), _("Up")
    else:
        look, word = ("warn", "down"), _("Down")
    return Move(
        span.partner.name, span.partner.get_absolute_url(), span.was or "", span.tier.name, span.since, look, word
    )


class TierOverview(ActorView):
    """How a program's tiers are filled, and what moves."""

    kinds = frozenset({Kind.VENDOR})
    permission = VIEW_STANDING

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show ladders, moves and reviews. Five queries, whatever there is."""
        moves = moves_of(self.actor, timezone.now() - LOOKED_BACK)
        counts = moves.aggregate(
            up=Count("pk", filter=Q(was_rank__lt=F("tier__rank"))),
            down=Count("pk", filter=Q(was_rank__gt=F("tier__rank"))),
            first=Count("pk", filter=Q(was_rank=None)),
        )
        latest = moves.select_related("partner", "tier").order_by("-since", "-pk")[:MOST_SHOWN]
        reviews = TierReview.objects.visible_to(self.actor).open().select_related("partner", "from_tier", "to_tier")
        ahead = reviews.order_by("due_on", "pk")[:MOST_SHOWN]
        context = {
            "ladders": ladders_of(self.actor),
            "counts": counts,
            "days": LOOKED_BACK.days,
            "moves": [_move(span) for span in latest],
            "reviews": [(review, REVIEW_LOOK[review.state]) for review in ahead],
            "ahead": reviews.count(),
        }
        return render(request, "desk/tiers.html", context)
