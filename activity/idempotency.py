"""Stored API answers, behind the kernel's port."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from prm.kernel.api import KeptAnswer
from prm.kernel.errors import Conflict

# One statement, so its look at the table may be older than its lock: `keep` finds out by the unique constraint.
CLAIM = """
SELECT pg_try_advisory_xact_lock(%(number)s), kept.fingerprint, kept.status, kept.headers, kept.body
FROM (SELECT 1) AS one
LEFT JOIN activity_idempotencyrecord AS kept ON kept.seat_id = %(seat)s AND kept.key = %(key)s
"""
KEEP = """
INSERT INTO activity_idempotencyrecord (seat_id, key, fingerprint, status, headers, body, created_at)
VALUES (%(seat)s, %(key)s, %(fingerprint)s, %(status)s, %(headers)s, %(body)s, now())
ON CONFLICT (seat_id, key) DO NOTHING
"""


class StoredAnswers:
    """Keeps answers in Postgres, in the request's own transaction."""

    def claim(self, seat_id: int, key: str) -> KeptAnswer | None:
        """Lock a seat's key until the transaction ends; return its stored answer, if any.

        Raises:
            Conflict: another request holds it.
        """
        digest = hashlib.sha256(f"{seat_id}:{key}".encode()).digest()
        number = int.from_bytes(digest[:8], "big", signed=True)
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, {"number": number, "seat": seat_id, "key": key})
            locked, fingerprint, status, headers, body = cursor.fetchone()
        if not locked:
            raise _in_flight()
        return None if fingerprint is None else KeptAnswer(fingerprint, status, _parsed(headers), _parsed(body))

    def keep(self, seat_id: int, key: str, kept: KeptAnswer) -> None:
        """Store an answer.

        Raises:
            Conflict: another request stored one since `claim` looked; the transaction must be undone.
        """
        values: dict[str, Any] = {
            "seat": seat_id,
            "key": key,
            "fingerprint": kept.fingerprint,
            "status": kept.status,
            "headers": json.dumps(kept.headers),
            "body": None if kept.body is None else json.dumps(kept.body),
        }
        with connection.cursor() as cursor:
            cursor.execute(KEEP, values)
            if not cursor.rowcount:
                raise _in_flight()


def _in_flight() -> Conflict:
    return Conflict("in_flight", _("A request with this key is being answered. Try again in a moment."))


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
