"""The state machines of a scheme's versions and of the reviews that may lower a tier."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from prm.kernel.workflow import Machine, Transition
from standing import events
from standing.enums import ReviewState, SchemeState
from standing.permissions import DECIDE_STANDING, EDIT_SCHEMES, KEEP_STANDING

SCHEME = Machine(
    name="scheme",
    model="standing.Scheme",
    field="state",
    initial=frozenset({SchemeState.DRAFT}),
    transitions=(
        Transition(
            name="publish",
            label=_("Publish"),
            sources=frozenset({SchemeState.DRAFT}),
            target=SchemeState.PUBLISHED,
            permission=EDIT_SCHEMES,
            event=events.SCHEME_PUBLISHED,
            required=("valid_from",),
            tone="primary",
        ),
        Transition(
            name="withdraw",
            label=_("Take back"),
            sources=frozenset({SchemeState.PUBLISHED}),
            target=SchemeState.DRAFT,
            permission=EDIT_SCHEMES,
            event=events.SCHEME_WITHDRAWN,
        ),
        Transition(
            name="discard",
            label=_("Discard"),
            sources=frozenset({SchemeState.DRAFT}),
            target=SchemeState.DISCARDED,
            permission=EDIT_SCHEMES,
            event=events.SCHEME_DISCARDED,
            tone="danger",
        ),
    ),
)
REVIEW = Machine(
    name="review",
    model="standing.TierReview",
    field="state",
    initial=frozenset({ReviewState.WARNED}),
    transitions=(
        Transition(
            name="grace",
            label=_("Begin the grace period"),
            sources=frozenset({ReviewState.WARNED}),
            target=ReviewState.GRACE,
            permission=KEEP_STANDING,
            event=events.REVIEW_GRACE,
        ),
        Transition(
            name="propose",
            label=_("Propose to lower"),
            sources=frozenset({ReviewState.WARNED, ReviewState.GRACE}),
            target=ReviewState.PROPOSED,
            permission=KEEP_STANDING,
            event=events.REVIEW_PROPOSED,
        ),
        Transition(
            name="recover",
            label=_("Note that it caught up"),
            sources=frozenset({ReviewState.WARNED, ReviewState.GRACE, ReviewState.PROPOSED}),
            target=ReviewState.RECOVERED,
            permission=KEEP_STANDING,
            event=events.REVIEW_RECOVERED,
        ),
        Transition(
            name="lower",
            label=_("Lower the tier"),
            sources=frozenset({ReviewState.PROPOSED}),
            target=ReviewState.LOWERED,
            permission=DECIDE_STANDING,
            event=events.REVIEW_LOWERED,
            tone="danger",
        ),
        Transition(
            name="keep",
            label=_("Let it stay"),
            sources=frozenset({ReviewState.PROPOSED}),
            target=ReviewState.KEPT,
            permission=DECIDE_STANDING,
            event=events.REVIEW_KEPT,
            required=("reason",),
            tone="primary",
        ),
    ),
)
MACHINES = (SCHEME, REVIEW)
