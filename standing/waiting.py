"""Keeps the work list in step with what was booked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from standing.enums import WaitingState
from standing.models import WaitingFact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

REFRESHED = ["named", "content", "problems", "state", "reason", "run", "closed_at", "closed_by"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that waits, as the work list keeps it."""

    source: str
    external_id: str
    named: str
    content: Mapping[str, Any]
    problems: tuple[str, ...]


def keep_entries(
    vendor_id: int, kind: str, waiting: Sequence[Entry], settled: Sequence[tuple[str, str]], run: UUID | None
) -> None:
    """Put rows on the work list, and take those off that are settled, in the caller's transaction.

    A row that was ignored comes back only if it says something else than then.
    """
    if settled:
        numbers = {number for _source, number in settled}
        found = WaitingFact.objects.filter(
            vendor_id=vendor_id, kind=kind, external_id__in=numbers, state=WaitingState.OPEN
        )
        done = [row.pk for row in found.only("source", "external_id") if (row.source, row.external_id) in set(settled)]
        WaitingFact.objects.filter(pk__in=done).update(state=WaitingState.BOOKED, closed_at=timezone.now())
    if waiting:
        _write(vendor_id, kind, waiting, run)


def forget_run(vendor_id: int, kind: str, run: UUID) -> None:
    """Take off the work list what an import brought and nobody settled."""
    WaitingFact.objects.filter(vendor_id=vendor_id, kind=kind, run=run, state=WaitingState.OPEN).delete()


def answers_for(vendor_id: int, kind: str, rows: Sequence[tuple[str, str, str]]) -> list[dict[str, Any]]:
    """Return what people answered about each row: source, number, partner as named. Two queries.

    Which partner a name stands for holds for every row that names it so; the newest answer wins.
    """
    numbers = {number for _source, number, _named in rows}
    known = WaitingFact.objects.filter(vendor_id=vendor_id).exclude(chosen={})
    own = {(row.source, row.external_id): row.chosen for row in known.filter(kind=kind, external_id__in=numbers)}
    names = {named.strip().lower() for _source, _number, named in rows if named.strip()}
    by_name: dict[str, Any] = {}
    asked = known.filter(chosen__has_key="enrollment").annotate(called=Lower("named"))
    for row in asked.filter(called__in=names).order_by("closed_at") if names else ():
        by_name[row.called] = row.chosen["enrollment"]
    found = []
    for source, number, named in rows:
        partner = by_name.get(named.strip().lower())
        found.append({**({"enrollment": partner} if partner else {}), **own.get((source, number), {})})
    return found


def _write(vendor_id: int, kind: str, waiting: Sequence[Entry], run: UUID | None) -> None:
    numbers = {entry.external_id for entry in waiting}
    ignored = WaitingFact.objects.filter(
        Q(vendor_id=vendor_id, kind=kind, external_id__in=numbers, state=WaitingState.IGNORED)
    )
    asleep = {(row.source, row.external_id): row.content for row in ignored}
    rows = [
        WaitingFact(
            vendor_id=vendor_id,
            kind=kind,
            source=entry.source,
            external_id=entry.external_id,
            named=entry.named[:200],
            content=entry.content,
            problems=list(entry.problems),
            run=run,
        )
        for entry in waiting
        if asleep.get((entry.source, entry.external_id)) != entry.content
    ]
    WaitingFact.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["vendor", "kind", "source", "external_id"],
        update_fields=REFRESHED,
    )
