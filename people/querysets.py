"""Named filters over people and their sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db.models.functions import Lower

from prm.kernel.scoping import ScopedQuerySet


class PersonQuerySet(ScopedQuerySet):
    """People."""

    def at_address(self, email: str) -> Self:
        """Who signs in with this mail address, whatever its case; by the unique index."""
        return self.alias(address=Lower("email")).filter(address=email.strip().lower())


class SessionQuerySet(ScopedQuerySet):
    """Signed-in browsers."""

    def running(self, now: datetime) -> Self:
        """Those that have not run out."""
        return self.filter(expire_date__gt=now)
