"""Long work of recruiting: scoring anew after an ideal profile was published, and fitting weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from jobs.registry import job_kind
from onboarding.enums import ProspectState, VersionState
from onboarding.models import Application, IdealProfile, Prospect
from onboarding.models.applications import WITH_VENDOR
from onboarding.permissions import EDIT_RECRUITING
from onboarding.recruiting import fits_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from jobs.work import Work

BATCH = 500
SCORED = ("score", "reasons", "profile")


def undecided(profile: IdealProfile) -> dict[str, QuerySet[Any]]:
    """Return what a program's profile scores: applications that wait for the vendor, prospects that are pursued."""
    return {
        "applications": Application.objects.filter(program_id=profile.program_id, state__in=WITH_VENDOR),
        "prospects": Prospect.objects.filter(program_id=profile.program_id).exclude(
            state__in=[ProspectState.DROPPED, ProspectState.APPLIED]
        ),
    }


@job_kind(
    "onboarding.rescore",
    label=_("Scoring by the ideal profile"),
    icon="lead",
    permission=EDIT_RECRUITING,
    exclusive="rescore",
    unit=_("organisations"),
    figures={"changed": _("Other score")},
    kept=_("Scores that were changed until then stay."),
)
def rescore(work: Work) -> None:
    """Score what isn't decided by a profile, unless a later one was published meanwhile."""
    profile = IdealProfile.objects.visible_to(work.actor).filter(pk=work.job.arguments["profile"]).first()
    if profile is None or profile.state != VersionState.PUBLISHED:
        return
    found = undecided(profile)
    work.total(sum(each.count() for each in found.values()))
    for name, rows in found.items():
        _score(work, name, rows.order_by("pk"), profile)


def _score(work: Work, name: str, rows: QuerySet[Any], profile: IdealProfile) -> None:
    """Score rows in chunks; each is locked, so that a decision taken meanwhile isn't written over."""
    while True:
        with work.chunk():
            batch = list(rows.filter(pk__gt=work.checkpoint.get(name, 0)).select_for_update()[:BATCH])
            if not batch:
                return
            changed = 0
            for row, fit in zip(batch, fits_of(profile, batch), strict=True):
                changed += row.score != fit.score
                row.score, row.reasons, row.profile = fit.score, fit.as_data(), profile
            rows.model.objects.bulk_update(batch, SCORED)
            work.checkpoint[name] = batch[-1].pk
            work.figures["changed"] = work.figures.get("changed", 0) + changed
            work.advance(len(batch))
