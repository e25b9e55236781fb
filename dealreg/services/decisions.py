"""The approver's side: take up, ask, approve, decline, and say who the customer is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import AccountLink
from accounts.models import Account
from accounts.resolving import create_account
from dealreg import events
from dealreg.enums import Askable, DeclineReason, MilestoneKind
from dealreg.milestones import reach
from dealreg.models import Deal
from dealreg.permissions import DECIDE_DEALS
from dealreg.registrations import customer_of
from dealreg.reports import line_for
from dealreg.rules import competes
from dealreg.rulings import holidays_of
from dealreg.services.absences import note_stand_in
from dealreg.services.protection import claim_protection
from dealreg.workflow import REGISTRATION
from prm.kernel.clocks import working_hours_between
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.workflow import locked, move

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dealreg.models import Ruling
    from prm.kernel.actors import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What a decision rests on: a clause of the rules of engagement, and the ruling where a rule decided."""

    clause: str = ""
    ruling: Ruling | None = None


NO_GROUNDS = Grounds()


@transaction.atomic
def take_deal(*, actor: Actor, deal: Deal) -> Deal:
    """Take up the review of a deal, or take it over from a colleague. Records `deal.taken`.

    Raises:
        Http404, Forbidden, Conflict: as `move`.
    """
    reviewer: list[int | None] = []

    def changes(fresh: Deal) -> dict[str, Any]:
        reviewer.append(fresh.assignee_id)
        return {"assignee_id": actor.person_id}

    taken: Deal = move(REGISTRATION, "take", row=deal, actor=actor, changes=changes)
    note_stand_in(actor, taken, reviewer[0])
    return taken


@transaction.atomic
def approve_deal(
    *,
    actor: Actor,
    deal: Deal,
    message: str = "",
    days: int | None = None,
    overtake_reason: str = "",
    grounds: Grounds = NO_GROUNDS,
) -> Deal:
    """Approve a registration: who sells is protected for its account and product families from now on.

    Args:
        days: of protection; None for what the rules of engagement gave when it was registered.
        overtake_reason: needed where an earlier registration for the same is still undecided.
        grounds: the clause that is cited, and the ruling of a rule.

    Records `deal.approved`. Who refers or installs is approved beside the seller, without exclusive protection.

    Raises:
        Http404, Forbidden, Conflict: as `move`. RuleViolation: another deal is protected, someone is before it in
        line, or days are out of range. Nothing is changed then.
    """
    if days is not None and not 1 <= days <= 730:
        raise RuleViolation("days_out_of_range", _("Between 1 and 730 days."), "days")

    def changes(fresh: Deal) -> dict[str, Any]:
        now = timezone.now()
        length = days or fresh.protection_days
        return {
            "decided_at": now,
            "decision_text": message,
            **_decider(actor, grounds),
            "protection_days": length,
            "protected_from": now,
            "protected_until": now + timedelta(days=length),
            **_answered_by_decision(),
        }

    fresh: Deal = move(REGISTRATION, "approve", row=deal, actor=actor, changes=changes, data={"message": message})
    if competes(fresh.part) and fresh.protected_until:
        _check_turn(fresh, actor, overtake_reason)
        claim_protection(fresh, until=fresh.protected_until, reached=MilestoneKind.APPROVED)
    else:
        reach(fresh, MilestoneKind.APPROVED)
    note_stand_in(actor, fresh, fresh.assignee_id)
    return fresh


def _check_turn(deal: Deal, actor: Actor, overtake_reason: str) -> None:
    earlier = line_for(deal).before(deal)
    if earlier and overtake_reason:
        # Apart from the approval: that others are in line is the vendor's alone.
        overtaken = {"reason": overtake_reason, "earlier": ", ".join(other.reference for other in earlier)}
        record(events.OVERTOOK, actor=actor, subject=deal, data=overtaken)
    elif earlier:
        raise RuleViolation(
            "earlier_in_line",
            _(
                "%(reference)s registered this customer earlier and is undecided. "
                "Decide it first, or say why this one goes before it."
            )
            % {"reference": earlier[0].reference},
            "overtake_reason",
        )


@transaction.atomic
def decline_deal(*, actor: Actor, deal: Deal, reason: str, message: str, grounds: Grounds = NO_GROUNDS) -> Deal:
    """Decline a registration with a reason that the partner reads. Records `deal.declined`.

    grounds: the clause that is cited, and the ruling of a rule.

    Raises:
        Http404, Forbidden, Conflict: as `move`. RuleViolation: unknown or missing reason, or no message.
    """
    if reason and reason not in DeclineReason.values:
        raise RuleViolation("unknown_reason", _("Choose one of the reasons."), "reason")

    def changes(fresh: Deal) -> dict[str, Any]:
        return {
            "decided_at": timezone.now(),
            **_decider(actor, grounds),
            "decline_reason": reason,
            "decision_text": message,
            **_answered_by_decision(),
        }

    label = str(DeclineReason(reason).label) if reason else ""
    facts = {"reason": reason, "message": message}
    told = {"reason": label, "message": message}
    fresh: Deal = move(REGISTRATION, "decline", row=deal, actor=actor, facts=facts, changes=changes, data=told)
    note_stand_in(actor, fresh, fresh.assignee_id)
    return fresh


def _decider(actor: Actor, grounds: Grounds) -> dict[str, Any]:
    ruling = grounds.ruling
    return {
        "decided_by_id": actor.person_id,
        "decision_clause": grounds.clause,
        "ruling_id": None if ruling is None else ruling.pk,
    }


def _answered_by_decision() -> dict[str, Any]:
    return {"asked_fields": [], "asked_text": "", "clock_left": None}


@transaction.atomic
def ask_for_information(*, actor: Actor, deal: Deal, fields: Sequence[str], message: str) -> Deal:
    """Ask the partner for named fields only; the clock stops until it answers. Records `deal.information_requested`.

    Raises:
        Http404, Forbidden, Conflict: as `move`. RuleViolation: unknown field, none named, or no message.
    """
    if not set(fields) <= set(Askable.values):
        raise RuleViolation("unknown_field", _("Choose from the fields listed."), "fields")

    def changes(fresh: Deal) -> dict[str, Any]:
        left = working_hours_between(timezone.now(), fresh.due_at, fresh.vendor.time_zone, holidays_of(fresh))
        return {
            "asked_fields": list(fields),
            "asked_text": message,
            "clock_left": left,
            "assignee_id": fresh.assignee_id or actor.person_id,
        }

    facts = {"fields": list(fields), "message": message}
    asked: Deal = move(REGISTRATION, "ask", row=deal, actor=actor, facts=facts, changes=changes, data=facts)
    note_stand_in(actor, asked, asked.assignee_id)
    return asked


@transaction.atomic
def separate_customer(*, actor: Actor, deal: Deal, reason: str) -> Deal:
    """Decide that the deal's customer is another one than the account it looks like; gives it an account of its own.

    Records `deal.customer_separated`, for the vendor only.

    Raises:
        Http404, Forbidden, Conflict: out of sight, no right, decided meanwhile. RuleViolation: no reason, or the
        domain or the name with country is the account's own, which makes it the same customer by rule.
    """
    fresh = _undecided(deal, actor)
    if not reason:
        raise RuleViolation("required", _("Say why it is another customer."), "reason")
    made = None if fresh.account_link == AccountLink.EXACT else create_account(fresh.vendor_id, customer_of(fresh))
    if made is None:
        raise RuleViolation(
            "same_customer",
            _("An account with the same domain, or the same name and country, exists: it is the same customer."),
        )
    before = {"account_id": fresh.account_id}
    _link(fresh, made, AccountLink.SEPARATED)
    record(
        events.SEPARATED, actor=actor, subject=fresh, before=before, after={"account_id": made}, data={"reason": reason}
    )
    return fresh


@transaction.atomic
def confirm_customer(*, actor: Actor, deal: Deal, account: Account) -> Deal:
    """Decide that the deal's customer is this account. Records `deal.customer_confirmed`, for the vendor only.

    Raises:
        Http404, Forbidden, Conflict: out of sight, no right, decided meanwhile.
    """
    fresh = _undecided(deal, actor)
    chosen: Account = locked(account, actor)
    before = {"account_id": fresh.account_id}
    _link(fresh, chosen.pk, AccountLink.CONFIRMED)
    record(
        events.CONFIRMED,
        actor=actor,
        subject=fresh,
        before=before,
        after={"account_id": chosen.pk},
        data={"account": chosen.name},
    )
    return fresh


def _undecided(deal: Deal, actor: Actor) -> Deal:
    fresh: Deal = locked(deal, actor)
    if not actor.may(DECIDE_DEALS):
        raise Forbidden("not_allowed", _("Your role doesn't allow this."))
    if not fresh.is_undecided:
        raise Conflict("state_changed", _("It has been decided meanwhile. Nothing of yours was changed."), fresh=fresh)
    return fresh


def _link(deal: Deal, account_id: int, link: AccountLink) -> None:
    deal.account_id, deal.account_link = account_id, link
    deal.revision += 1
    deal.save(update_fields=["account_id", "account_link", "revision", "updated_at"])
