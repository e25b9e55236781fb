"""Sessions as rows that know whose they are: so they can be listed, and ended, without opening each of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from people.models import Session

SEEN_EVERY = timedelta(minutes=5)


class SessionStore(DatabaseStore):
    """Django's own store with the person, the address and the browser beside the data.

    address, browser: of the visitor who asks; set by the middleware before anything is saved.
    """

    address: str = ""
    browser: str = ""
    row: Session | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Return the model."""
        return Session

    def _get_session_from_db(self) -> Session | None:
        self.row = super()._get_session_from_db()  # type: ignore[misc]
        return self.row

    def create_model_instance(self, data: Any) -> Session:
        """Return the row to write: the same person's goes on, another's starts now."""
        row: Any = super().create_model_instance(data)
        row.person_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        before = self.row
        if before is not None and before.person_id == row.person_id:
            row.started_at, row.seen_at = before.started_at, before.seen_at
        row.address, row.browser = self.address or None, self.browser[:400]
        self.row = row
        return row

    def touch(self) -> None:
        """Note that the person was here; costs a statement every five minutes, and none otherwise."""
        row, now = self.row, timezone.now()
        if row is None or row.person_id is None or now - row.seen_at < SEEN_EVERY:
            return
        row.seen_at, row.address, row.browser = now, self.address or None, self.browser[:400]
        Session.objects.filter(pk=row.pk).update(seen_at=now, address=row.address, browser=row.browser)
