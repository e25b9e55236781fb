"""Weights that follow from what partners sold: asking for them, and taking them over into a draft."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from jobs.services import start_job
from onboarding import recruiting_events as events
from onboarding.fit import check, parse
from onboarding.models import IdealProfile, WeightFit
from onboarding.permissions import EDIT_RECRUITING
from onboarding.services.profiles import begin_profile, change_profile
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.scoping import keep_visible
from prm.kernel.workflow import locked

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

USUAL_MONTHS, FEWEST_MONTHS, MOST_MONTHS = 24, 3, 60
KEPT = 10
"""Fits of a program that stay; older ones go when a new one begins."""


@transaction.atomic
def fit_weights(*, actor: Actor, profile: IdealProfile, months: int = USUAL_MONTHS) -> WeightFit:
    """Fit a profile's weights to what partners sold: starts the job that does it. Records `weights.asked`.

    The profile stays as it is.

    Raises:
        Http404, Forbidden: out of sight, no right. ProfileRefused: it can't work, with every reason.
        Conflict: another one of the program is running. RuleViolation: not so many months.
        TooMany: 20 jobs of the person's have not ended.
    """
    program = locked(profile.program, actor)
    fresh: IdealProfile = locked(profile, actor)
    _may(actor)
    if not FEWEST_MONTHS <= months <= MOST_MONTHS:
        words = _("Between %(least)d and %(most)d months.") % {"least": FEWEST_MONTHS, "most": MOST_MONTHS}
        raise RuleViolation("months", words, "months")
    check(parse(fresh.definition))
    others = WeightFit.objects.filter(profile__program=program)
    if (running := others.filter(job__isnull=False, job__ended_at=None).first()) is not None:
        raise Conflict("fit_running", _("Weights of this program are being fitted. Wait for the end."), fresh=running)
    fit = WeightFit.objects.create(
        vendor_id=fresh.vendor_id, profile=fresh, months=months, created_by_id=actor.person_id
    )
    keep_visible(fit, actor)
    title = _("Fitting the weights of %(program)s to what partners sold") % {"program": program}
    fit.job = start_job(actor=actor, kind="onboarding.fit_weights", title=title, arguments={"fit": fit.pk})
    fit.save(update_fields=["job"])
    forget = others.exclude(pk=fit.pk).order_by("-pk").values_list("pk", flat=True)[KEPT - 1 :]
    WeightFit.objects.filter(pk__in=list(forget)).delete()
    record(events.WEIGHTS_ASKED, actor=actor, subject=fresh, data={"number": fresh.number, "months": months})
    return fit


@transaction.atomic
def take_over_weights(*, actor: Actor, fit: WeightFit) -> IdealProfile:
    """Write fitted weights into the program's draft, or begin one with them. What has no effect is left out of it.

    Nothing is published. Records `ideal_profile.changed` or `ideal_profile.begun`.

    Raises:
        Http404, Forbidden: out of sight, no right. RuleViolation: nothing came out that could be taken over.
    """
    fresh: WeightFit = locked(fit, actor)
    _may(actor)
    if not usable(fresh):
        raise RuleViolation("nothing_found", _("These weights explain nothing that could be taken over."))
    locked(fresh.profile.program, actor)
    versions = IdealProfile.objects.visible_to(actor).filter(program_id=fresh.profile.program_id)
    draft = versions.drafts().first()
    definition = with_weights((draft or fresh.profile).definition, fresh.weights)
    if draft is not None:
        return change_profile(actor=actor, profile=draft, definition=definition, revision=draft.revision)
    return begin_profile(actor=actor, program=fresh.profile.program, definition=definition)


def usable(fit: WeightFit) -> bool:
    """Whether something came out: more is explained than by chance, and something has an effect."""
    return bool(fit.finished_at and fit.explained is not None and fit.explained > 0 and any(fit.weights.values()))


def with_weights(definition: dict[str, Any], weights: dict[str, int]) -> dict[str, Any]:
    """Return a definition with other weights, in hundredths by slug; 0 takes a criterion out, others stay."""
    criteria = []
    for criterion in definition.get("criteria", []):
        weight = weights.get(criterion["slug"])
        if weight is None:
            criteria.append(criterion)
        elif weight:
            criteria.append({**criterion, "weight": f"{Decimal(weight) / 100:f}"})
    return {**definition, "criteria": criteria}


def _may(actor: Actor) -> None:
    if not actor.may(EDIT_RECRUITING):
        raise Forbidden("not_allowed", _("Your role doesn’t set up recruiting."))
