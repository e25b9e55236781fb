"""Long work of recruiting: scoring anew after an ideal profile was published, and fitting weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs.registry import job_kind
from onboarding.enums import ProspectState, VersionState
from onboarding.models import Application, IdealProfile, Prospect, WeightFit
from onboarding.models.applications import WITH_VENDOR
from onboarding.permissions import EDIT_RECRUITING
from onboarding.recruiting import fits_of
from onboarding.sold import Case, cases
from onboarding.weighing import Weighed, weigh

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from jobs.models import Job
    from jobs.work import Work

BATCH = 500
SMALLEST = 1e-6
"""Effects that add up to less are none."""
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


def result_of(job: Job) -> tuple[str, str] | None:
    """Return where fitted weights are seen."""
    fit = WeightFit.objects.filter(job=job).first()
    return None if fit is None else (str(_("See the weights")), reverse("console:ideal-weights", args=[fit.profile_id]))


@job_kind(
    "onboarding.fit_weights",
    label=_("Fitting weights to what partners sold"),
    icon="chart",
    permission=EDIT_RECRUITING,
    exclusive="weights",
    unit=_("partners"),
    figures={"partners": _("Partners looked at")},
    kept=_("Nothing is changed: weights are only proposed."),
    link=result_of,
)
def fit_weights(work: Work) -> None:
    """Say which weights would have told best who sells."""
    fits = WeightFit.objects.visible_to(work.actor).select_related("profile__program", "vendor")
    fit = fits.get(pk=work.job.arguments["fit"])
    found: list[Case] = []
    for batch in cases(fit.profile, fit.months, fit.vendor.today()):
        found += batch
        work.advance(len(batch))
    weighed = weigh([case.met for case in found], [case.sold for case in found])
    work.figures["partners"] = weighed.sample
    fit.sample = weighed.sample
    fit.explained = None if weighed.explained is None else round(max(weighed.explained, -1), 4)
    fit.penalty = None if weighed.penalty is None else round(weighed.penalty, 4)
    fit.weights = weights_of(fit.profile, weighed)
    fit.finished_at = timezone.now()
    fit.save(update_fields=["sample", "explained", "penalty", "weights", "finished_at"])


def weights_of(profile: IdealProfile, weighed: Weighed) -> dict[str, int]:
    """Return effects as weights in hundredths that add up to what the same criteria weigh now; none without an effect.

    A criterion in which all partners are alike has none: it keeps its weight.
    """
    told = [
        (criterion, effect)
        for criterion, effect in zip(profile.shape.criteria, weighed.effects, strict=False)
        if effect is not None
    ]
    effects = sum(effect for _criterion, effect in told)
    whole = float(sum(criterion.weight for criterion, _effect in told))
    if effects < SMALLEST:
        return {criterion.slug: 0 for criterion, _effect in told}
    return {criterion.slug: round(100 * whole * effect / effects) for criterion, effect in told}
