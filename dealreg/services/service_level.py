"""The service-level clock: who is late is told once."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from dealreg import events
from dealreg.models import Deal
from prm.kernel.actors import system
from prm.kernel.recording import record

BATCH = 200


@transaction.atomic
def escalate_overdue() -> int:
    """Record `deal.overdue` once for each deal whose service level has passed. Returns how many."""
    now = timezone.now()
    late = list(Deal.objects.overdue(now).select_for_update(skip_locked=True).order_by("due_at")[:BATCH])
    for deal in late:
        record(
            events.OVERDUE,
            actor=system(deal.vendor_id),
            subject=deal,
            data={"reference": deal.reference, "customer": deal.customer_name},
        )
    Deal.objects.filter(pk__in=[deal.pk for deal in late]).update(escalated_at=now)
    return len(late)
