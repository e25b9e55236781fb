"""Named filters of jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from jobs.enums import JobState
from jobs.registry import KINDS
from prm.kernel.actors import Kind, Reach
from prm.kernel.scoping import ScopedQuerySet

if TYPE_CHECKING:
    from prm.kernel.actors import Actor


class JobQuerySet(ScopedQuerySet):
    """Jobs."""

    def visible_to(self, actor: Actor) -> Self:
        """Return the actor's own jobs of the seat it acts from, and its organisation's of kinds that its role may see.

        A partner's job whose result may hold rows of a vendor that the partner has left is out of sight.
        """
        if actor.kind is Kind.SYSTEM:
            return super().visible_to(actor)
        if actor.person_id is None or actor.read_only:
            return self.none()
        seen = Q(person_id=actor.person_id, seat_id=actor.seat_id)
        if actor.is_vendor or (actor.is_partner and actor.reach is Reach.ALL):
            may = [kind.name for kind in KINDS.values() if kind.permission and actor.may(kind.permission)]
            seen |= Q(kind__in=may)
        found = self.filter(seen, vendor_id=actor.vendor_id, partner_id=actor.partner_id)
        return found.filter(reads__contained_by=sorted(actor.vendor_ids)) if actor.is_partner else found

    def open(self) -> Self:
        """Return what has not ended."""
        return self.filter(ended_at=None)

    def claimable(self) -> Self:
        """Return what a worker should take now, the longest waiting first.

        That is what waits, and what a worker left: its lease is over. A job whose lock another one holds waits on.
        """
        holder = self.model.objects.filter(lock=OuterRef("lock"), started_at__isnull=False, ended_at=None).exclude(
            pk=OuterRef("pk")
        )
        ready = Q(state=JobState.QUEUED, due_at__lte=Now()) | Q(state=JobState.RUNNING, lease_until__lt=Now())
        return self.filter(ready, Q(lock="") | ~Exists(holder), ended_at=None).order_by("due_at", "id")
