"""The state machine of an enrollment: a partner's life in a program. Every step needs a reason."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from partners import events
from partners.enums import EnrollmentStatus
from partners.permissions import EDIT_PARTNERS
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
MACHINES = (ENROLLMENT,)
