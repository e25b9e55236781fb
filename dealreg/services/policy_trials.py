"""Trying rules of engagement on past registrations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from dealreg import events
from dealreg.engagement import check, parse
from dealreg.models import Policy, PolicyTrial
from dealreg.permissions import EDIT_POLICIES
from dealreg.rulings import known_of
from jobs.services import start_job
from prm.kernel.actors import system
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.scoping import keep_visible
from prm.kernel.workflow import locked

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

USUAL_MONTHS, MOST_MONTHS = 12, 60
KEPT = 10
"""Trials of a version that stay; older ones go when a new one begins."""


@transaction.atomic
def try_policy(*, actor: Actor, policy: Policy, months: int = USUAL_MONTHS) -> PolicyTrial:
    """Judge past registrations by a version as it stands now: starts the job that does it. Records `policy.tried`.

    Raises:
        Http404, Forbidden: out of sight, no right. PolicyRefused: it can't work, with every reason.
        Conflict: a trial of it is running. RuleViolation: not so many months. TooMany: 20 jobs have not ended.
    """
    fresh: Policy = locked(policy, actor)
    if not actor.may(EDIT_POLICIES):
        raise Forbidden("not_allowed", _("Your role doesn't change rules of engagement."))
    if not 1 <= months <= MOST_MONTHS:
        raise RuleViolation("months", _("Between 1 and %(most)d months.") % {"most": MOST_MONTHS}, "months")
    check(parse(fresh.definition), known_of(system(fresh.vendor_id), fresh))
    others = PolicyTrial.objects.filter(policy=fresh)
    if (running := others.filter(job__isnull=False, job__ended_at=None).first()) is not None:
        raise Conflict("trial_running", _("A trial of this version is running. Wait for its end."), fresh=running)
    trial = PolicyTrial.objects.create(
        vendor_id=fresh.vendor_id,
        policy=fresh,
        definition=fresh.definition,
        months=months,
        started_by_id=actor.person_id,
    )
    keep_visible(trial, actor)
    title = str(_("Trying rules of engagement %(reference)s on history") % {"reference": fresh.reference})
    trial.job = start_job(actor=actor, kind="dealreg.policy_trial", title=title, arguments={"trial": trial.pk})
    trial.save(update_fields=["job"])
    forget = others.exclude(pk=trial.pk).order_by("-pk").values_list("pk", flat=True)[KEPT - 1 :]
    PolicyTrial.objects.filter(pk__in=list(forget)).delete()
    record(events.POLICY_TRIED, actor=actor, subject=fresh, data={"reference": fresh.reference, "months": months})
    return trial
