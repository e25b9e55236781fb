"""An enrollment's partner manager and its status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from activity.changes import differences
from activity.services import write_row
from partners.events import MANAGER_CHANGED
from partners.models import Enrollment, Seat
from partners.permissions import EDIT_PARTNERS
from partners.workflow import ENROLLMENT
from prm.kernel.errors import Forbidden, RuleViolation, Stale
from prm.kernel.recording import record
from prm.kernel.workflow import locked, move

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from people.models import Person
    from prm.kernel.actors import Actor, Permission

LONGEST_REASON = 500


@transaction.atomic
def assign_manager(
    *, actor: Actor, enrollment: Enrollment, manager: Person | None, seen: Mapping[str, str] | None = None
) -> Enrollment:
    """Make somebody the partner manager of an enrollment, or nobody. Records `enrollment.manager`.

    `seen` is a snapshot (`activity.changes`) of the enrollment as the person saw it.

    Raises:
        Http404: the enrollment is out of sight. Forbidden: the right is missing. Stale: changed by somebody since.
        RuleViolation: not one of the vendor's active people.
    """
    fresh: Enrollment = locked(enrollment, actor)
    if not actor.may(EDIT_PARTNERS):
        raise Forbidden("not_allowed", _("Your role doesn't allow this."))
    if changes := differences(fresh, seen or {}):
        raise Stale("stale", _("Somebody changed this since you opened it. Nothing of yours was saved yet."), changes)
    if manager is not None and not Seat.objects.active().filter(vendor_id=actor.vendor_id, person=manager).exists():
        raise RuleViolation("not_staff", _("Choose one of your own people who may sign in."), "manager")
    before = fresh.manager
    if before == manager:
        return fresh
    fresh.manager = manager
    fresh.save(update_fields=["manager"])
    names = {"before": {"manager": str(before or "")}, "after": {"manager": str(manager or "")}}
    record(
        MANAGER_CHANGED,
        actor=actor,
        subject=fresh,
        before={"manager": before},
        after={"manager": manager},
        data={"name": str(fresh), "names": names},
    )
    return fresh


def write_enrollment(
    *, actor: Actor, row: Enrollment, permission: Permission, fields: Sequence[str], seen: Mapping[str, str]
) -> Any:
    """Write an enrollment from the console's form: its partner manager and the vendor's number for the partner.

    As `assign_manager`, and as `activity.services.write_row` for the number.
    """
    number = row.external_id.strip()
    with transaction.atomic():
        fresh = assign_manager(actor=actor, enrollment=row, manager=row.manager, seen=seen)
        if number == fresh.external_id:
            return fresh
        fresh.external_id = number
        return write_row(actor=actor, row=fresh, permission=permission, fields=["external_id"])


@transaction.atomic
def move_enrollment(*, actor: Actor, enrollment: Enrollment, transition: str, reason: str) -> Enrollment:
    """Take an enrollment a step further; a partner that is no longer live loses access with its next request.

    Records the transition's event, with the reason.

    Raises:
        Http404: out of sight. Forbidden: the right is missing. Conflict: it is in another state by now.
        RuleViolation: no reason, or one that is too long.
    """
    said = " ".join(reason.split())
    if len(said) > LONGEST_REASON:
        raise RuleViolation("too_long", _("At most 500 characters."), "reason")
    return move(
        ENROLLMENT,
        transition,
        row=enrollment,
        actor=actor,
        facts={"reason": said},
        data={"name": str(enrollment), "reason": said},
    )
