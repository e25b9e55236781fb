"""What is done with one step of a journey: ended, refused, skipped, tried again, given to somebody else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activity import relay
from activity.models import Delivery
from activity.nudge import nudge_workers
from onboarding import events
from onboarding.enums import JourneyState, Side, StepState
from onboarding.journeys.under_way import UnderWay, definition_of, is_ended, lock_journeys, steps_by_slug
from onboarding.models import JourneyStep
from onboarding.permissions import RUN_JOURNEYS, WORK_PARTNER_STEPS
from onboarding.rules import is_meant_for
from onboarding.step_kinds import STEP_KINDS
from partners.models import Seat
from prm.kernel.actors import Role
from prm.kernel.errors import Conflict, Forbidden, RuleViolation

if TYPE_CHECKING:
    from people.models import Person
    from prm.kernel.actors import Actor

LONGEST_REASON = 500
TURN = {Side.PARTNER: WORK_PARTNER_STEPS, Side.VENDOR: RUN_JOURNEYS}


@dataclass(frozen=True, slots=True)
class Meeting:
    """When a meeting is, how many minutes it takes, and where: an address or a link."""

    at: datetime
    minutes: int = 60
    place: str = ""


@transaction.atomic
def end_step(*, actor: Actor, step: JourneyStep, given: Mapping[str, Any], revision: int | None = None) -> JourneyStep:
    """End a step whose turn is the actor's side: the form filled in, the task done, the approval given.

    What waited for it opens in the same transaction. Records `step.done`.

    Args:
        given: what the kind takes (a form's answers, a note); kept with the step.
        revision: the one that the page showed; None where nothing was shown.

    Raises:
        Http404: out of sight. Forbidden: not the actor's turn. Conflict: somebody was faster. RuleViolation: it ends by
        itself, or what was given isn't what the kind takes; `field` names it.
    """
    under_way, fresh = under_lock(actor, step, revision)
    check_turn(actor, fresh)
    kind = STEP_KINDS[fresh.kind]
    if fresh.state != StepState.OPEN:
        raise moved(fresh)
    if kind.accept is None:
        raise RuleViolation("ends_by_itself", kind.ends_by or _("This step ends by itself."))
    under_way.done(fresh, result=kind.accept(under_way.work(fresh), given), person=True)
    return fresh


@transaction.atomic
def refuse_step(*, actor: Actor, step: JourneyStep, reason: str, revision: int | None = None) -> JourneyStep:
    """Refuse an approval: the step shows as failed with the reason, until it is tried again or skipped.

    Records `step.failed`.

    Raises:
        As `end_step`; RuleViolation also without a reason, or where the step is no approval.
    """
    under_way, fresh = under_lock(actor, step, revision)
    check_turn(actor, fresh)
    if fresh.state != StepState.OPEN:
        raise moved(fresh)
    if fresh.kind != "approval":
        raise RuleViolation("no_approval", _("Only approvals are refused."))
    under_way.failed(fresh, reason_of(reason))
    return fresh


@transaction.atomic
def skip_step(*, actor: Actor, step: JourneyStep, reason: str, revision: int | None = None) -> JourneyStep:
    """End a step that is open, running or failed without its work. Records `step.skipped` with the reason.

    Raises:
        Http404: out of sight. Forbidden: only the vendor skips. Conflict: it has ended, or isn't there yet.
        RuleViolation: no reason.
    """
    under_way, fresh = under_lock(actor, step, revision)
    _check_vendor(actor)
    if is_ended(fresh) or fresh.state == StepState.WAITING:
        raise moved(fresh)
    under_way.skipped(fresh, reason_of(reason))
    return fresh


@transaction.atomic
def retry_step(*, actor: Actor, step: JourneyStep, revision: int | None = None) -> JourneyStep:
    """Try a failed step again: its work goes back into the queue, a refused approval is open again.

    Records `step.retried`.

    Raises:
        Http404: out of sight. Forbidden: only the vendor does. Conflict: it isn't failed any more.
    """
    under_way, fresh = under_lock(actor, step, revision)
    _check_vendor(actor)
    if fresh.state != StepState.FAILED:
        raise moved(fresh)
    under_way.note(events.STEP_RETRIED, fresh)
    delivery = Delivery.objects.filter(event_id=fresh.event_id).first() if fresh.event_id else None
    if STEP_KINDS[fresh.kind].run is None:
        under_way.turn(fresh, {})
    elif delivery is None or delivery.done_at is not None:
        under_way.start(fresh)
    else:
        fresh.state, fresh.error = StepState.RUNNING, ""
        under_way.save(fresh)
        relay.revive(delivery.pk)
        transaction.on_commit(nudge_workers)
    return fresh


@transaction.atomic
def plan_meeting(*, actor: Actor, step: JourneyStep, meeting: Meeting, revision: int | None = None) -> JourneyStep:
    """Set when an open step's meeting is, or set it anew; either side may. Records `step.planned`.

    Raises:
        Http404: out of sight. Forbidden: the right is missing. Conflict: it isn't open any more.
        RuleViolation: the step is no meeting, or its time lies in the past.
    """
    under_way, fresh = under_lock(actor, step, revision)
    if not (actor.may(WORK_PARTNER_STEPS) or actor.may(RUN_JOURNEYS)):
        raise Forbidden("not_allowed", _("Your role doesn't allow this."))
    if fresh.state != StepState.OPEN:
        raise moved(fresh)
    if fresh.kind != "meeting":
        raise RuleViolation("no_meeting", _("This step is no meeting."))
    if meeting.at <= timezone.now():
        raise RuleViolation("past", _("Choose a time that is still to come."), "at")
    kept = {"at": meeting.at.isoformat(), "minutes": meeting.minutes, "place": meeting.place[:300]}
    fresh.result = {**fresh.result, "meeting": kept}
    under_way.save(fresh)
    under_way.note(events.STEP_PLANNED, fresh, kept)
    return fresh


@transaction.atomic
def reassign_step(*, actor: Actor, step: JourneyStep, owner: Person | None, revision: int | None = None) -> JourneyStep:
    """Give a step that hasn't ended to one person of its side, or to whoever may. Records `step.reassigned`.

    Raises:
        Http404: out of sight. Forbidden: neither the vendor's nor the step's own side. Conflict: it has ended.
        RuleViolation: not one of that side's active people.
    """
    under_way, fresh = under_lock(actor, step, revision)
    if not actor.may(RUN_JOURNEYS):
        check_turn(actor, fresh)
    if is_ended(fresh):
        raise moved(fresh)
    if owner is not None and not _seats(fresh).filter(person=owner).exists():
        raise RuleViolation("not_theirs", _("Choose somebody who works on that side and may sign in."), "owner")
    if fresh.owner_id == (owner.pk if owner else None):
        return fresh
    before, fresh.owner = fresh.owner_id, owner
    under_way.save(fresh)
    under_way.note(events.STEP_REASSIGNED, fresh, {"owner": str(owner or ""), "before": before})
    return fresh


def _seats(step: JourneyStep) -> Any:
    where = {"partner_id": step.partner_id} if step.side == Side.PARTNER else {"vendor_id": step.vendor_id}
    return Seat.objects.active().filter(**where)


def under_lock(actor: Actor, step: JourneyStep, revision: int | None) -> tuple[UnderWay, JourneyStep]:
    """Return a step's journey, locked, and the step in it.

    Raises:
        Http404: out of sight. Conflict: the journey has ended, or the step isn't the one that the page showed.
    """
    if not JourneyStep.objects.visible_to(actor).filter(pk=step.pk).exists():
        raise Http404
    (journey,) = lock_journeys([step.journey_id])
    if journey.state != JourneyState.RUNNING:
        raise Conflict("journey_ended", _("This journey has ended. Nothing of yours was changed."), fresh=step)
    under_way = UnderWay(journey, steps_by_slug(journey), actor)
    fresh = next((each for each in under_way.steps.values() if each.pk == step.pk), None)
    if fresh is None:
        raise Http404
    if revision is not None and revision != fresh.revision:
        raise moved(fresh)
    return under_way, fresh


def check_turn(actor: Actor, step: JourneyStep) -> None:
    """Refuse whoever isn't of the side whose turn it is, or may not do its steps, or holds another role than it is for.

    Whoever it was given to by name may, whatever the role.

    Raises:
        Forbidden: so it is.
    """
    wanted = owner_of(step)
    if not _is_of_side(actor, step):
        raise Forbidden("not_your_turn", _("This step isn’t yours to end."))
    if not is_turn_of(actor, step, wanted):
        message = _("“%(step)s” is for the role %(role)s.") % {"step": step.name, "role": Role(wanted).label}
        raise Forbidden("not_your_role", message)


def is_turn_of(actor: Actor, step: JourneyStep, wanted: str) -> bool:
    """Whether an open step is the actor's to end. wanted: the role that it is meant for."""
    given = step.owner_id is not None and step.owner_id == actor.person_id
    return _is_of_side(actor, step) and (given or is_meant_for(actor.role, wanted))


def _is_of_side(actor: Actor, step: JourneyStep) -> bool:
    right = TURN.get(Side(step.side))
    return right is not None and actor.is_partner == (step.side == Side.PARTNER) and actor.may(right)


def owner_of(step: JourneyStep) -> str:
    """Return the role that a step is meant for, "" for whoever may: as the version says that its journey runs on."""
    shape = definition_of(step.journey.version_id).step.get(step.slug)
    return shape.owner if shape else ""


def _check_vendor(actor: Actor) -> None:
    if not actor.may(RUN_JOURNEYS):
        raise Forbidden("not_allowed", _("Your role doesn't allow this."))


def moved(step: JourneyStep) -> Conflict:
    """Return the refusal for whoever came second; it carries the step as it is."""
    words = {"step": step.name, "state": step.get_state_display()}
    message = _("Someone was faster: “%(step)s” is now “%(state)s”. Nothing of yours was changed.") % words
    return Conflict("state_changed", message, fresh=step)


def reason_of(reason: str) -> str:
    """Return a reason without needless space.

    Raises:
        RuleViolation: none, or one that is too long.
    """
    said = " ".join(reason.split())
    if not said:
        raise RuleViolation("required", _("Say why."), "reason")
    if len(said) > LONGEST_REASON:
        raise RuleViolation("too_long", _("At most 500 characters."), "reason")
    return said
