"""Stored API answers, behind the kernel's port."""

from __future__ import annotations

from typing import Any

from activity.models import IdempotencyRecord


class StoredAnswers:
    """Keeps answers in Postgres, in the request's own transaction."""

    def find(self, seat_id: int, key: str) -> IdempotencyRecord | None:
        """Return the stored answer of a seat's key, if any."""
        return IdempotencyRecord.objects.filter(seat_id=seat_id, key=key).first()

    def keep(self, seat_id: int, key: str, fingerprint: str, status: int, headers: dict[str, str], body: Any) -> None:
        """Store an answer."""
        IdempotencyRecord.objects.create(
            seat_id=seat_id, key=key, fingerprint=fingerprint, status=status, headers=headers, body=body
        )
