"""What happens to applications by time: unanswered questions are reminded, what nobody proved is deleted."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from onboarding import events
from onboarding.enums import ApplicationState
from onboarding.models import Application
from prm.kernel.actors import system
from prm.kernel.recording import record

REMIND_AFTER = timedelta(days=4)
KEPT = timedelta(days=30)
MOST_AT_ONCE = 500


@transaction.atomic
def remind_applicants() -> int:
    """Remind applicants, once, of questions four days old; returns how many. Records `application.reminded`."""
    rows = Application.objects.filter(
        state=ApplicationState.ASKED, reminded_at=None, asked_at__lt=timezone.now() - REMIND_AFTER
    )
    found = list(rows.select_for_update(skip_locked=True, of=("self",)).order_by("asked_at")[:MOST_AT_ONCE])
    for row in found:
        row.reminded_at = timezone.now()
        row.save(update_fields=["reminded_at"])
        record(events.APPLICATION_REMINDED, actor=system(row.vendor_id), subject=row, data={"name": row.name})
    return len(found)


def clear_unproven() -> int:
    """Delete what never reached a vendor and wasn't touched for 30 days; returns how many."""
    old = Application.objects.filter(submitted_at=None, updated_at__lt=timezone.now() - KEPT)
    gone = list(old.values_list("pk", flat=True)[:MOST_AT_ONCE])
    return Application.objects.filter(pk__in=gone, submitted_at=None).delete()[1].get("onboarding.Application", 0)
