"""The state machines of a deal: the vendor's registration status, the partner's outcome, and requests for more time."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from dealreg import events, rules
from dealreg.enums import UNDECIDED, WAITING_FOR_VENDOR, ExtensionState, Outcome, Status
from dealreg.permissions import DECIDE_DEALS, EXPIRE_DEALS, TAKE_DEALS, WORK_DEALS
from prm.kernel.workflow import Machine, Transition

REGISTRATION = Machine(
    name="registration",
    model="dealreg.Deal",
    field="status",
    initial=frozenset({Status.SUBMITTED, Status.IN_REVIEW}),
    transitions=(
        Transition(
            name="take",
            label=_("Take up"),
            sources=frozenset(WAITING_FOR_VENDOR),
            target=Status.IN_REVIEW,
            permission=TAKE_DEALS,
            event=events.TAKEN,
            guard=rules.not_yours_yet,
        ),
        Transition(
            name="approve",
            label=_("Approve"),
            sources=frozenset(UNDECIDED),
            target=Status.APPROVED,
            permission=DECIDE_DEALS,
            event=events.APPROVED,
            guard=rules.not_lost,
            tone="primary",
        ),
        Transition(
            name="decline",
            label=_("Decline"),
            sources=frozenset(UNDECIDED),
            target=Status.DECLINED,
            permission=DECIDE_DEALS,
            event=events.DECLINED,
            required=("reason", "message"),
            tone="danger",
        ),
        Transition(
            name="ask",
            label=_("Ask"),
            sources=frozenset(WAITING_FOR_VENDOR),
            target=Status.INFORMATION_REQUESTED,
            permission=DECIDE_DEALS,
            event=events.ASKED,
            required=("fields", "message"),
        ),
        Transition(
            name="answer",
            label=_("Answer"),
            sources=frozenset({Status.INFORMATION_REQUESTED}),
            target=Status.IN_REVIEW,
            permission=WORK_DEALS,
            event=events.ANSWERED,
            tone="primary",
        ),
        Transition(
            name="withdraw",
            label=_("Withdraw"),
            sources=frozenset({*UNDECIDED, Status.APPROVED}),
            target=Status.WITHDRAWN,
            permission=WORK_DEALS,
            event=events.WITHDRAWN,
            guard=rules.not_closed,
            tone="danger",
        ),
        Transition(
            name="expire",
            label=_("Expire"),
            sources=frozenset({Status.APPROVED}),
            target=Status.EXPIRED,
            permission=EXPIRE_DEALS,
            event=events.EXPIRED,
            guard=rules.not_closed,
        ),
        Transition(
            name="release",
            label=_("Release"),
            sources=frozenset({Status.APPROVED}),
            target=Status.EXPIRED,
            permission=EXPIRE_DEALS,
            event=events.RELEASED,
            required=("reason",),
            guard=rules.not_closed,
        ),
        Transition(
            name="restore",
            label=_("Protect again"),
            sources=frozenset({Status.EXPIRED}),
            target=Status.APPROVED,
            permission=EXPIRE_DEALS,
            event=events.RESTORED,
            guard=rules.not_closed,
        ),
        Transition(
            name="set_aside",
            label=_("Set aside"),
            sources=frozenset(UNDECIDED),
            target=Status.WITHDRAWN,
            permission=EXPIRE_DEALS,
            event=events.SET_ASIDE,
            required=("reason",),
            guard=rules.not_closed,
        ),
    ),
)

OUTCOME = Machine(
    name="outcome",
    model="dealreg.Deal",
    field="outcome",
    initial=frozenset({Outcome.OPEN}),
    transitions=(
        Transition(
            name="win",
            label=_("Mark as won"),
            sources=frozenset({Outcome.OPEN}),
            target=Outcome.WON,
            permission=WORK_DEALS,
            event=events.WON,
            required=("value", "closed_on"),
            guard=rules.still_in_force,
        ),
        Transition(
            name="lose",
            label=_("Mark as lost"),
            sources=frozenset({Outcome.OPEN}),
            target=Outcome.LOST,
            permission=WORK_DEALS,
            event=events.LOST,
            required=("reason", "closed_on"),
            guard=rules.still_in_force,
        ),
        Transition(
            name="reopen",
            label=_("Open again"),
            sources=frozenset({Outcome.WON, Outcome.LOST}),
            target=Outcome.OPEN,
            permission=WORK_DEALS,
            event=events.REOPENED,
        ),
    ),
)

MACHINES = (REGISTRATION, OUTCOME)

EXTENSION = Machine(
    name="extension",
    model="dealreg.Extension",
    field="state",
    initial=frozenset({ExtensionState.REQUESTED}),
    transitions=(
        Transition(
            name="grant",
            label=_("Extend"),
            sources=frozenset({ExtensionState.REQUESTED}),
            target=ExtensionState.GRANTED,
            permission=DECIDE_DEALS,
            event=events.EXTENDED,
            tone="primary",
        ),
        Transition(
            name="refuse",
            label=_("Don’t extend"),
            sources=frozenset({ExtensionState.REQUESTED}),
            target=ExtensionState.REFUSED,
            permission=DECIDE_DEALS,
            event=events.EXTENSION_REFUSED,
            required=("message",),
            tone="danger",
        ),
        Transition(
            name="withdraw",
            label=_("Take the request back"),
            sources=frozenset({ExtensionState.REQUESTED}),
            target=ExtensionState.WITHDRAWN,
            permission=WORK_DEALS,
            event=events.EXTENSION_WITHDRAWN,
        ),
        Transition(
            name="lapse",
            label=_("Lapse"),
            sources=frozenset({ExtensionState.REQUESTED}),
            target=ExtensionState.LAPSED,
            permission=EXPIRE_DEALS,
            event=events.EXTENSION_LAPSED,
        ),
    ),
)
OF_PROTECTION = (EXTENSION,)
"""What happens to a deal's protection while it lives: on rows of their own, told on the deal's timeline."""
