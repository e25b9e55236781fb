"""A partner becomes another kind: a vendor proposes, the partner's administrator confirms.

The kind is part of the profile, which all of the partner's vendors read and none of them changes: what it decides
(forms, ladders, journeys, the portal) changes with every vendor at once. Where nobody works at the partner yet, the
vendor's word is enough, as with lists.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.enums import LIVE, PartnerType, TypeChangeState
from partners.events import PROFILE_TYPE, TYPE_PROPOSED
from partners.models import Enrollment, Partner, Seat, TypeChange
from partners.permissions import CONFIRM_TYPE, PROPOSE_TYPE
from partners.services.enrollments import move_enrollment
from partners.workflow import TYPE_CHANGE
from prm.kernel.actors import BY_HAND, system
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.workflow import locked, move

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

    from prm.kernel.actors import Actor

UNDO_FOR = timedelta(days=30)
LONGEST_REASON = 500


@transaction.atomic
def propose_type(*, actor: Actor, partner: Partner, after: str, reason: str, ends: Collection[int] = ()) -> TypeChange:
    """Propose that a partner is of another kind; where nobody works there it is changed at once.

    Records `type.proposed`, else what `confirm_type` records.

    Args:
        ends: the vendor's live enrollments of the partner that end with the change, by id.

    Raises:
        Http404: out of sight. Forbidden: the right is missing. RuleViolation: the kind that it is, none, no reason, an
        enrollment that isn't the vendor's or isn't live, or proposed already.
    """
    fresh: Partner = locked(partner, actor)
    if not actor.may(PROPOSE_TYPE):
        raise Forbidden("not_allowed", _("Your role doesn't allow this."))
    said = " ".join(reason.split())
    _check(fresh, after, said)
    live = Enrollment.objects.visible_to(actor).filter(partner=fresh, status__in=LIVE)
    if not set(ends) <= set(live.values_list("pk", flat=True)):
        raise RuleViolation("not_live", _("Choose among the programs that it is in."), "ends")
    try:
        with transaction.atomic():
            change = TypeChange.objects.create(
                vendor_id=actor.vendor_id,
                partner=fresh,
                before=fresh.type,
                after=after,
                reason=said,
                ends=sorted(set(ends)),
                proposed_by_id=actor.person_id,
            )
    except IntegrityError:
        raise RuleViolation("proposed_already", _("You proposed a change already; it waits for the partner.")) from None
    if not Seat.objects.active().filter(partner=fresh).exists():
        done = move(TYPE_CHANGE, "set", row=change, actor=actor, changes=_now, data=_told(change))
        return _apply(done, fresh, done.after, by=system(None))
    record(TYPE_PROPOSED, actor=actor, subject=change, data=_told(change))
    return change


@transaction.atomic
def confirm_type(*, actor: Actor, change: TypeChange) -> TypeChange:
    """Confirm for the own organisation: it is of that kind now, and what was to end with it has ended.

    Records `type.changed`, `profile.type` at the partner, and `enrollment.retired` for each that ended.

    Raises:
        Http404: not about the actor's organisation. Forbidden: not an administrator at a browser. Conflict: decided
        already, or of another kind since.
    """
    partner, fresh = _both(actor, change)
    if partner.type != fresh.before:
        raise Conflict("state_changed", _("It became another kind meanwhile. Nothing was changed."), fresh=fresh)
    decided = {"decided_by_id": actor.person_id, **_now(fresh)}
    done = move(TYPE_CHANGE, "confirm", row=fresh, actor=actor, changes=decided, data=_told(fresh))
    return _apply(done, partner, done.after, by=actor)


@transaction.atomic
def decline_type(*, actor: Actor, change: TypeChange) -> TypeChange:
    """Decline. Records `type.declined`.

    Raises:
        Http404: not about the actor's organisation. Forbidden: not an administrator. Conflict: decided already.
    """
    _partner, fresh = _both(actor, change)
    decided = {"decided_by_id": actor.person_id}
    return move(TYPE_CHANGE, "decline", row=fresh, actor=actor, changes=decided, data=_told(fresh))


@transaction.atomic
def withdraw_type(*, actor: Actor, change: TypeChange) -> TypeChange:
    """Take a proposal back. Records `type.withdrawn`.

    Raises:
        Http404: another vendor's. Forbidden: the right is missing. Conflict: decided already.
    """
    return move(TYPE_CHANGE, "withdraw", row=change, actor=actor, data=_told(change))


@transaction.atomic
def undo_type(*, actor: Actor, change: TypeChange) -> TypeChange:
    """Make it the kind that it was, within 30 days. Records `type.undone` and `profile.type`.

    Tiers follow as they did before. Enrollments that ended stay ended: their vendor takes them up again.

    Raises:
        Http404: not about the actor's organisation. Forbidden: not an administrator at a browser. Conflict: not
        changed, or of another kind since. RuleViolation: too late.
    """
    partner, fresh = _both(actor, change)
    if fresh.state == TypeChangeState.CHANGED and partner.type != fresh.after:
        raise Conflict("state_changed", _("It became another kind meanwhile. Nothing was changed."), fresh=fresh)
    done = move(TYPE_CHANGE, "undo", row=fresh, actor=actor, changes={"undone_at": timezone.now()}, data=_told(fresh))
    if done.changed_at + UNDO_FOR < timezone.now():
        raise RuleViolation("too_late", _("A change of the kind can be undone for 30 days."))
    return _apply(done, partner, done.before, by=actor)


def _check(partner: Partner, after: str, reason: str) -> None:
    if after not in PartnerType.values:
        raise RuleViolation("unknown_type", _("There is no such type of partner."), "after")
    if after == partner.type:
        raise RuleViolation("same_type", _("It is of this kind already."), "after")
    if not reason:
        raise RuleViolation("required", _("Say why: the partner reads it."), "reason")
    if len(reason) > LONGEST_REASON:
        raise RuleViolation("too_long", _("At most 500 characters."), "reason")


def _both(actor: Actor, change: TypeChange) -> tuple[Partner, TypeChange]:
    """Return the partner and the change locked, in this order, as whoever proposes locks them."""
    seen: TypeChange = locked(change, actor)
    if actor.via not in BY_HAND or not actor.may(CONFIRM_TYPE):
        raise Forbidden("not_allowed", _("Only the partner’s own administrators decide this, at a browser."))
    return locked(seen.partner, actor), seen


def _apply(change: TypeChange, partner: Partner, kind: str, *, by: Actor) -> TypeChange:
    """Write the kind, tell the partner's history, and end what was to end; followers work out tiers anew."""
    before, partner.type = partner.type, kind
    partner.revision += 1
    partner.save(update_fields=["type", "revision", "updated_at"])
    record(PROFILE_TYPE, actor=by, subject=partner, before={"type": before}, after={"type": kind})
    if change.state == TypeChangeState.CHANGED:
        worker = system(change.vendor_id)
        ended = Enrollment.objects.visible_to(worker).filter(pk__in=change.ends, partner=partner, status__in=LIVE)
        for enrollment in ended.order_by("pk"):
            move_enrollment(actor=worker, enrollment=enrollment, transition="retire", reason=change.reason)
    return change


def _now(_change: Any) -> dict[str, Any]:
    return {"changed_at": timezone.now()}


def _told(change: TypeChange) -> dict[str, str]:
    """Return what events tell; the reason is the vendor's and the partner's, who both read these."""
    return {"name": change.partner.name, "after": str(PartnerType(change.after).label), "reason": change.reason}
