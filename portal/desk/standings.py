"""Where a partner stands, as the vendor sees it: tiers, requirements, what runs beside them, and the points ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from dealreg.models import Deal
from partners.models import Enrollment, Partner
from portal.partner.points import PointList
from portal.statuses import REVIEW_LOOK
from prm.kernel.actors import Kind
from standing.enums import OPEN_REVIEWS, ReviewState
from standing.models import Specialisation, TierOverride, TierReview, TierSpan
from standing.permissions import VIEW_STANDING
from standing.reports import Balance, Place, balance_of, enrolled, place_of
from standing.words import need_name, value_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from prm.kernel.actors import Actor

MOST_SPANS = 12
MOST_FIGURES = 12


@dataclass(frozen=True, slots=True)
class Held:
    """A tier that was held for a time."""

    tier: str
    since: datetime
    until: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class Given:
    """A tier that somebody gave by hand."""

    tier: str
    reason: str
    ends_on: date
    given_by: str


@dataclass(frozen=True, slots=True)
class Stand:
    """An enrollment's standing with all that runs beside it.

    computed: the tier that the figures bring; aim: the tier looked at, the one that isn't secured or the next.
    """

    place: Place
    computed: str
    aim: str
    missing: list[str]
    figures: list[tuple[str, str]]
    points: Balance
    review: TierReview | None
    review_label: str
    review_look: tuple[str, str]
    override: Given | None
    specialisations: list[str]
    spans: list[Held]

    @property
    def enrollment(self) -> Enrollment:
        """Whose it is."""
        return self.place.enrollment

    @property
    def falls_short(self) -> bool:
        """Whether it holds more than its figures bring."""
        return self.place.falls_short

    @property
    def has_score(self) -> bool:
        """Whether its scheme adds up a score."""
        return self.place.calculation is not None and bool(self.place.shape.categories)

    @property
    def differs(self) -> bool:
        """Whether the figures bring another tier than the one held."""
        return self.place.calculation is not None and self.place.verdict.rank != self.place.held


def stands_of(actor: Actor, enrollments: Sequence[Enrollment]) -> list[Stand]:
    """Return where enrollments stand: two queries, and one for each one's points."""
    keys = [each.pk for each in enrollments]
    reviews = TierReview.objects.visible_to(actor).filter(enrollment_id__in=keys, state__in=OPEN_REVIEWS)
    opened = {review.enrollment_id: review for review in reviews.select_related("from_tier")}
    beside = {row["pk"]: row for row in _beside(actor, keys)}
    return [_stand(actor, place_of(each), opened.get(each.pk), beside[each.pk]) for each in enrollments]


def _beside(actor: Actor, keys: Sequence[int]) -> QuerySet[Any]:
    """Return what runs beside enrollments, in one query: a page has twelve."""

    def rows(model: Any, **conditions: Any) -> QuerySet[Any]:
        found: QuerySet[Any] = model.objects.visible_to(actor).filter(enrollment=OuterRef("pk"), **conditions)
        return found

    held = JSONObject(tier="tier__name", since="since", until="until", why="why")
    given = JSONObject(tier="tier__name", reason="reason", ends_on="ends_on", given_by="given_by__name")
    return (
        Enrollment.objects.visible_to(actor)
        .filter(pk__in=keys)
        .annotate(
            override=ArraySubquery(rows(TierOverride, ended_at=None).values(json=given)),
            special=ArraySubquery(rows(Specialisation, ended_on=None).order_by("name").values("name")),
            spans=ArraySubquery(rows(TierSpan).order_by("-since", "-pk").values(json=held)[:MOST_SPANS]),
        )
        .values("pk", "override", "special", "spans")
    )


def _held(told: dict[str, Any]) -> Held:
    until = datetime.fromisoformat(told["until"]) if told["until"] else None
    return Held(told["tier"], datetime.fromisoformat(told["since"]), until, told["why"])


def _given(told: list[dict[str, Any]]) -> Given | None:
    for each in told:
        return Given(each["tier"], each["reason"], date.fromisoformat(each["ends_on"]), each["given_by"])
    return None


def _stand(actor: Actor, place: Place, review: TierReview | None, beside: dict[str, Any]) -> Stand:
    pk, has = place.enrollment.pk, place.calculation is not None
    state = ReviewState(review.state) if review else None
    tiers = place.shape.tiers if has else ()
    return Stand(
        place=place,
        computed=tiers[place.verdict.rank - 1].name if has and place.verdict.rank else "",
        aim=tiers[place.aim - 1].name if has and (place.falls_short or not place.at_top) else "",
        missing=place.missing(place.aim) if has else [],
        figures=figures_in_words(place) if has else [],
        points=balance_of(actor, pk, place.enrollment.vendor.today()),
        review=review,
        review_label=str(state.label) if state else "",
        review_look=REVIEW_LOOK[state] if state else ("", ""),
        override=_given(beside["override"]),
        specialisations=beside["special"],
        spans=[_held(told) for told in beside["spans"]],
    )


def figures_in_words(place: Place) -> list[tuple[str, str]]:
    """Return each figure that a tier asks for, with its value."""
    shape, found = place.shape, {}
    for tier in shape.tiers:
        for need in shape.needs_of(tier.needs) if tier.needs is not None else ():
            if need.figure is not None and need.figure in place.values:
                found[need.figure] = (
                    need_name(shape, need, place.labels),
                    value_words(place.values[need.figure], need.figure, place.currency, place.labels),
                )
    return list(found.values())[:MOST_FIGURES]


class PartnerPoints(PointList):
    """The points ledger of a partner's enrollment, on the desk; `?enrollment=` chooses one of several."""

    kinds = frozenset({Kind.VENDOR})
    permission = VIEW_STANDING
    template_name = "desk/points.html"

    @cached_property
    def partner(self) -> Partner:
        """The partner that the address names.

        Raises:
            Http404: out of the actor's sight.
        """
        found = Partner.objects.visible_to(self.actor).filter(slug=self.kwargs["slug"]).first()
        if found is None:
            raise Http404
        return found

    @cached_property
    def enrollments(self) -> list[Enrollment]:
        """The partner's enrollments with the vendor."""
        return list(enrolled(self.actor).filter(partner=self.partner).order_by("program__name", "pk"))

    @cached_property
    def enrollment(self) -> Enrollment:
        """The one whose points are shown."""
        asked = self.request.GET.get("enrollment", "")
        for each in self.enrollments:
            if not asked or str(each.pk) == asked:
                return each
        raise Http404

    def crumbs(self, *further: dict[str, str]) -> list[dict[str, str]]:
        """Return the way here."""
        return [
            {"label": _("Partners"), "url": reverse("desk:partner-list")},
            {"label": self.partner.name, "url": self.partner.get_absolute_url()},
            *further,
        ]

    def deal_url(self, deal: Deal) -> str:
        """Return the deal's page on the desk."""
        return str(deal.get_desk_url())

    def further_context(self, page: Any) -> dict[str, Any]:
        """Add the programs to choose from."""
        path = reverse("desk:partner-points", args=[self.partner.slug])
        chips = [
            {"label": each.program.name, "url": f"{path}?enrollment={each.pk}", "current": each is self.enrollment}
            for each in self.enrollments
        ]
        return {**super().further_context(page), "chips": chips if len(chips) > 1 else []}
