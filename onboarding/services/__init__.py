"""Writes to applications, journeys and agreements, by subject."""

from onboarding.services.application_forms import (
    begin_application_form,
    blocked_domains,
    change_application_form,
    close_application_form,
    open_application_form,
)
from onboarding.services.journey_versions import (
    begin_journey,
    change_journey,
    discard_journey,
    faults_of,
    publish_journey,
)
from onboarding.services.journeys import cancel_journey, start_journey
from onboarding.services.migrating import migrate_journey
from onboarding.services.step_files import add_step_file, remove_step_file
from onboarding.services.steps import (
    Meeting,
    end_step,
    is_turn_of,
    plan_meeting,
    reassign_step,
    refuse_step,
    retry_step,
    skip_step,
)
from onboarding.services.ticking import tick
from onboarding.services.webhook_steps import answer_step, open_step_secret

__all__ = [
    "Meeting",
    "add_step_file",
    "answer_step",
    "begin_application_form",
    "begin_journey",
    "blocked_domains",
    "cancel_journey",
    "change_application_form",
    "change_journey",
    "close_application_form",
    "discard_journey",
    "end_step",
    "faults_of",
    "is_turn_of",
    "migrate_journey",
    "open_application_form",
    "open_step_secret",
    "plan_meeting",
    "publish_journey",
    "reassign_step",
    "refuse_step",
    "remove_step_file",
    "retry_step",
    "skip_step",
    "start_journey",
    "tick",
]
