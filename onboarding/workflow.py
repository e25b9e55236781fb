"""The state machines of recruiting and onboarding, as data."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from onboarding import events
from onboarding.agreements import rules as agreements
from onboarding.enums import OPEN_AGREEMENTS, AgreementState
from onboarding.permissions import (
    COUNTERSIGN_AGREEMENTS,
    KEEP_AGREEMENTS,
    SEND_AGREEMENTS,
    SIGN_AGREEMENTS,
)
from prm.kernel.workflow import Machine, Transition

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
MACHINES = (AGREEMENT,)
