"""Celery shells."""

from __future__ import annotations

from celery import shared_task

from onboarding.services import agreement_keeping, applications_clock, applications_overdue, ticking


@shared_task(name="onboarding.keep_applications")
def keep_applications() -> int:
    """Remind applicants of questions, and delete what nobody proved."""
    return applications_clock.remind_applicants() + applications_clock.clear_unproven()


@shared_task(name="onboarding.tick")
def tick() -> int:
    """End waits of journeys, remind and escalate."""
    return ticking.tick()


@shared_task(name="onboarding.escalate_applications")
def escalate_applications() -> int:
    """Tell who is late."""
    return applications_overdue.escalate_applications()


@shared_task(name="onboarding.keep_agreements")
def keep_agreements() -> int:
    """Remind of agreements, renew and end them."""
    return agreement_keeping.keep_agreements()
