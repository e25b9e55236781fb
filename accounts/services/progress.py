"""An import's figures while it runs, and how it ends."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from accounts.enums import ImportState
from accounts.events import ACCOUNTS_IMPORTED
from prm.kernel.recording import record

if TYPE_CHECKING:
    from accounts.merging import Merged
    from accounts.models import AccountImport
    from prm.kernel.actors import Actor

MOST_ERRORS_KEPT = 1000


@dataclass(slots=True)
class Progress:
    """How far an import is, in rows."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0

    def add(self, merged: Merged, refused: int) -> None:
        """Count a chunk."""
        self.rows += merged.rows
        self.created += merged.created
        self.updated += merged.updated
        self.unchanged += merged.unchanged
        self.refused += refused


def write_progress(run: AccountImport, progress: Progress) -> None:
    """Write the figures, in the caller's transaction."""
    type(run).objects.filter(pk=run.pk).update(**asdict(progress))


def end_import(run: AccountImport, state: ImportState, actor: Actor) -> None:
    """End a run in the caller's transaction; keep 1,000 refused rows. Records `account.imported` unless it failed."""
    refused = run.staged.exclude(reason="").order_by("line")[:MOST_ERRORS_KEPT]
    run.refresh_from_db()
    run.state, run.ended_at = state, timezone.now()
    run.errors = [{"line": row.line, "text": row.name, "reason": row.reason} for row in refused]
    run.save(update_fields=["state", "ended_at", "errors"])
    if state != ImportState.FAILED:
        facts = {"file": run.file_name, "created": run.created, "updated": run.updated, "refused": run.refused}
        record(ACCOUNTS_IMPORTED, actor=actor, subject=run, data=facts)
