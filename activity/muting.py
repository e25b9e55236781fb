"""Muting a vendor: what happens there is written as ever, but told to nobody until it ends. Callers check rights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from activity.models import Muting

if TYPE_CHECKING:
    from activity.models import Event


def mute(vendor_id: int) -> Muting:
    """Tell nobody what happens at a vendor from now on, in the caller's transaction; what is muted stays so."""
    found, _made = Muting.objects.get_or_create(vendor_id=vendor_id, until=None)
    return found


def unmute(vendor_id: int) -> None:
    """Tell people again what happens from now on. What happened meanwhile is never told."""
    Muting.objects.filter(vendor_id=vendor_id, until=None).update(until=timezone.now())


def is_muted(vendor_id: int | None) -> bool:
    """Whether nobody is told now. One query."""
    return vendor_id is not None and Muting.objects.filter(vendor_id=vendor_id, until=None).exists()


def happened_muted(event: Event) -> bool:
    """Whether an event happened while its vendor was muted. One query."""
    if event.vendor_id is None:
        return False
    times = Muting.objects.filter(vendor_id=event.vendor_id, since__lte=event.occurred_at)
    return times.filter(Q(until=None) | Q(until__gt=event.occurred_at)).exists()
