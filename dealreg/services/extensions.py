"""Extensions: more time under protection is asked for while it lives, and granted, refused, taken back or lapses.

Locks are taken in the order deal, account, extension, protection, so that none of these waits for approvals or expiry.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Account
from dealreg import events
from dealreg.enums import ExtensionState
from dealreg.extending import (
    activity_of,
    check_request,
    extension_refusal,
    figures_of,
    granted_by_rule,
    room_of,
    signs_from,
)
from dealreg.models import Appeal, Deal, Extension, Protection
from dealreg.permissions import WORK_DEALS
from dealreg.reports import line_for
from dealreg.rulings import policy_of
from dealreg.workflow import EXTENSION
from prm.kernel.actors import system
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.scoping import keep_visible
from prm.kernel.workflow import locked, move

if TYPE_CHECKING:
    from datetime import datetime

    from dealreg.extending import Room
    from prm.kernel.actors import Actor

LONGEST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a partner asks for: days, and why. evidence: what shows that the deal is alive, in its own words."""

    days: int
    reason: str
    evidence: str = ""


@transaction.atomic
def ask_extension(*, actor: Actor, deal: Deal, request: Request) -> Extension:
    """Ask that a protected deal stays protected for some days more. Records `deal.extension_asked`.

    What is on record of the deal's activity is kept with the request.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: another request waits, carries the fresh deal.
        RuleViolation: it isn't protected, or not any more; too many days or extensions; no reason, or no proof.
    """
    fresh: Deal = locked(deal, actor)
    if not actor.may(WORK_DEALS):
        raise Forbidden("not_allowed", _("Your role doesn’t ask for more time."))
    now, room = timezone.now(), room_for(fresh)
    refusal = extension_refusal(fresh, room, now)
    if refusal is not None:
        raise refusal
    if Extension.objects.filter(deal=fresh).waiting().exists():
        raise Conflict("asked_already", _("More time was asked for already. Wait for the answer."), fresh=fresh)
    if Appeal.objects.filter(deal=fresh).open().exists():
        raise Conflict("appeal_runs", _("The clock stands still while your appeal runs. Ask later."), fresh=fresh)
    reason, evidence = request.reason.strip(), request.evidence.strip()
    if not reason:
        raise RuleViolation("required", _("Say why you need more time."), "reason")
    if max(len(reason), len(evidence)) > LONGEST:
        raise RuleViolation(
            "too_long", _("At most 2,000 characters."), "reason" if len(reason) > LONGEST else "evidence"
        )
    signs = activity_of(fresh, room.evidence_days, now)
    check_request(room, request.days, proof=bool(signs or evidence))
    made = Extension.objects.create(
        deal=fresh,
        vendor_id=fresh.vendor_id,
        partner_id=fresh.partner_id,
        enrollment_id=fresh.enrollment_id,
        days=request.days,
        reason=reason,
        evidence=evidence,
        activity=[sign.as_data() for sign in signs],
        asked_by_id=actor.person_id,
        asked_at=now,
    )
    keep_visible(made, actor)
    data = {"days": made.days, "reason": reason, "extension": made.pk}
    record(events.EXTENSION_ASKED, actor=actor, subject=fresh, after={"state": made.state}, data=data)
    return made


def room_for(deal: Deal) -> Room:
    """Return how much longer a deal can stay protected. Two queries."""
    return room_of(deal, figures_of(policy_of(deal)), Extension.objects.filter(deal=deal).granted().count())


@transaction.atomic
def grant_extension(*, actor: Actor, extension: Extension, message: str = "", days: int | None = None) -> Extension:
    """Let a deal stay protected for longer: its protections, and the deal's own day. Records `deal.extended`.

    days: fewer or more than were asked for, within what the rules give; None for those asked for. The reminder before
    the end comes once more.

    Raises:
        Http404, Forbidden, Conflict: as `move`; or the protection ended meanwhile. RuleViolation: days out of range, or
        no extension is left.
    """
    return _grant(actor, extension, {"message": message, "days": days, "by_rule": False})


@transaction.atomic
def judge_extension(*, extension: Extension) -> bool:
    """Grant a request by rule where the policy says so, there was activity, and nobody waits. Returns whether it was.

    Records what `grant_extension` does. Where the protection ended meanwhile, nothing happens.
    """
    actor = system(extension.vendor_id)
    deal: Deal = locked(extension.deal, actor)
    # Who registers while this is judged locks nothing here: it comes a moment later, as if after a person's yes.
    rivals = [other for other in line_for(deal).waiting if other.partner_id != deal.partner_id]
    fresh = Extension.objects.filter(pk=extension.pk).waiting().first()
    room = room_for(deal)
    if fresh is None or extension_refusal(deal, room, timezone.now()) is not None:
        return False
    why = granted_by_rule(room, signs_from(fresh.activity), len(rivals))
    if not why:
        return False
    _grant(actor, fresh, {"message": why, "days": None, "by_rule": True})
    return True


def _grant(actor: Actor, extension: Extension, how: dict[str, Any]) -> Extension:
    deal = _deal_of(actor, extension)
    room = room_for(deal)
    days = how["days"] if how["days"] is not None else extension.days
    # The same lock as a claim's: between the look at the clock and the new end nobody else is protected.
    Account.objects.select_for_update(no_key=True).filter(pk=deal.account_id).values_list("pk", flat=True).first()
    now = timezone.now()

    def changes(_row: Extension) -> dict[str, Any]:
        if not deal.is_protected:
            raise _ended(deal)
        refusal = extension_refusal(deal, room, now)
        if refusal is not None:
            raise refusal
        check_request(room, days, proof=True)
        decided = {"decided_at": now, "decided_by_id": actor.person_id, "by_rule": how["by_rule"]}
        return {**decided, "decision_text": how["message"].strip(), "days": days, "until": _end(deal, days)}

    end = _end(deal, days)
    data = {
        "until": date_format(timezone.localtime(end), "DATE_FORMAT"),
        "days": days,
        "message": how["message"].strip(),
        "extension": extension.pk,
    }
    fresh: Extension = move(EXTENSION, "grant", row=extension, actor=actor, changes=changes, data=data, about=deal)
    held = Protection.objects.live().filter(deal=deal, ends_at__gt=now)
    if held.update(ends_at=end) != len(deal.families):
        raise _ended(deal)
    deal.protected_until, deal.reminded_at = end, None
    deal.revision += 1
    deal.save(update_fields=["protected_until", "reminded_at", "revision", "updated_at"])
    return fresh


def _end(deal: Deal, days: int) -> datetime:
    return (deal.protected_until or timezone.now()) + timedelta(days=days)


def _ended(deal: Deal) -> Conflict:
    return Conflict("protection_ended", _("The protection ended meanwhile. Nothing was changed."), fresh=deal)


@transaction.atomic
def refuse_extension(*, actor: Actor, extension: Extension, message: str) -> Extension:
    """Don't extend, with a reason that the partner reads. Records `deal.extension_refused`.

    Raises:
        Http404, Forbidden, Conflict: as `move`. RuleViolation: no message.
    """
    deal, message = _deal_of(actor, extension), message.strip()
    fresh: Extension = move(
        EXTENSION,
        "refuse",
        row=extension,
        actor=actor,
        facts={"message": message},
        changes={"decided_at": timezone.now(), "decided_by_id": actor.person_id, "decision_text": message},
        data={"message": message, "days": extension.days, "extension": extension.pk},
        about=deal,
    )
    return fresh


@transaction.atomic
def withdraw_extension(*, actor: Actor, extension: Extension) -> Extension:
    """Take a request back. Records `deal.extension_withdrawn`.

    Raises:
        Http404, Forbidden, Conflict: as `move`.
    """
    deal = _deal_of(actor, extension)
    data = {"days": extension.days, "extension": extension.pk}
    fresh: Extension = move(EXTENSION, "withdraw", row=extension, actor=actor, data=data, about=deal)
    return fresh


def lapse_extension(deal: Deal) -> None:
    """End a request that waits, in the caller's transaction, which has ended the deal's protection.

    Records `deal.extension_lapsed` where one waits.
    """
    waiting = Extension.objects.filter(deal=deal, state=ExtensionState.REQUESTED).first()
    if waiting is not None:
        data = {"days": waiting.days, "extension": waiting.pk}
        move(EXTENSION, "lapse", row=waiting, actor=system(deal.vendor_id), data=data, about=deal)


def _deal_of(actor: Actor, extension: Extension) -> Deal:
    """Return the request's deal, locked, for whoever sees it.

    Raises:
        Http404: out of sight.
    """
    found = Extension.objects.visible_to(actor).filter(pk=extension.pk).select_related("deal").first()
    if found is None:
        raise Http404
    deal: Deal = locked(found.deal, actor)
    return deal
