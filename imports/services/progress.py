"""An import's figures while it runs, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from imports.enums import ImportState, Outcome
from imports.registry import IMPORTED
from prm.kernel.recording import record

if TYPE_CHECKING:
    from imports.models import Import
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

    def add(self, counted: Mapping[str, int]) -> None:
        """Count a chunk: figures by outcome."""
        self.rows += counted["rows"]
        self.created += counted[Outcome.NEW]
        self.updated += counted[Outcome.CHANGED]
        self.unchanged += counted[Outcome.UNCHANGED]
        self.refused += counted[Outcome.REFUSED]


def write_progress(run: Import, progress: Progress) -> None:
    """Write the figures, in the caller's transaction."""
    type(run).objects.filter(pk=run.pk).update(**asdict(progress))


def end_import(run: Import, state: ImportState, actor: Actor) -> None:
    """End a run in the caller's transaction; keep 1,000 refused rows. Records `<noun>.imported` unless it failed."""
    refused = run.staged.exclude(reason="").order_by("line")[:MOST_ERRORS_KEPT]
    run.refresh_from_db()
    run.state, run.ended_at = state, timezone.now()
    run.errors = [{"line": row.line, "text": row.name, "reason": row.reason} for row in refused]
    run.save(update_fields=["state", "ended_at", "errors"])
    if state != ImportState.FAILED:
        facts = {"file": run.file_name, "created": run.created, "updated": run.updated, "refused": run.refused}
        record(IMPORTED[run.kind], actor=actor, subject=run, data=facts)
