"""The state machines of an ideal profile's versions and of prospects."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from onboarding import recruiting_events as events
from onboarding.enums import ProspectState, VersionState
from onboarding.permissions import EDIT_PROSPECTS, EDIT_RECRUITING
from prm.kernel.workflow import Machine, Transition

PROFILE = Machine(
    name="ideal profile",
    model="onboarding.IdealProfile",
    field="state",
    initial=frozenset({VersionState.DRAFT}),
    transitions=(
        Transition(
            name="publish",
            label=_("Publish"),
            sources=frozenset({VersionState.DRAFT}),
            target=VersionState.PUBLISHED,
            permission=EDIT_RECRUITING,
            event=events.PROFILE_PUBLISHED,
            tone="primary",
        ),
        Transition(
            name="replace",
            label=_("Replace"),
            sources=frozenset({VersionState.PUBLISHED}),
            target=VersionState.REPLACED,
            permission=EDIT_RECRUITING,
            event=events.PROFILE_REPLACED,
        ),
    ),
)
_WORKED_ON = frozenset({ProspectState.FOUND, ProspectState.CONTACTED, ProspectState.INVITED})
PROSPECT = Machine(
    name="prospect",
    model="onboarding.Prospect",
    field="state",
    initial=frozenset({ProspectState.FOUND}),
    transitions=(
        Transition(
            name="invite",
            label=_("Invite to apply"),
            sources=_WORKED_ON,
            target=ProspectState.INVITED,
            permission=EDIT_PROSPECTS,
            event=events.PROSPECT_INVITED,
            tone="primary",
        ),
        Transition(
            name="contact",
            label=_("Note as contacted"),
            sources=frozenset({ProspectState.FOUND}),
            target=ProspectState.CONTACTED,
            permission=EDIT_PROSPECTS,
            event=events.PROSPECT_CONTACTED,
        ),
        Transition(
            name="drop",
            label=_("Don’t pursue"),
            sources=_WORKED_ON,
            target=ProspectState.DROPPED,
            permission=EDIT_PROSPECTS,
            event=events.PROSPECT_DROPPED,
            tone="danger",
        ),
        Transition(
            name="reopen",
            label=_("Take up again"),
            sources=frozenset({ProspectState.DROPPED}),
            target=ProspectState.FOUND,
            permission=EDIT_PROSPECTS,
            event=events.PROSPECT_REOPENED,
        ),
        Transition(
            name="apply",
            label=_("Note that it applied"),
            sources=_WORKED_ON | {ProspectState.DROPPED},
            target=ProspectState.APPLIED,
            permission=EDIT_PROSPECTS,
            event=events.PROSPECT_APPLIED,
        ),
    ),
)
BY_HAND = ("invite", "contact", "drop", "reopen")
"""What people do; `apply` follows from an application."""
MACHINES = (PROFILE, PROSPECT)
