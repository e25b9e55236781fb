"""State machines: of an enrollment, a partner's life in a program; of a merge of records; of a change of the kind."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from partners import events
from partners.enums import EnrollmentStatus, MergeState, TypeChangeState
from partners.permissions import (
    ADMIT_PARTNERS,
    CONFIRM_MERGE,
    CONFIRM_TYPE,
    EDIT_PARTNERS,
    PROPOSE_MERGE,
    PROPOSE_TYPE,
)
from prm.kernel.workflow import Machine, Transition

ENROLLMENT = Machine(
    name="enrollment",
    model="partners.Enrollment",
    field="status",
    initial=frozenset({EnrollmentStatus.APPLICANT, EnrollmentStatus.ACTIVE}),
    transitions=(
        Transition(
            name="onboard",
            label=_("Start onboarding"),
            sources=frozenset({EnrollmentStatus.APPLICANT, EnrollmentStatus.RETIRED}),
            target=EnrollmentStatus.ONBOARDING,
            permission=EDIT_PARTNERS,
            event=events.ONBOARDING_STARTED,
            required=("reason",),
        ),
        Transition(
            name="admit",
            label=_("Admit"),
            sources=frozenset({EnrollmentStatus.APPLICANT, EnrollmentStatus.RETIRED}),
            target=EnrollmentStatus.ONBOARDING,
            permission=ADMIT_PARTNERS,
            event=events.ONBOARDING_STARTED,
            required=("reason",),
        ),
        Transition(
            name="onboarded",
            label=_("End onboarding"),
            sources=frozenset({EnrollmentStatus.ONBOARDING}),
            target=EnrollmentStatus.ACTIVE,
            permission=ADMIT_PARTNERS,
            event=events.ENROLLMENT_ACTIVATED,
            required=("reason",),
        ),
        Transition(
            name="activate",
            label=_("Make active"),
            sources=frozenset({EnrollmentStatus.ONBOARDING, EnrollmentStatus.SUSPENDED}),
            target=EnrollmentStatus.ACTIVE,
            permission=EDIT_PARTNERS,
            event=events.ENROLLMENT_ACTIVATED,
            required=("reason",),
            tone="primary",
        ),
        Transition(
            name="suspend",
            label=_("Suspend"),
            sources=frozenset({EnrollmentStatus.ONBOARDING, EnrollmentStatus.ACTIVE}),
            target=EnrollmentStatus.SUSPENDED,
            permission=EDIT_PARTNERS,
            event=events.ENROLLMENT_SUSPENDED,
            required=("reason",),
            tone="danger",
        ),
        Transition(
            name="retire",
            label=_("Retire"),
            sources=frozenset(set(EnrollmentStatus) - {EnrollmentStatus.RETIRED}),
            target=EnrollmentStatus.RETIRED,
            permission=EDIT_PARTNERS,
            event=events.ENROLLMENT_RETIRED,
            required=("reason",),
            tone="danger",
        ),
    ),
)
MERGE = Machine(
    name="merge",
    model="partners.PartnerMerge",
    field="state",
    initial=frozenset({MergeState.PROPOSED}),
    transitions=(
        Transition(
            name="merge",
            label=_("Merge"),
            sources=frozenset({MergeState.PROPOSED}),
            target=MergeState.MERGED,
            permission=CONFIRM_MERGE,
            event=events.MERGE_DONE,
            tone="primary",
        ),
        Transition(
            name="decline",
            label=_("Decline"),
            sources=frozenset({MergeState.PROPOSED}),
            target=MergeState.DECLINED,
            permission=CONFIRM_MERGE,
            event=events.MERGE_DECLINED,
            tone="danger",
        ),
        Transition(
            name="withdraw",
            label=_("Take back"),
            sources=frozenset({MergeState.PROPOSED}),
            target=MergeState.WITHDRAWN,
            permission=PROPOSE_MERGE,
            event=events.MERGE_WITHDRAWN,
        ),
        Transition(
            name="undo",
            label=_("Undo"),
            sources=frozenset({MergeState.MERGED}),
            target=MergeState.UNDONE,
            permission=CONFIRM_MERGE,
            event=events.MERGE_UNDONE,
            tone="danger",
        ),
    ),
)
TYPE_CHANGE = Machine(
    name="type_change",
    model="partners.TypeChange",
    field="state",
    initial=frozenset({TypeChangeState.PROPOSED}),
    transitions=(
        Transition(
            name="set",
            label=_("Change at once"),
            sources=frozenset({TypeChangeState.PROPOSED}),
            target=TypeChangeState.CHANGED,
            permission=PROPOSE_TYPE,
            event=events.TYPE_CHANGED,
        ),
        Transition(
            name="confirm",
            label=_("Confirm"),
            sources=frozenset({TypeChangeState.PROPOSED}),
            target=TypeChangeState.CHANGED,
            permission=CONFIRM_TYPE,
            event=events.TYPE_CHANGED,
            tone="primary",
        ),
        Transition(
            name="decline",
            label=_("Decline"),
            sources=frozenset({TypeChangeState.PROPOSED}),
            target=TypeChangeState.DECLINED,
            permission=CONFIRM_TYPE,
            event=events.TYPE_DECLINED,
            tone="danger",
        ),
        Transition(
            name="withdraw",
            label=_("Take back"),
            sources=frozenset({TypeChangeState.PROPOSED}),
            target=TypeChangeState.WITHDRAWN,
            permission=PROPOSE_TYPE,
            event=events.TYPE_WITHDRAWN,
        ),
        Transition(
            name="undo",
            label=_("Undo"),
            sources=frozenset({TypeChangeState.CHANGED}),
            target=TypeChangeState.UNDONE,
            permission=CONFIRM_TYPE,
            event=events.TYPE_UNDONE,
            tone="danger",
        ),
    ),
)
MACHINES = (ENROLLMENT, MERGE, TYPE_CHANGE)
