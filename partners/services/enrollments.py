"""An enrollment's partner manager and its status."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activity.changes import differences
from activity.services import write_row
from partners.enums import DealsAfter, EnrollmentStatus
from partners.events import MANAGER_CHANGED
from partners.models import Enrollment, Seat
from partners.permissions import ASSIGN_MANAGERS, EDIT_PARTNERS
from partners.workflow import ENROLLMENT
from prm.kernel.errors import Forbidden, RuleViolation, Stale
from prm.kernel.recording import record
from prm.kernel.workflow import locked, move

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet

    from people.models import Person
    from prm.kernel.actors import Actor, Permission

LONGEST_REASON = 500
LONGEST_KEPT = timedelta(days=366)


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
    if not actor.may(ASSIGN_MANAGERS):
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


@dataclass(frozen=True, slots=True)
class OffBoarding:
    """What becomes of a retired partner's open deals; `until` ends protection that would last longer."""

    deals: DealsAfter = DealsAfter.KEEP
    until: date | None = None


@transaction.atomic
def move_enrollment(
    *, actor: Actor, enrollment: Enrollment, transition: str, reason: str, off_boarding: OffBoarding | None = None
) -> Enrollment:
    """Take an enrollment a step further; a partner that is no longer live loses access with its next request.

    Records the transition's event, with the reason. A retired partner's open deals follow `off_boarding` within
    seconds, by a handler of that event; nothing is deleted.

    Raises:
        Http404: out of sight. Forbidden: the right is missing. Conflict: it is in another state by now.
        RuleViolation: no reason, or one that is too long; a last day of protection that isn't within a year.
    """
    said = " ".join(reason.split())
    if len(said) > LONGEST_REASON:
        raise RuleViolation("too_long", _("At most 500 characters."), "reason")
    plan = _plan(transition, off_boarding or OffBoarding())
    return move(
        ENROLLMENT,
        transition,
        row=enrollment,
        actor=actor,
        facts={"reason": said},
        data={"name": str(enrollment), "reason": said, **plan},
    )


def _plan(transition: str, off_boarding: OffBoarding) -> dict[str, str]:
    if ENROLLMENT[transition].target != EnrollmentStatus.RETIRED:
        return {}
    until, today = off_boarding.until, timezone.localdate()
    if off_boarding.deals == DealsAfter.RELEASE or until is None:
        return {"deals": str(off_boarding.deals), "until": ""}
    if not today < until <= today + LONGEST_KEPT:
        raise RuleViolation("not_a_day", _("Choose a day from tomorrow on, within a year."), "until")
    return {"deals": str(DealsAfter.KEEP), "until": until.isoformat()}


@transaction.atomic
def hand_over_portfolio(*, actor: Actor, leaving: Person, manager: Person) -> list[Enrollment]:
    """Give every enrollment that `leaving` looks after to `manager`, all or none; retired ones stay as they are.

    Records `enrollment.manager` for each, which tells both and the partners' administrators.

    Raises:
        Forbidden: the right is missing. RuleViolation: not one of the vendor's active people, or nothing to hand over.
    """
    if not actor.may(EDIT_PARTNERS):
        raise Forbidden("not_allowed", _("Your role doesn't allow this."))
    rows = list(portfolio_of(actor, leaving).select_for_update(of=("self",)))
    if not rows:
        raise RuleViolation("nothing_there", _("Nobody’s enrollments are with this person."), "leaving")
    if manager == leaving:
        raise RuleViolation("same_person", _("Choose somebody else."), "manager")
    return [assign_manager(actor=actor, enrollment=row, manager=manager) for row in rows]


def portfolio_of(actor: Actor, manager: Person) -> QuerySet[Enrollment]:
    """Return the enrollments that somebody looks after, without retired ones, in the order in which they are locked."""
    mine = Enrollment.objects.visible_to(actor).filter(manager=manager).exclude(status=EnrollmentStatus.RETIRED)
    return mine.select_related("partner", "program", "manager").order_by("pk")
