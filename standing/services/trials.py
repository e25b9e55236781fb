"""Trying a scheme on history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from jobs.services import start_job
from partners.models import Program
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.scoping import keep_visible
from prm.kernel.workflow import locked
from standing import events
from standing.enums import SchemeState
from standing.models import BackTest, Scheme
from standing.models.backtests import MOST_MONTHS
from standing.permissions import EDIT_SCHEMES
from standing.scheme import check, parse

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

KEPT = 20
"""Finished trials of a program that stay; older ones go when a new one begins."""
USUAL_MONTHS = 24


@transaction.atomic
def try_scheme(*, actor: Actor, scheme: Scheme, months: int = USUAL_MONTHS) -> BackTest:
    """Try a scheme on the months up to today: starts the job that does it. Records `scheme.tried`.

    It is tried as it stands now. No standing, point or person is touched.

    Raises:
        Http404, Forbidden: out of sight, no right. SchemeRefused: it can't work, with every reason.
        Conflict: it was discarded, or another trial of the program is running.
        RuleViolation: not so many months. TooMany: 20 jobs of the person's have not ended.
    """
    fresh: Scheme = locked(scheme, actor)
    if not actor.may(EDIT_SCHEMES):
        raise Forbidden("not_allowed", _("Your role doesn’t set up tiers."))
    if fresh.state == SchemeState.DISCARDED:
        raise Conflict("discarded", _("It was discarded. Begin a new version from it."), fresh=fresh)
    if not 1 <= months <= MOST_MONTHS:
        raise RuleViolation("months", _("Between 1 and %(most)d months.") % {"most": MOST_MONTHS}, "months")
    check(parse(fresh.definition))
    # The program's row is the lock under which trials begin one after another.
    program: Program = locked(fresh.program, actor)
    others = BackTest.objects.filter(program=program)
    if (running := others.filter(job__isnull=False, job__ended_at=None).first()) is not None:
        raise Conflict("trial_running", _("A trial of this program is running. Wait for its end."), fresh=running)
    trial = BackTest.objects.create(
        vendor_id=fresh.vendor_id,
        program=program,
        scheme=fresh,
        partner_type=fresh.partner_type,
        name=str(fresh),
        revision=fresh.revision,
        definition=fresh.definition,
        months=months,
        on=fresh.vendor.today(),
        started_by_id=actor.person_id,
    )
    keep_visible(trial, actor)
    title = _("Trying %(name)s on history") % {"name": trial.name}
    trial.job = start_job(actor=actor, kind="standing.backtest", title=title, arguments={"trial": trial.pk})
    trial.save(update_fields=["job"])
    forget = others.exclude(pk=trial.pk).order_by("-pk").values_list("pk", flat=True)[KEPT - 1 :]
    BackTest.objects.filter(pk__in=list(forget)).delete()
    record(events.SCHEME_TRIED, actor=actor, subject=fresh, data=_words(fresh, months))
    return trial


def _words(scheme: Scheme, months: int) -> dict[str, Any]:
    return {"name": scheme.name, "number": scheme.number, "months": months}
