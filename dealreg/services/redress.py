"""What an appeal's outcome does to the deal, and a protection that moves on the customer's written wish."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dealreg import events
from dealreg.enums import Contested, MilestoneKind, ProtectionState, Status
from dealreg.milestones import reach
from dealreg.models import Deal, Protection
from dealreg.permissions import DECIDE_DEALS
from dealreg.reports import line_for
from dealreg.rules import competes
from dealreg.rulings import policy_of
from dealreg.services.decisions import approve_deal
from dealreg.services.files import add_file
from dealreg.services.protection import claim_protection, release_protections
from dealreg.workflow import REGISTRATION
from prm.kernel.actors import system
from prm.kernel.clocks import add_working_hours
from prm.kernel.errors import Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.workflow import locked, move

if TYPE_CHECKING:
    from datetime import datetime

    from django.core.files.uploadedfile import UploadedFile

    from dealreg.models import Appeal
    from prm.kernel.actors import Actor


def restart_clock(deal: Deal, appeal: Appeal, more: timedelta = timedelta()) -> None:
    """Let a protection that stood still run again with what was left of it, and some more."""
    if appeal.clock_left is None or deal.status != Status.APPROVED:
        return
    deal.protected_until = timezone.now() + appeal.clock_left + more
    deal.reminded_at = None
    deal.revision += 1
    deal.save(update_fields=["protected_until", "reminded_at", "revision", "updated_at"])
    Protection.objects.live().filter(deal=deal).update(ends_at=deal.protected_until)


def take_back_decision(actor: Actor, deal: Deal, appeal: Appeal) -> None:
    """Put a deal where it would stand without the decision that was appealed against."""
    if appeal.against == Contested.EXTENSION:
        _extend(actor, deal, appeal, appeal.extension.days if appeal.extension else 0)
        return
    if appeal.against == Contested.LOSS:
        _displace_holder(actor, deal)
    elif competes(deal.part) and line_for(deal).before(deal):
        raise RuleViolation("earlier_in_line", _earlier(line_for(deal).before(deal)[0].reference))
    left = appeal.clock_left or timedelta(days=deal.protection_days or 1)
    _reinstate(actor, deal, timezone.now() + left, appeal.decision_text)


def _earlier(reference: str) -> str:
    text = _(
        "%(reference)s registered this customer earlier and is undecided. Decide it first, or grant the appeal in "
        "part: then this registration is reviewed again in its old place in line."
    )
    return text % {"reference": reference}


def settle_in_part(actor: Actor, deal: Deal, appeal: Appeal) -> None:
    """Extend by the days given, or put the registration back in line, in its old place."""
    if appeal.against == Contested.EXTENSION:
        _extend(actor, deal, appeal, appeal.given or 0)
        return
    now, policy = timezone.now(), policy_of(deal)
    hours, holidays = (policy.decision_hours, policy.shape.holidays) if policy else (48, ())
    changes = {
        "decided_at": None,
        "decided_by_id": None,
        "decision_clause": "",
        "ruling_id": None,
        "decline_reason": "",
        "decision_text": "",
        "protected_from": None,
        "protected_until": None,
        "assignee_id": actor.person_id,
        "due_at": add_working_hours(now, hours, deal.vendor.time_zone, holidays),
        "escalated_at": None,
    }
    move(REGISTRATION, "reconsider", row=deal, actor=system(deal.vendor_id), changes=changes)


def _extend(actor: Actor, deal: Deal, appeal: Appeal, days: int) -> None:
    if deal.status == Status.APPROVED:
        restart_clock(deal, appeal, timedelta(days=days))
    else:
        _reinstate(actor, deal, timezone.now() + timedelta(days=days), appeal.decision_text)


def _reinstate(actor: Actor, deal: Deal, until: datetime, message: str) -> None:
    """Protect a declined or expired deal again.

    Raises:
        RuleViolation: another is protected for the customer by now.
    """
    now = timezone.now()
    changes: dict[str, Any] = {
        "decided_at": now,
        "decided_by_id": actor.person_id,
        "decision_clause": "",
        "ruling_id": None,
        "decline_reason": "",
        "decision_text": message,
        "protected_from": now,
        "protected_until": until,
        "reminded_at": None,
    }
    fresh: Deal = move(REGISTRATION, "reinstate", row=deal, actor=system(deal.vendor_id), changes=changes)
    if competes(fresh.part):
        claim_protection(fresh, until=until, reached=MilestoneKind.APPROVED)
    else:
        reach(fresh, MilestoneKind.APPROVED)


def _displace_holder(actor: Actor, deal: Deal) -> None:
    holder = line_for(deal).holder
    if holder is not None:
        displace(actor, holder, _("The protection was decided anew after an appeal."))


def displace(actor: Actor, deal: Deal, message: str) -> None:
    """End a deal's protection for another's, in the caller's transaction. Records `deal.displaced`, names nobody."""
    data = {"decider": actor.person_id, "message": message}
    changes = {"protected_until": timezone.now()}
    fresh: Deal = move(REGISTRATION, "displace", row=deal, actor=system(deal.vendor_id), changes=changes, data=data)
    release_protections(fresh)


@transaction.atomic
def override_protection(*, actor: Actor, deal: Deal, upload: UploadedFile | None, reason: str) -> Deal:
    """Protect a registration in place of the one that is protected, on the customer's written wish.

    The customer's letter is kept with this deal. Records `deal.displaced` on the other, which learns that the customer
    said so in writing, never for whom; `deal.overridden` here, for the vendor only; and `deal.approved`.

    Raises:
        Http404, Forbidden, Conflict: as `move`. RuleViolation: no file, no reason, or nobody else is protected.
    """
    if not actor.may(DECIDE_DEALS):
        locked(deal, actor)
        raise Forbidden("not_allowed", _("Your role doesn't allow this."))
    reason = reason.strip()
    if not reason:
        raise RuleViolation("required", _("Say what the customer wrote, and when."), "reason")
    if upload is None:
        raise RuleViolation(
            "letter_needed", _("Add the customer’s letter or mail: without it nothing is moved."), "letter"
        )
    holder = _locked_with_holder(actor, deal)
    add_file(actor=actor, deal=deal, upload=upload)
    displace(actor, holder, _("The customer said in writing whom it works with."))
    data = {"displaced": holder.reference, "reason": reason}
    record(events.OVERRIDDEN, actor=actor, subject=deal, data=data)
    return approve_deal(actor=actor, deal=deal, overtake_reason=reason)


def _locked_with_holder(actor: Actor, deal: Deal) -> Deal:
    """Return who is protected beside a deal, both locked in the order of their keys.

    Raises:
        Http404: out of sight. Conflict, RuleViolation: nobody else is protected.
    """
    holder = line_for(deal).holder if competes(deal.part) else None
    if holder is None:
        raise RuleViolation("nobody_protected", _("Nobody else is protected for this customer: approve it as usual."))
    found = {each.pk: locked(each, actor) for each in sorted((deal, holder), key=lambda row: row.pk)}
    fresh: Deal = found[holder.pk]
    live = Protection.objects.filter(deal=fresh, state=ProtectionState.LIVE).exists()
    if fresh.status != Status.APPROVED or not live:
        raise RuleViolation("nobody_protected", _("Nobody else is protected for this customer: approve it as usual."))
    return fresh
