"""Appeals: a partner contests a decision, somebody else decides, and meanwhile nobody else gets the protection.

Locks are taken in the order deal, account, appeal, protection.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from dealreg import events
from dealreg.appealing import appeal_refusal, contest_of
from dealreg.enums import Contested, Status
from dealreg.models import Appeal, Deal, Protection
from dealreg.permissions import WORK_DEALS
from dealreg.rulings import policy_of
from dealreg.services.redress import restart_clock, settle_in_part, take_back_decision
from dealreg.workflow import APPEAL
from prm.kernel.actors import system
from prm.kernel.clocks import add_working_hours
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.scoping import keep_visible
from prm.kernel.workflow import locked, move

if TYPE_CHECKING:
    from datetime import datetime

    from prm.kernel.actors import Actor

LONGEST = 5000
BATCH = 200


@transaction.atomic
def appeal_decision(*, actor: Actor, deal: Deal, reason: str) -> Appeal:
    """Appeal against the newest decision over a deal. Records `deal.appealed`.

    Until it is decided nobody else is protected for the customer, and a protection that runs stands still: its end is
    kept beyond the service level, and what was left of it runs again from the decision on.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: another appeal is open, carries the fresh deal.
        RuleViolation: nothing to appeal against, too late, appealed already, or no reason.
    """
    fresh: Deal = locked(deal, actor)
    if not actor.may(WORK_DEALS):
        raise Forbidden("not_allowed", _("Your role doesn’t appeal."))
    if Appeal.objects.filter(deal=fresh).open().exists():
        raise Conflict("appealed_already", _("An appeal is open already. Wait for the answer."), fresh=fresh)
    now, policy, contest = timezone.now(), policy_of(fresh), contest_of(fresh)
    refusal = appeal_refusal(fresh, contest, policy, now)
    if refusal is not None or contest is None or policy is None:
        raise refusal or RuntimeError("an appeal without a decision was let through")
    reason = _checked(reason)
    running = (fresh.protected_until or now) - now if fresh.is_protected else contest.left
    made = Appeal.objects.create(
        deal=fresh,
        vendor_id=fresh.vendor_id,
        partner_id=fresh.partner_id,
        enrollment_id=fresh.enrollment_id,
        against=contest.against,
        extension=contest.extension,
        first_decider_id=contest.decider,
        contested_at=contest.at,
        contested_text=contest.text,
        reason=reason,
        asked_by_id=actor.person_id,
        asked_at=now,
        due_at=add_working_hours(now, policy.appeal_hours, fresh.vendor.time_zone, policy.shape.holidays),
        clock_left=running,
    )
    keep_visible(made, actor)
    if fresh.is_protected:
        _hold(fresh, made, now)
    data = {"reason": reason, "appeal": made.pk, "against": str(made.get_against_display())}
    record(events.APPEALED, actor=actor, subject=fresh, after={"state": made.state}, data=data)
    return made


def _checked(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise RuleViolation("required", _("Say why the decision should be another."), "reason")
    if len(reason) > LONGEST:
        raise RuleViolation("too_long", _("At most 5,000 characters."), "reason")
    return reason


def _hold(deal: Deal, appeal: Appeal, now: datetime) -> None:
    """Keep a protection's end as far away as its clock showed when it was stopped, beyond the service level."""
    left = appeal.clock_left or timedelta()
    deal.protected_until = max(appeal.due_at, now + timedelta(days=1)) + left
    deal.revision += 1
    deal.save(update_fields=["protected_until", "revision", "updated_at"])
    Protection.objects.live().filter(deal=deal).update(ends_at=deal.protected_until)


def hold_appealed() -> int:
    """Keep protections standing still whose appeal is late, before anything expires. Returns how many were moved."""
    now, moved = timezone.now(), 0
    late = Appeal.objects.filter(clock_left__isnull=False, due_at__lte=now, deal__status=Status.APPROVED).open()
    for appeal in late.select_related("deal").order_by("pk")[:BATCH]:
        with transaction.atomic():
            deal: Deal = locked(appeal.deal, system(appeal.vendor_id))
            still = Appeal.objects.filter(pk=appeal.pk).open().exists()
            if (
                still
                and deal.status == Status.APPROVED
                and (deal.protected_until or now) < now + (appeal.clock_left or timedelta())
            ):
                _hold(deal, appeal, now)
                moved += 1
    return moved


@transaction.atomic
def uphold_decision(*, actor: Actor, appeal: Appeal, message: str) -> Appeal:
    """Let the decision stand, with a reason that the partner reads; the clock runs again. Records `deal.appeal_upheld`.

    Raises:
        Http404, Forbidden, Conflict: as `move`; who took the decision is Forbidden. RuleViolation: no message.
    """
    fresh, deal = _decide(actor, appeal, "uphold", message, None)
    restart_clock(deal, fresh)
    return fresh


@transaction.atomic
def overturn_decision(*, actor: Actor, appeal: Appeal, message: str) -> Appeal:
    """Overturn the decision: the deal is protected, or for as long as was asked. Records `deal.appeal_overturned`.

    Raises:
        Http404, Forbidden, Conflict: as `uphold_decision`. RuleViolation: no message, or it isn't free any more: says
        why, and changes nothing.
    """
    fresh, deal = _decide(actor, appeal, "overturn", message, None)
    take_back_decision(actor, deal, fresh)
    return fresh


@transaction.atomic
def settle_appeal(*, actor: Actor, appeal: Appeal, message: str, days: int | None = None) -> Appeal:
    """Grant an appeal in part: the registration is reviewed again in its old place in line, or extended by fewer days.

    Records `deal.appeal_partly`. days: where an extension was refused.

    Raises:
        Http404, Forbidden, Conflict: as `uphold_decision`. RuleViolation: no message, days missing or out of range.
    """
    extended = appeal.against == Contested.EXTENSION
    most = appeal.extension.days if extended and appeal.extension else 0
    if extended and (days is None or not 1 <= days <= most):
        raise RuleViolation("days_out_of_range", _("Between 1 and %(days)d days.") % {"days": most}, "days")
    fresh, deal = _decide(actor, appeal, "settle", message, days if extended else None)
    settle_in_part(actor, deal, fresh)
    return fresh


def _decide(actor: Actor, appeal: Appeal, way: str, message: str, days: int | None) -> tuple[Appeal, Deal]:
    deal, message = _deal_of(actor, appeal), message.strip()
    changes: dict[str, Any] = {
        "decided_at": timezone.now(),
        "decided_by_id": actor.person_id,
        "decision_text": message,
        "given": days,
    }
    data = {"message": message, "appeal": appeal.pk}
    facts = {"message": message}
    fresh: Appeal = move(APPEAL, way, row=appeal, actor=actor, facts=facts, changes=changes, data=data, about=deal)
    return fresh, deal


@transaction.atomic
def withdraw_appeal(*, actor: Actor, appeal: Appeal) -> Appeal:
    """Take an appeal back; the decision stands, and the clock runs again. Records `deal.appeal_withdrawn`.

    Raises:
        Http404, Forbidden, Conflict: as `move`.
    """
    deal = _deal_of(actor, appeal)
    fresh: Appeal = move(APPEAL, "withdraw", row=appeal, actor=actor, data={"appeal": appeal.pk}, about=deal)
    restart_clock(deal, fresh)
    return fresh


@transaction.atomic
def escalate_appeals() -> int:
    """Record `deal.appeal_overdue` once for each appeal whose service level has passed. Returns how many."""
    now = timezone.now()
    late = Appeal.objects.filter(due_at__lte=now, escalated_at=None).open().select_related("deal")
    found = list(late.select_for_update(skip_locked=True, of=("self",)).order_by("due_at", "pk")[:BATCH])
    for appeal in found:
        day = date_format(timezone.localtime(appeal.due_at), "DATE_FORMAT")
        facts = {"appeal": appeal.pk, "due": day}
        record(events.APPEAL_OVERDUE, actor=system(appeal.vendor_id), subject=appeal.deal, data=facts)
    Appeal.objects.filter(pk__in=[appeal.pk for appeal in found]).update(escalated_at=now)
    return len(found)


def _deal_of(actor: Actor, appeal: Appeal) -> Deal:
    """Return the appeal's deal, locked, for whoever sees it.

    Raises:
        Http404: out of sight.
    """
    found = Appeal.objects.visible_to(actor).filter(pk=appeal.pk).select_related("deal").first()
    if found is None:
        raise Http404
    deal: Deal = locked(found.deal, actor)
    return deal
