"""The state machines of recruiting and onboarding, as data."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from onboarding import events
from onboarding.agreements import rules as agreements
from onboarding.enums import OPEN_AGREEMENTS, AgreementState, ApplicationState
from onboarding.permissions import (
    COUNTERSIGN_AGREEMENTS,
    DECIDE_APPLICATIONS,
    KEEP_AGREEMENTS,
    OWN_APPLICATION,
    SEND_AGREEMENTS,
    SIGN_AGREEMENTS,
)
from prm.kernel.workflow import Machine, Transition

UNPROVEN = frozenset({ApplicationState.DRAFT, ApplicationState.UNCONFIRMED})
UNDECIDED = frozenset({ApplicationState.SUBMITTED, ApplicationState.ASKED, ApplicationState.WAITLISTED})

APPLICATION = Machine(
    name="application",
    model="onboarding.Application",
    field="state",
    initial=frozenset({ApplicationState.DRAFT}),
    transitions=(
        Transition(
            name="send",
            label=_("Send"),
            sources=UNPROVEN,
            target=ApplicationState.UNCONFIRMED,
            permission=OWN_APPLICATION,
            event=events.APPLICATION_SENT,
        ),
        Transition(
            name="confirm",
            label=_("Confirm the address"),
            sources=UNPROVEN,
            target=ApplicationState.SUBMITTED,
            permission=OWN_APPLICATION,
            event=events.APPLICATION_SUBMITTED,
        ),
        Transition(
            name="end",
            label=_("End"),
            sources=UNPROVEN,
            target=ApplicationState.WITHDRAWN,
            permission=OWN_APPLICATION,
            event=events.APPLICATION_ENDED,
            required=("ended_as",),
        ),
        Transition(
            name="approve",
            label=_("Approve"),
            sources=UNDECIDED,
            target=ApplicationState.APPROVED,
            permission=DECIDE_APPLICATIONS,
            event=events.APPLICATION_APPROVED,
            tone="primary",
        ),
        Transition(
            name="decline",
            label=_("Decline"),
            sources=UNDECIDED,
            target=ApplicationState.DECLINED,
            permission=DECIDE_APPLICATIONS,
            event=events.APPLICATION_DECLINED,
            required=("reason", "message"),
            tone="danger",
        ),
        Transition(
            name="ask",
            label=_("Ask"),
            sources=frozenset({ApplicationState.SUBMITTED, ApplicationState.WAITLISTED}),
            target=ApplicationState.ASKED,
            permission=DECIDE_APPLICATIONS,
            event=events.APPLICATION_ASKED,
            required=("message",),
        ),
        Transition(
            name="waitlist",
            label=_("Waiting list"),
            sources=frozenset({ApplicationState.SUBMITTED, ApplicationState.ASKED}),
            target=ApplicationState.WAITLISTED,
            permission=DECIDE_APPLICATIONS,
            event=events.APPLICATION_WAITLISTED,
        ),
        Transition(
            name="answer",
            label=_("Answer"),
            sources=frozenset({ApplicationState.ASKED}),
            target=ApplicationState.SUBMITTED,
            permission=OWN_APPLICATION,
            event=events.APPLICATION_ANSWERED,
            required=("message",),
        ),
        Transition(
            name="withdraw",
            label=_("Withdraw"),
            sources=UNDECIDED,
            target=ApplicationState.WITHDRAWN,
            permission=OWN_APPLICATION,
            event=events.APPLICATION_WITHDRAWN,
        ),
    ),
)

AGREEMENT = Machine(
    name="agreement",
    model="onboarding.Agreement",
    field="state",
    initial=frozenset({AgreementState.SENT}),
    transitions=(
        Transition(
            name="sign",
            label=_("Sign"),
            sources=frozenset({AgreementState.SENT}),
            target=AgreementState.SIGNED,
            permission=SIGN_AGREEMENTS,
            event=events.AGREEMENT_SIGNED,
            required=("signing",),
            guard=agreements.by_hand,
            tone="primary",
        ),
        Transition(
            name="countersign",
            label=_("Countersign"),
            sources=frozenset({AgreementState.SIGNED}),
            target=AgreementState.IN_FORCE,
            permission=COUNTERSIGN_AGREEMENTS,
            event=events.AGREEMENT_COMPLETED,
            required=("signing",),
            guard=agreements.by_hand,
            tone="primary",
        ),
        Transition(
            name="complete",
            label=_("Complete"),
            sources=frozenset({AgreementState.SIGNED}),
            target=AgreementState.IN_FORCE,
            permission=KEEP_AGREEMENTS,
            event=events.AGREEMENT_COMPLETED,
        ),
        Transition(
            name="take_back",
            label=_("Take back"),
            sources=frozenset(OPEN_AGREEMENTS),
            target=AgreementState.CANCELLED,
            permission=SEND_AGREEMENTS,
            event=events.AGREEMENT_TAKEN_BACK,
            required=("reason",),
            tone="danger",
        ),
        Transition(
            name="replace",
            label=_("Replace"),
            sources=frozenset({*OPEN_AGREEMENTS, AgreementState.IN_FORCE}),
            target=AgreementState.REPLACED,
            permission=KEEP_AGREEMENTS,
            event=events.AGREEMENT_REPLACED,
        ),
        Transition(
            name="expire",
            label=_("End"),
            sources=frozenset({AgreementState.IN_FORCE}),
            target=AgreementState.EXPIRED,
            permission=KEEP_AGREEMENTS,
            event=events.AGREEMENT_EXPIRED,
        ),
    ),
)
MACHINES = (APPLICATION, AGREEMENT)
