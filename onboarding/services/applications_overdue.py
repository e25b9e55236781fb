"""The service level of applications: who waits too long is told once."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from onboarding import events
from onboarding.enums import ApplicationState
from onboarding.models import Application
from prm.kernel.actors import system
from prm.kernel.recording import record

BATCH = 200


@transaction.atomic
def escalate_applications() -> int:
    """Record `application.overdue` once for each application whose service level has passed. Returns how many.

    The clock runs while the vendor has the word: not while the applicant was asked, nor on the waiting list.
    """
    now = timezone.now()
    # Worded as the partial index `application_due` is.
    late = Application.objects.filter(state=ApplicationState.SUBMITTED, escalated_at=None, due_at__lt=now)
    found = list(late.select_for_update(skip_locked=True).order_by("due_at")[:BATCH])
    for application in found:
        record(
            events.APPLICATION_OVERDUE,
            actor=system(application.vendor_id),
            subject=application,
            data={"reference": application.reference, "name": application.name},
        )
    Application.objects.filter(pk__in=[each.pk for each in found]).update(escalated_at=now)
    return len(found)
