"""What the pages about ideal profiles share: finding a version and telling it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from onboarding.enums import VersionState
from onboarding.fit import ProfileRefused, check, parse
from onboarding.fit.vocabulary import LABELS, told
from onboarding.models import IdealProfile
from onboarding.permissions import EDIT_RECRUITING
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict
from prm.kernel.pages import ActorView

if TYPE_CHECKING:
    from onboarding.fit import Criterion, Fault

LOOK = {
    VersionState.DRAFT: ("info", "pen"),
    VersionState.PUBLISHED: ("good", "ok"),
    VersionState.REPLACED: ("", "done"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A criterion in words, with its points of 100, its place and what is wrong with it."""

    at: int
    criterion: Criterion
    kind: str
    sentence: str
    partial: bool
    points: int
    faults: tuple[Fault, ...]
    is_first: bool
    is_last: bool


def told_criteria(profile: IdealProfile, faults: tuple[Fault, ...] = ()) -> list[Told]:
    """Return a version's criteria in words; none where it can't even be read."""
    try:
        shape = profile.shape
    except ProfileRefused:
        return []
    last = len(shape.criteria) - 1
    return [
        Told(
            at,
            criterion,
            str(LABELS[criterion.kind]),
            told(criterion),
            criterion.partial,
            points,
            tuple(fault for fault in faults if fault.place.startswith(f"criteria.{at}.")),
            at == 0,
            at == last,
        )
        for at, (criterion, points) in enumerate(zip(shape.criteria, shape.points, strict=True))
    ]


def faults_of(profile: IdealProfile) -> tuple[Fault, ...]:
    """Return all that keeps a version from being published."""
    try:
        check(parse(profile.definition))
    except ProfileRefused as refused:
        return refused.faults
    return ()


def version_name(profile: IdealProfile) -> str:
    """Return a version's program with its number."""
    return _("%(program)s, version %(number)d") % {"program": profile.program.name, "number": profile.number}


def revision_in(request: HttpRequest) -> int:
    """Return the revision that a form was opened on; -1 for what isn't one."""
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


class ProfileBase(ActorView):
    """A page about ideal profiles."""

    kinds = frozenset({Kind.VENDOR})
    permission = EDIT_RECRUITING

    def find(self, pk: int) -> IdealProfile:
        """Return the version that the address names, or 404."""
        found = IdealProfile.objects.visible_to(self.actor).select_related("program__vendor", "vendor", "published_by")
        profile: IdealProfile = get_object_or_404(found, pk=pk)
        return profile

    def draft(self, pk: int) -> IdealProfile:
        """Return a draft, or 404.

        Raises:
            Conflict: it isn't one any more.
        """
        profile = self.find(pk)
        if profile.state != VersionState.DRAFT:
            raise Conflict("published", _("It isn’t a draft any more. Begin a new version from it."), fresh=profile)
        return profile

    def versions(self, profile: IdealProfile) -> list[IdealProfile]:
        """Return the other versions of the program's profile, newest first."""
        found = IdealProfile.objects.visible_to(self.actor).filter(program_id=profile.program_id)
        return list(found.exclude(pk=profile.pk).select_related("program").order_by("-number"))

    def tabs(self, profile: IdealProfile, current: str) -> list[dict[str, Any]]:
        """Return the pages about a version."""
        pages = (
            ("console:ideal-profile", _("Criteria")),
            ("console:ideal-partners", _("Today’s partners")),
            ("console:ideal-compare", _("Side by side")),
            ("console:ideal-weights", _("Weights from sales")),
        )
        return [
            {"label": label, "url": reverse(name, args=[profile.pk]), "current": name == current}
            for name, label in pages
        ]

    def crumbs(self, profile: IdealProfile, *further: str) -> list[dict[str, str]]:
        """Return the way here."""
        found = [{"label": _("Ideal partner profiles"), "url": reverse("console:ideal-profiles")}]
        url = reverse("console:ideal-profile", args=[profile.pk])
        return [*found, {"label": version_name(profile), "url": url}, *({"label": each, "url": ""} for each in further)]

    def about(self, profile: IdealProfile, current: str) -> dict[str, Any]:
        """Return what every page about a version shows."""
        state = VersionState(profile.state)
        return {
            "profile": profile,
            "name": version_name(profile),
            "state": (str(state.label), *LOOK[state]),
            "may_change": profile.state == VersionState.DRAFT,
            "tabs": self.tabs(profile, current),
            "crumbs": self.crumbs(profile)[:1],
        }
