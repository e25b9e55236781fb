"""How today's partners would score by a version; two versions side by side."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from statistics import quantiles
from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from onboarding.recruiting import fits_of, published_profile
from partners.enums import LIVE
from partners.models import Enrollment, Partner
from portal.charts import Figure, stacked_bars
from portal.console.profiles.base import ProfileBase, Told, faults_of, told_criteria, version_name

if TYPE_CHECKING:
    from onboarding.fit import Fit
    from onboarding.models import IdealProfile

MOST_SCORED = 500
SHOWN = 25
BANDS = (0, 20, 40, 60, 80)


@dataclass(frozen=True, slots=True)
class Scored:
    """A partner with what it would score; before: by the version that is published."""

    partner: Partner
    fit: Fit
    before: int | None

    @property
    def change(self) -> int | None:
        """How much it differs from the published version."""
        return None if self.before is None else self.fit.score - self.before


def bands_of(scores: list[int]) -> list[tuple[str, int]]:
    """Return how many scores lie in each fifth."""
    tops = (*BANDS[1:], 101)
    return [
        (f"{low}–{min(top - 1, 100)}", sum(low <= score < top for score in scores))
        for low, top in zip(BANDS, tops, strict=True)
    ]


def bands_figure(scores: list[int]) -> Figure:
    """Return the scores as a chart."""
    bands = bands_of(scores)
    return Figure(
        plot=stacked_bars([(label, [Decimal(count)]) for label, count in bands]),
        title=_("How partners score"),
        caption=_("Partners by score, of 100 points"),
        description=", ".join(f"{label}: {count}" for label, count in bands),
        head=(_("Score"), _("Partners")),
        rows=[(label, str(count)) for label, count in bands],
    )


class ProfilePartners(ProfileBase):
    """Today's partners, best fit first."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Score them by this version and, on a draft, by the published one too."""
        profile = self.find(pk)
        about = self.about(profile, "console:ideal-partners")
        broken = bool(faults_of(profile))
        found = [] if broken else self._scored(profile)
        scores = sorted(each.fit.score for each in found)
        spread = quantiles(scores, n=4) if len(scores) > 1 else []
        context = {
            **about,
            "broken": broken,
            "rows": found[:SHOWN],
            "count": len(found),
            "most": MOST_SCORED,
            "median": round(spread[1]) if spread else (scores[0] if scores else None),
            "middle": f"{round(spread[0])}–{round(spread[2])}" if spread else "",
            "figure": bands_figure(scores) if scores else None,
            "compared": any(each.before is not None for each in found),
        }
        return render(request, "console/profiles/partners.html", context)

    def _scored(self, profile: IdealProfile) -> list[Scored]:
        enrolled = Enrollment.objects.visible_to(self.actor).filter(program_id=profile.program_id, status__in=LIVE)
        newest = enrolled.select_related("partner").order_by("-enrolled_at", "-pk")[:MOST_SCORED]
        partners = [enrollment.partner for enrollment in newest]
        fits = fits_of(profile, partners)
        published = published_profile(profile.program)
        before: list[int | None] = [None] * len(partners)
        if published is not None and published.pk != profile.pk:
            before = [fit.score for fit in fits_of(published, partners)]
        found = [Scored(*each) for each in zip(partners, fits, before, strict=True)]
        return sorted(found, key=lambda each: (-each.fit.score, each.partner.name))


@dataclass(frozen=True, slots=True)
class Pair:
    """A criterion as it is in both versions; None where one lacks it."""

    left: Told | None
    right: Told | None

    @property
    def differs(self) -> bool:
        """Whether anything but its place is different."""
        if self.left is None or self.right is None:
            return True
        return (self.left.criterion, self.left.points) != (self.right.criterion, self.right.points)


def pairs(left: list[Told], right: list[Told]) -> list[Pair]:
    """Return the criteria of two versions beside each other, in the order of the right one."""
    was = {each.criterion.slug: each for each in left}
    now = {each.criterion.slug: each for each in right}
    found = [Pair(was.get(slug), each) for slug, each in now.items()]
    return [*found, *(Pair(each, None) for slug, each in was.items() if slug not in now)]


class ProfileCompare(ProfileBase):
    """A version beside another."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show both; the one before it, if none is named."""
        profile = self.find(pk)
        others = self.versions(profile)
        other = self._other(profile, others)
        found = pairs(told_criteria(other), told_criteria(profile)) if other else []
        context = {
            **self.about(profile, "console:ideal-compare"),
            "other": other,
            "others": [(each, version_name(each)) for each in others],
            "pairs": found,
            "differs": any(each.differs for each in found),
        }
        return render(request, "console/profiles/compare.html", context)

    def _other(self, profile: IdealProfile, others: list[IdealProfile]) -> IdealProfile | None:
        wanted = self.request.GET.get("with", "")
        if wanted:
            found = next((each for each in others if str(each.pk) == wanted), None)
            if found is None:
                raise Http404
            return found
        return next((each for each in others if each.number < profile.number), next(iter(others), None))
