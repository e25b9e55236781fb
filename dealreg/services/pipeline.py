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
from dealreg.enums import CommentAudience, Outcome, Status
from dealreg.models import AmountChange, Comment, Deal, Policy
from dealreg.own_fields import Demand, asked_of, cleaned
from dealreg.permissions import COMMENT_DEALS, NOTE_DEALS, WORK_DEALS
from dealreg.rules import check_close_date
from dealreg.rulings import policy_of
from dealreg.stages import check_stage, moves_on, rules_in
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.workflow import locked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dealreg.enums import Stage
    from dealreg.stages import StageRule
    from prm.kernel.actors import Actor

EDITABLE = frozenset(
    {
        "stage",
        "forecast",
        "value",
        "close_date",
        "next_step",
        "next_step_on",
        "title",
        "contact_name",
        "contact_email",
        "answers",
    }
)
MEASURED = ("value", "close_date")
"""Whose changes are kept with their reason."""
LONGEST_COMMENT = 5000
LONGEST_REASON = 200


@transaction.atomic
def change_deal(*, actor: Actor, deal: Deal, changes: Mapping[str, Any], revision: int, reason: str = "") -> Deal:
    """Change what the partner may change while a deal is open; records `deal.changed` with before and after.

    Another value or expected close is kept as an `AmountChange` too; another stage starts the stage's days anew.

    Args:
        changes: of `EDITABLE` fields, parsed; of `answers` those that change, raw.
        revision: the one the form or the API's ETag showed. reason: why value or day moved.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: changed meanwhile, carries the fresh row.
        RuleViolation: a field that can't be changed, a date that has passed, the deal is closed, or the new stage
        takes facts that are missing.
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
    marks = _marks(fresh, changes)
    for name, value in {**{name: changes[name] for name in before}, **marks}.items():
        setattr(fresh, name, value)
    fresh.revision += 1
    fresh.save(update_fields=[*before, *marks, "revision", "updated_at"])
    keep_amounts(fresh, actor=actor, before=before, reason=reason)
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


def _marks(deal: Deal, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what follows from a change for the days at a stage, and for the mark of a standstill."""
    marks: dict[str, Any] = {}
    if changes.get("stage", deal.stage) != deal.stage:
        marks["stage_since"] = timezone.now()
    if deal.stalled_at is not None and moves_on(deal, changes, timezone.localdate()):
        marks |= {"stalled_at": None, "stall_limit": None}
    return marks


def keep_amounts(deal: Deal, *, actor: Actor, before: Mapping[str, Any], reason: str = "") -> None:
    """Note in the caller's transaction what value and expected close were before, where one of them changed."""
    if not any(name in before for name in MEASURED):
        return
    AmountChange.objects.create(
        deal=deal,
        vendor_id=deal.vendor_id,
        partner_id=deal.partner_id,
        enrollment_id=deal.enrollment_id,
        person_id=actor.person_id,
        value_before=before.get("value", deal.value),
        value_after=deal.value,
        close_before=before.get("close_date", deal.close_date),
        close_after=deal.close_date,
        reason=reason.strip()[:LONGEST_REASON],
    )


def stage_rules(deal: Deal) -> dict[Stage, StageRule]:
    """Return the stages as the rules have them under which the deal was registered. One query."""
    policies = Policy.objects.filter(program__enrollments=deal.enrollment_id, reference=deal.policy_reference)
    return rules_in(policies.values_list("stages", flat=True).first())


def _check_changes(deal: Deal, changes: Mapping[str, Any]) -> None:
    stray = set(changes) - EDITABLE
    if stray:
        raise RuleViolation("not_editable", _("This can't be changed any more."), min(stray))
    if deal.outcome != Outcome.OPEN or deal.status == Status.WITHDRAWN:
        raise RuleViolation("deal_closed", _("The deal is closed. Open it again first."))
    if "close_date" in changes and changes["close_date"] != deal.close_date:
        check_close_date(changes["close_date"], timezone.localdate())
    if changes.get("stage", deal.stage) != deal.stage:
        check_stage(deal, changes, stage_rules(deal))


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
