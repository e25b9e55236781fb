"""The states of a journey's and of an agreement's version."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from onboarding import events
from onboarding.enums import VersionState
from onboarding.permissions import EDIT_AGREEMENTS, EDIT_JOURNEYS
from prm.kernel.workflow import Machine, Transition

JOURNEY_VERSION = Machine(
    name="journey version",
    model="onboarding.JourneyVersion",
    field="state",
    initial=frozenset({VersionState.DRAFT}),
    transitions=(
        Transition(
            name="publish",
            label=_("Publish"),
            sources=frozenset({VersionState.DRAFT}),
            target=VersionState.PUBLISHED,
            permission=EDIT_JOURNEYS,
            event=events.JOURNEY_VERSION_PUBLISHED,
        ),
        Transition(
            name="replace",
            label=_("Replace"),
            sources=frozenset({VersionState.PUBLISHED}),
            target=VersionState.REPLACED,
            permission=EDIT_JOURNEYS,
            event=events.JOURNEY_VERSION_REPLACED,
        ),
    ),
)
AGREEMENT_VERSION = Machine(
    name="agreement version",
    model="onboarding.AgreementVersion",
    field="state",
    initial=frozenset({VersionState.DRAFT}),
    transitions=(
        Transition(
            name="publish",
            label=_("Publish"),
            sources=frozenset({VersionState.DRAFT}),
            target=VersionState.PUBLISHED,
            permission=EDIT_AGREEMENTS,
            event=events.AGREEMENT_PUBLISHED,
        ),
        Transition(
            name="replace",
            label=_("Replace"),
            sources=frozenset({VersionState.PUBLISHED}),
            target=VersionState.REPLACED,
            permission=EDIT_AGREEMENTS,
            event=events.AGREEMENT_VERSION_REPLACED,
        ),
    ),
)
MACHINES = (JOURNEY_VERSION, AGREEMENT_VERSION)
