"""Working a deal: changes, outcome, comments and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import ProductFamily
from dealreg import events
from dealreg.engagement import fields_in
from dealreg.engagement.shape import Need
from dealreg.enums import CommentAudience, LostReason, MilestoneKind, Outcome, Status
from dealreg.milestones import CLOSED, reach, take_back
from dealreg.models import Comment, Deal
from dealreg.own_fields import Demand, asked_of, cleaned
from dealreg.permissions import COMMENT_DEALS, NOTE_DEALS, WORK_DEALS
from dealreg.rules import check_close_date
from dealreg.rulings import policy_of
from dealreg.services.extensions import lapse_extension
from dealreg.services.protection import release_protections
from dealreg.workflow import OUTCOME
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.money import shown
from prm.kernel.recording import record
from prm.kernel.workflow import locked, move

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal

    from prm.kernel.actors import Actor

EDITABLE = frozenset(
    {"stage", "value", "close_date", "next_step", "next_step_on", "title", "contact_name", "contact_email", "answers"}
)
LONGEST_COMMENT = 5000


@transaction.atomic
def change_deal(*, actor: Actor, deal: Deal, changes: Mapping[str, Any], revision: int) -> Deal:
    """Change what the partner may change while a deal is open; records `deal.changed` with before and after.

    Args:
        changes: of `EDITABLE` fields, parsed; of `answers` those that change, raw.
        revision: the one the form or the API's ETag showed.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: changed meanwhile, carries the fresh row.
        RuleViolation: a field that can't be changed, a date that has passed, or the deal is closed.
    """
    fresh: Deal = locked(deal, actor)
    if not actor.may(WORK_DEALS):
        raise Forbidden("not_allowed", _("Your role doesn't change deals."))
    if fresh.revision != revision:
        raise Conflict("changed_meanwhile", _("Someone changed this deal while you were typing."), fresh=fresh)
    _check_changes(fresh, changes)
    if "answers" in changes:
        changes = {**changes, "answers": _answers(fresh, changes["answers"])}
    before = {name: getattr(fresh, name) for name, value in changes.items() if getattr(fresh, name) != value}
    if not before:
        return fresh
    for name in before:
        setattr(fresh, name, changes[name])
    fresh.revision += 1
    fresh.save(update_fields=[*before, "revision", "updated_at"])
    labels = ", ".join(str(getattr(Deal._meta.get_field(name), "verbose_name", name)) for name in before)
    record(
        events.CHANGED,
        actor=actor,
        subject=fresh,
        before=before,
        after={name: changes[name] for name in before},
        data={"fields": labels},
    )
    return fresh


def _answers(deal: Deal, changed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers as they will be, by the fields of the rules that the deal was registered under."""
    policy = policy_of(deal)
    fields = asked_of(fields_in(policy.definition if policy else {}))
    slugs = {own.slug for own in fields}
    kept = {slug: value for slug, value in deal.answers.items() if slug in slugs}
    gone = {slug: value for slug, value in deal.answers.items() if slug not in slugs}
    families = ProductFamily.objects.filter(pk__in=deal.families).order_by("pk").values_list("code", flat=True)
    demand = Demand(needs=(Need.ALWAYS,), families=tuple(families) if any(own.families for own in fields) else ())
    return gone | cleaned(fields, {**kept, **changed}, demand)


def _check_changes(deal: Deal, changes: Mapping[str, Any]) -> None:
    stray = set(changes) - EDITABLE
    if stray:
        raise RuleViolation("not_editable", _("This can't be changed any more."), min(stray))
    if deal.outcome != Outcome.OPEN or deal.status == Status.WITHDRAWN:
        raise RuleViolation("deal_closed", _("The deal is closed. Open it again first."))
    if "close_date" in changes and changes["close_date"] != deal.close_date:
        check_close_date(changes["close_date"], timezone.localdate())


@transaction.atomic
def win_deal(*, actor: Actor, deal: Deal, value: Decimal | None, closed_on: date | None, remark: str = "") -> Deal:
    """Mark a deal as won at a value, in the deal's currency. Records `deal.won`.

    Raises:
        Http404, Forbidden, Conflict: as `move`. RuleViolation: value or day missing, or the day is in the future.
    """
    _check_closed_on(closed_on)
    fresh: Deal = move(
        OUTCOME,
        "win",
        row=deal,
        actor=actor,
        facts={"value": value, "closed_on": closed_on},
        changes={"closed_value": value, "closed_on": closed_on, "outcome_text": remark},
        data={"value": shown(value, deal.currency), "remark": remark},
    )
    lapse_extension(fresh)
    reach(fresh, MilestoneKind.WON)
    return fresh


@transaction.atomic
def lose_deal(*, actor: Actor, deal: Deal, reason: str, closed_on: date | None, remark: str = "") -> Deal:
    """Mark a deal as lost; its protection is released for others. Records `deal.lost`.

    Raises:
        Http404, Forbidden, Conflict: as `move`. RuleViolation: reason or day missing, or the day is in the future.
    """
    if reason and reason not in LostReason.values:
        raise RuleViolation("unknown_reason", _("Choose one of the reasons."), "reason")
    _check_closed_on(closed_on)
    label = str(LostReason(reason).label) if reason else ""
    fresh: Deal = move(
        OUTCOME,
        "lose",
        row=deal,
        actor=actor,
        facts={"reason": reason, "closed_on": closed_on},
        changes=lambda fresh: {
            "lost_reason": reason,
            "closed_on": closed_on,
            "outcome_text": remark,
            # Protection doesn't come back with `reopen`, so it must not look as if it still ran.
            "protected_until": timezone.now() if fresh.is_protected else fresh.protected_until,
        },
        data={"reason": label, "remark": remark},
    )
    release_protections(fresh)
    reach(fresh, MilestoneKind.LOST)
    return fresh


def _check_closed_on(day: date | None) -> None:
    if day is not None and day > timezone.localdate():
        raise RuleViolation("closed_in_future", _("This day is still to come."), "closed_on")


@transaction.atomic
def reopen_deal(*, actor: Actor, deal: Deal) -> Deal:
    """Open a won or lost deal again; protection that was released doesn't come back, and it no longer counts as closed.

    Records `deal.reopened`.

    Raises:
        Http404, Forbidden, Conflict: as `move`.
    """
    cleared = {"closed_on": None, "closed_value": None, "lost_reason": "", "outcome_text": ""}
    fresh: Deal = move(OUTCOME, "reopen", row=deal, actor=actor, changes=cleared)
    take_back(fresh, *CLOSED)
    return fresh


@transaction.atomic
def add_comment(*, actor: Actor, deal: Deal, text: str, audience: str = CommentAudience.SHARED) -> Comment:
    """Write a comment that both sides read, or a note that only the vendor reads.

    Records `deal.commented`, or `deal.noted` for the vendor only.

    Raises:
        Http404, Forbidden: out of sight, no right. RuleViolation: no text, or over 5,000 characters.
    """
    fresh: Deal = locked(deal, actor)
    note = audience == CommentAudience.VENDOR
    if not actor.may(NOTE_DEALS if note else COMMENT_DEALS):
        raise Forbidden("not_allowed", _("Your role doesn't write here."))
    text = text.strip()
    if not text:
        raise RuleViolation("required", _("Write something first."), "text")
    if len(text) > LONGEST_COMMENT:
        raise RuleViolation("too_long", _("At most 5,000 characters."), "text")
    comment = Comment.objects.create(
        deal=fresh,
        vendor_id=fresh.vendor_id,
        partner_id=fresh.partner_id,
        enrollment_id=fresh.enrollment_id,
        person_id=actor.person_id,
        audience=audience,
        text=text,
    )
    facts = {"comment": comment.pk, "reference": fresh.reference, "customer": fresh.customer_name}
    record(events.NOTED if note else events.COMMENTED, actor=actor, subject=fresh, data=facts)
    return comment
