"""A review goes to another of the vendor's deciders, with a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from dealreg import events
from dealreg.models import Deal
from dealreg.permissions import TAKE_DEALS
from dealreg.services.absences import deciders_of, note_stand_in
from people.models import Person
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.workflow import locked

if TYPE_CHECKING:
    from prm.kernel.actors import Actor


@transaction.atomic
def reassign_deal(*, actor: Actor, deal: Deal, to: Person, message: str = "") -> Deal:
    """Give the review of an undecided deal to a colleague who decides. Records `deal.reassigned`, which tells it.

    The clock runs on: it is the vendor's, not the person's. message: what the colleague should know; the vendor's own.

    Raises:
        Http404, Forbidden: out of sight, or no right. Conflict: decided meanwhile. RuleViolation: the colleague may
        not decide, or reviews it already.
    """
    fresh: Deal = locked(deal, actor)
    if not actor.may(TAKE_DEALS):
        raise Forbidden("not_allowed", _("Your role doesn't allow this."))
    if not fresh.is_undecided:
        raise Conflict("state_changed", _("It has been decided meanwhile. Nothing of yours was changed."), fresh=fresh)
    if not deciders_of(fresh.vendor_id).filter(person=to).exists():
        raise RuleViolation("no_decider", _("Choose a colleague who decides registrations."), "to")
    if fresh.assignee_id == to.pk:
        raise RuleViolation("theirs_already", _("%(name)s reviews it already.") % {"name": to}, "to")
    reviewer, fresh.assignee_id = fresh.assignee_id, to.pk
    fresh.revision += 1
    fresh.save(update_fields=["assignee", "revision", "updated_at"])
    name = Person.objects.filter(pk=reviewer).values_list("name", flat=True).first()
    record(
        events.REASSIGNED,
        actor=actor,
        subject=fresh,
        before={"assignee": reviewer},
        after={"assignee": to.pk},
        data={"before": name or _("nobody"), "to": str(to), "message": message},
    )
    note_stand_in(actor, fresh, reviewer)
    return fresh
