"""The work list's services: answer what a row lacks, set it aside, try all again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs.services import start_job
from partners.models import Enrollment
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.workflow import locked
from standing import events
from standing.enums import Problem, WaitingState
from standing.intake import SETTLED, lock_facts, row_of, take_in
from standing.models import WaitingFact
from standing.permissions import RECORD_FACTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobs.models import Job
    from prm.kernel.actors import Actor

BATCH = 200
MOST_AT_ONCE = 1000
LONGEST_REASON = 300
ANSWERS = frozenset({"enrollment", "account", "product", "credential", "metric"})


@transaction.atomic
def help_waiting(*, actor: Actor, fact: WaitingFact, chosen: Mapping[str, Any]) -> int:
    """Answer what a row lacks, and book it; returns how many rows were booked.

    chosen: ids under "enrollment", "account" or "product", where "none" books without and "create" makes the customer's
    account. Which partner a name stands for holds for all that waits under this name, and for what comes later. Records
    `fact.helped`.

    Raises:
        Http404: out of sight. Forbidden: the right is missing. Conflict: it was settled meanwhile.
        RuleViolation: no answer, or a partner that isn't the vendor's.
    """
    fresh = _open(actor, fact)
    enrollment = chosen.get("enrollment")
    if not chosen or not set(chosen) <= ANSWERS:
        raise RuleViolation("no_answer", _("Choose what the row stands for."))
    if enrollment and not Enrollment.objects.visible_to(actor).filter(pk=enrollment).exists():
        raise RuleViolation("unknown_partner", _("Choose one of your own partners."), "enrollment")
    fresh.chosen = {**fresh.chosen, **chosen}
    fresh.save(update_fields=["chosen"])
    record(events.WAITING_HELPED, actor=actor, subject=fresh, after={"chosen": fresh.chosen}, data={"name": str(fresh)})
    alike = [fresh]
    if enrollment and fresh.named:
        others = WaitingFact.objects.visible_to(actor).filter(state=WaitingState.OPEN).annotate(called=Lower("named"))
        alike += others.filter(called=fresh.named.lower()).exclude(pk=fresh.pk).order_by("pk")[: MOST_AT_ONCE - 1]
    return book_again(actor, alike)


@transaction.atomic
def ignore_waiting(*, actor: Actor, fact: WaitingFact, reason: str) -> WaitingFact:
    """Set a row aside: it isn't booked, and comes back only if its system says something else. Records `fact.ignored`.

    Raises:
        Http404, Forbidden, Conflict: as `help_waiting`. RuleViolation: no reason, or one that is too long.
    """
    fresh = _open(actor, fact)
    said = " ".join(reason.split())
    if not said:
        raise RuleViolation("required", _("Say why, for whoever looks for this row later."), "reason")
    if len(said) > LONGEST_REASON:
        raise RuleViolation("too_long", _("At most 300 characters."), "reason")
    fresh.state, fresh.reason = WaitingState.IGNORED, said
    fresh.closed_at, fresh.closed_by_id = timezone.now(), actor.person_id
    fresh.save(update_fields=["state", "reason", "closed_at", "closed_by"])
    record(events.WAITING_IGNORED, actor=actor, subject=fresh, data={"reason": said, "name": str(fresh)})
    return fresh


def _open(actor: Actor, fact: WaitingFact) -> WaitingFact:
    if not actor.may(RECORD_FACTS) or actor.vendor_id is None:
        raise Forbidden("not_allowed", _("Your role doesn't record facts."))
    lock_facts(actor.vendor_id)
    fresh: WaitingFact = locked(fact, actor)
    if fresh.state != WaitingState.OPEN:
        raise Conflict("settled", _("Somebody settled this row meanwhile."), fresh=fresh)
    return fresh


def book_again(actor: Actor, facts: Sequence[WaitingFact]) -> int:
    """Try to book rows of the work list again, in the caller's transaction; returns how many were."""
    done = 0
    groups: dict[tuple[str, Any], list[WaitingFact]] = {}
    for fact in facts:
        groups.setdefault((fact.kind, fact.run), []).append(fact)
    for (kind, run), group in groups.items():
        rows = [
            row_of(kind, fact.content, source=fact.source, external_id=fact.external_id, chosen=fact.chosen)
            for fact in group
        ]
        outcomes = take_in(actor=actor, kind=kind, rows=rows, run=run)
        done += sum(outcome.result in SETTLED for outcome in outcomes)
    return done


@transaction.atomic
def book_rated(*, actor: Actor) -> int:
    """Try again what waits for an exchange rate; returns how many rows were booked."""
    done, at = 0, 0
    waiting = WaitingFact.objects.visible_to(actor).filter(state=WaitingState.OPEN, problems__contains=[Problem.RATE])
    while facts := list(waiting.filter(pk__gt=at).order_by("pk")[:BATCH]):
        at = facts[-1].pk
        done += book_again(actor, facts)
    return done


def retry_waiting(*, actor: Actor) -> Job:
    """Start a job that tries every waiting row again.

    Raises:
        Forbidden: the right is missing. Conflict: such a job runs.
    """
    if not actor.may(RECORD_FACTS):
        raise Forbidden("not_allowed", _("Your role doesn't record facts."))
    return start_job(actor=actor, kind="facts.retry", title=str(_("Work list")), arguments={})
