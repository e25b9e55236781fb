"""Every state × transition × persona of both machines; a refusal leaves no trace."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from activity.models import Delivery, Event, Mail, Notification
from dealreg.enums import LostReason, Outcome, Status
from dealreg.models import Deal, Protection
from dealreg.workflow import MACHINES, OUTCOME, REGISTRATION
from prm.kernel.actors import system
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.workflow import move

PERSONAS = (
    "brightpath_administrator",
    "brightpath_sales",
    "brightpath_marketing",
    "brightpath_technical",
    "kappel_sales",
    "isle_sales",
    "northwind_manager",
    "northwind_approver",
    "northwind_finance",
    "northwind_executive",
    "halden_manager",
    "halden_approver",
    "operator",
    "nobody",
    "system",
    "other_system",
)
IN_SIGHT = {persona for persona in PERSONAS if persona.startswith(("brightpath", "northwind"))} - {
    "brightpath_technical"
}
IN_SIGHT |= {"system"}
PARTNER_WORKS = {"brightpath_administrator", "brightpath_sales"}
VENDOR_DECIDES = {"northwind_manager", "northwind_approver"}
MAY = {
    "take": VENDOR_DECIDES,
    "approve": VENDOR_DECIDES | {"system"},
    "decline": VENDOR_DECIDES | {"system"},
    "ask": VENDOR_DECIDES | {"system"},
    "answer": PARTNER_WORKS,
    "withdraw": PARTNER_WORKS,
    "expire": {"system"},
    "release": {"system"},
    "restore": {"system"},
    "set_aside": {"system"},
    "relinquish": PARTNER_WORKS,
    "displace": {"system"},
    "reinstate": {"system"},
    "reconsider": {"system"},
    "win": PARTNER_WORKS,
    "lose": PARTNER_WORKS,
    "reopen": PARTNER_WORKS,
}
"""Written out here, not read from the code: who may do what is a promise of its own."""
FROM = {
    "take": {"submitted", "in_review"},
    "approve": {"submitted", "in_review", "information_requested"},
    "decline": {"submitted", "in_review", "information_requested"},
    "ask": {"submitted", "in_review"},
    "answer": {"information_requested"},
    "withdraw": {"submitted", "in_review", "information_requested", "approved"},
    "expire": {"approved"},
    "release": {"approved"},
    "restore": {"expired"},
    "set_aside": {"submitted", "in_review", "information_requested"},
    "relinquish": {"approved"},
    "displace": {"approved"},
    "reinstate": {"declined", "expired"},
    "reconsider": {"declined", "expired"},
    "win": {"open"},
    "lose": {"open"},
    "reopen": {"won", "lost"},
}
FACTS: dict[str, Any] = {
    "reason": "other",
    "message": "Because.",
    "fields": ["title"],
    "value": 1,
    "closed_on": "2026-01-01",
}


def changes_for(target: str, person_id: int) -> dict[str, Any]:
    """What the database demands of a row in a state."""
    now = timezone.now()
    decided = {"decided_at": now, "decided_by_id": person_id}
    undecided = {"decided_at": None, "decided_by_id": None}
    return {
        Status.APPROVED: {**decided, "protected_from": now, "protected_until": now},
        Status.EXPIRED: decided,
        Status.DECLINED: {**decided, "decline_reason": "other"},
        Status.INFORMATION_REQUESTED: {**undecided, "asked_text": "Which?", "clock_left": 1.0},
        Outcome.WON: {"closed_on": now.date(), "closed_value": 1},
        Outcome.LOST: {"closed_on": now.date(), "lost_reason": LostReason.PRICE},
    }.get(target, {} if target in {Outcome.OPEN, Status.WITHDRAWN} else undecided)


def test_tables_name_every_transition_and_their_sources():
    assert {t.name: set(t.sources) for machine in MACHINES for t in machine.transitions} == FROM


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_every_state_transition_and_persona(cast, machine):
    deal = cast.register()
    decider = cast.people["northwind_approver"].pk
    states = Status.values if machine is REGISTRATION else Outcome.values
    actors = {p: cast.actor(p) for p in PERSONAS if "system" not in p}
    actors["system"], actors["other_system"] = system(cast.northwind.vendor.pk), system(cast.halden.vendor.pk)
    for state in states:
        Deal.objects.filter(pk=deal.pk).update(**{machine.field: state}, **changes_for(state, decider))
        deal.refresh_from_db()
        for transition in machine.transitions:
            for persona in PERSONAS:
                _judge(machine, transition, deal, persona, actors[persona], decider)


def _judge(machine, transition, deal, persona, actor, decider) -> None:
    before, events = Deal.objects.filter(pk=deal.pk).values().get(), Event.objects.count()
    expected = _expected(persona, transition.name, getattr(deal, machine.field))
    where = f"{persona} {transition.name} from {getattr(deal, machine.field)}"
    outcome: type | None = None
    try:
        with transaction.atomic():
            moved = move(
                machine,
                transition.name,
                row=deal,
                actor=actor,
                facts=FACTS,
                changes=changes_for(transition.target, decider),
            )
            assert getattr(moved, machine.field) == transition.target
            assert Event.objects.count() == events + 1
            raise _Undo
    except _Undo:
        outcome = None
    except (Http404, Forbidden, Conflict, RuleViolation) as refusal:
        outcome = type(refusal)
    assert outcome is expected, where
    assert Deal.objects.filter(pk=deal.pk).values().get() == before, where
    assert Event.objects.count() == events, where
    available = {t.name for t in machine.available(deal, actor)}
    if persona in IN_SIGHT:
        assert (transition.name in available) == (expected is None), where


class _Undo(Exception):
    pass


def _expected(persona: str, name: str, state: str) -> type | None:
    if persona not in IN_SIGHT:
        return Http404
    if persona not in MAY[name]:
        return Forbidden
    return None if state in FROM[name] else Conflict


@pytest.mark.parametrize(
    ("machine", "name", "missing"),
    [
        (REGISTRATION, "decline", "reason"),
        (REGISTRATION, "decline", "message"),
        (REGISTRATION, "ask", "fields"),
        (REGISTRATION, "ask", "message"),
        (OUTCOME, "win", "value"),
        (OUTCOME, "lose", "reason"),
        (OUTCOME, "win", "closed_on"),
    ],
)
def test_missing_fact_is_refused_at_its_field_without_a_trace(cast, machine, name, missing):
    deal = cast.register()
    persona = "northwind_approver" if machine is REGISTRATION else "brightpath_sales"
    counts = [model.objects.count() for model in (Event, Delivery, Notification, Mail, Protection)]
    with pytest.raises(RuleViolation) as refusal, transaction.atomic():
        move(machine, name, row=deal, actor=cast.actor(persona), facts={**FACTS, missing: ""})
    assert refusal.value.field == missing
    assert counts == [model.objects.count() for model in (Event, Delivery, Notification, Mail, Protection)]


@pytest.mark.django_db(transaction=True)
def test_move_outside_a_transaction_is_a_programming_error():
    with pytest.raises(RuntimeError):
        move(REGISTRATION, "take", row=Deal(), actor=system(1))
