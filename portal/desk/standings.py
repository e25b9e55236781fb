"""Where a partner stands, as the vendor sees it: tiers, requirements, what runs beside them, and the points ledger."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

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
    override: TierOverride | None
    specialisations: list[Specialisation]
    spans: list[TierSpan]

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
    """Return where enrollments stand: four queries, and one for each one's points."""
    keys = [each.pk for each in enrollments]
    reviews = TierReview.objects.visible_to(actor).filter(enrollment_id__in=keys, state__in=OPEN_REVIEWS)
    overrides = TierOverride.objects.visible_to(actor).filter(enrollment_id__in=keys, ended_at=None)
    special = Specialisation.objects.visible_to(actor).filter(enrollment_id__in=keys, ended_on=None)
    spans = TierSpan.objects.visible_to(actor).filter(enrollment_id__in=keys)
    beside = {
        "review": _by_enrollment(reviews.select_related("from_tier")),
        "override": _by_enrollment(overrides.select_related("tier", "given_by")),
        "special": _by_enrollment(special.order_by("name")),
        "spans": _by_enrollment(spans.select_related("tier").order_by("-since", "-pk")[: MOST_SPANS * len(keys)]),
    }
    return [_stand(actor, place_of(each), beside) for each in enrollments]


def _by_enrollment(rows: QuerySet[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.enrollment_id].append(row)
    return found


def _stand(actor: Actor, place: Place, beside: dict[str, dict[int, list[Any]]]) -> Stand:
    pk, has = place.enrollment.pk, place.calculation is not None
    review = next(iter(beside["review"].get(pk, [])), None)
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
        override=next(iter(beside["override"].get(pk, [])), None),
        specialisations=beside["special"].get(pk, []),
        spans=beside["spans"].get(pk, [])[:MOST_SPANS],
    )


def figures_in_words(place: Place) -> list[tuple[str, str]]:
    """Return each figure that a tier asks for, with its value."""
    shape, found = place.shape, {}
    for tier in shape.tiers:
        for need in shape.needs_of(tier.needs) if tier.needs is not None else ():
            if need.figure is not None and need.figure in place.values:
                found[need.figure] = (
                    need_name(shape, need),
                    value_words(place.values[need.figure], need.figure, place.currency),
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
