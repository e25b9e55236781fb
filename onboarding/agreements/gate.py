"""The agreement that a partner's pages wait for: read with each request's seats, in the same query."""

from __future__ import annotations

from typing import Any

from django.db.models import DateField, OuterRef, Subquery, TextField
from django.db.models.functions import Cast, Now

from onboarding.models import Agreement


def agreement_needed() -> Any:
    """Return the key of the first agreement that an enrollment waits for, as an expression over enrollments.

    The day is the database's, because the query is composed once: see `prm.kernel.composed`.
    """
    waiting = Agreement.objects.filter(enrollment=OuterRef("pk")).closing(Cast(Now(), DateField()))
    return Subquery(waiting.order_by("gate_from", "pk").annotate(needed=Cast("key", TextField())).values("needed")[:1])
