"""A policy judges a registration, in a worker, and carries out what it says in the system's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from activity.models import Event
from dealreg import events
from dealreg.engagement import Facts, Judgement, Verdict, judge, route_of, told
from dealreg.engagement.shape import Decider
from dealreg.engagement.wording import field_names
from dealreg.enums import WAITING_FOR_VENDOR
from dealreg.models import Deal, Policy, Ruling
from dealreg.rulings import known_of, policy_of
from dealreg.services.decisions import Grounds, approve_deal, ask_for_information, decline_deal
from dealreg.stating import facts_now
from partners.models import Enrollment, Seat
from prm.kernel.actors import system
from prm.kernel.recording import record
from prm.kernel.workflow import locked

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

BY_PEOPLE = (events.TAKEN.name, events.ASKED.name)


@transaction.atomic
def judge_deal(*, actor: Actor, deal: Deal) -> Ruling | None:
    """Let the rules of engagement judge a waiting deal, keep the ruling, and approve, decline, ask or route by it.

    Place in line holds: the customer's account is locked first, and whoever is not the first, or comes where another is
    protected, waits for a person. Records `deal.ruled`, and what `approve_deal`, `decline_deal` or
    `ask_for_information` record. Returns None where nothing waits, or the policy has no rules.

    Raises:
        Http404: out of the actor's sight.
    """
    policy = policy_of(deal)  # a deal's policy stays the one that it was registered under
    if policy is None or policy.shape.is_plain:
        return None
    fresh: Deal = locked(deal, actor)
    if fresh.status not in WAITING_FOR_VENDOR:
        return None
    limits = policy.shape.limits
    taken = Event.objects.about(fresh).filter(kind__in=BY_PEOPLE, person__isnull=False).exists()
    facts = facts_now(fresh, days=limits.days if limits else None, taken=taken)
    judgement = judge(policy.shape, facts)
    ruling = keep_ruling(fresh, policy, facts, judgement)
    data = {"outcome": str(ruling.get_outcome_display()), "clause": judgement.clause, "code": judgement.sentence.code}
    record(events.RULED, actor=actor, subject=fresh, data=data)
    _carry_out(actor, fresh, policy, ruling)
    return ruling


def keep_ruling(deal: Deal, policy: Policy, facts: Facts, judgement: Judgement) -> Ruling:
    """Keep what a policy said of a deal with all that it was judged by, in the caller's transaction."""
    return Ruling.objects.create(**ruling_values(deal, policy, facts, judgement))


def ruling_values(deal: Deal, policy: Policy, facts: Facts, judgement: Judgement) -> dict[str, Any]:
    """Return a ruling's columns."""
    return {
        "deal_id": deal.pk,
        "vendor_id": deal.vendor_id,
        "partner_id": deal.partner_id,
        "enrollment_id": deal.enrollment_id,
        "policy": policy,
        "outcome": judgement.verdict,
        "clause": judgement.clause,
        "segment": judgement.segment,
        "reason": judgement.reason,
        "asked": list(judgement.fields),
        "facts": facts.as_data(),
        "sentence": {"code": judgement.sentence.code, "facts": judgement.sentence.facts},
    }


def _carry_out(actor: Actor, deal: Deal, policy: Policy, ruling: Ruling) -> None:
    grounds = Grounds(clause=ruling.clause, ruling=ruling)
    if ruling.outcome == Verdict.APPROVE:
        approve_deal(actor=actor, deal=deal, grounds=grounds)
    elif ruling.outcome == Verdict.DECLINE:
        decline_deal(actor=actor, deal=deal, reason=ruling.reason, message=_said(deal, policy, ruling), grounds=grounds)
    elif ruling.outcome == Verdict.ASK:
        with translation.override(deal.owner.language):
            words = _("Please add what is missing: %(fields)s. Then it goes on by itself.")
            message = words % {"fields": field_names(ruling.asked)}
        ask_for_information(actor=actor, deal=deal, fields=ruling.asked, message=message)
    elif deal.assignee_id is None:
        _route(deal, policy, ruling)


def _said(deal: Deal, policy: Policy, ruling: Ruling) -> str:
    """Return why it is declined, in the owner's language, with the clause in the policy's own words."""
    with translation.override(deal.owner.language):
        why = told(ruling.why, known_of(system(deal.vendor_id), policy))
        clause = policy.clauses.get(ruling.clause, "")
        return f"{why}\n{ruling.clause} {clause}".strip()


def _route(deal: Deal, policy: Policy, ruling: Ruling) -> None:
    """Hand it to the person whom the policy names, where it names one."""
    route = route_of(policy.shape, ruling.stated)
    if route is None or route.decider is Decider.APPROVER:
        return
    if route.decider is Decider.MANAGER:
        person = Enrollment.objects.filter(pk=deal.enrollment_id).values_list("manager_id", flat=True).first()
    else:
        seats = Seat.objects.filter(pk=route.seat, vendor_id=deal.vendor_id, is_active=True)
        person = seats.values_list("person_id", flat=True).first()
    if person is not None:
        deal.assignee_id = person
        deal.save(update_fields=["assignee_id", "updated_at"])
