"""Rehearsing, running and undoing a cut-over."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imports import staging
from imports.enums import ImportState, Outcome
from imports.registry import UNDONE
from imports.services.progress import Progress, end_import, write_progress
from imports.services.writing import compare_again, write_lines
from jobs.registry import job_kind
from partners.permissions import IMPORT_PARTNERS
from portal.cutover.services import REHEARSE, RUN, UNDO
from portal.cutover.steps import Place, places_of
from portal.models import Cutover
from prm.kernel.actors import system
from prm.kernel.recording import record

if TYPE_CHECKING:
    from imports.models import Import
    from jobs.models import Job
    from jobs.work import Work

MOST_REASONS = 20
FIGURES = {
    Outcome.NEW: _("New"),
    Outcome.CHANGED: _("Changed"),
    Outcome.UNCHANGED: _("Unchanged"),
    Outcome.REFUSED: _("Refused"),
}
ONE = {"permission": IMPORT_PARTNERS, "exclusive": "cutover", "icon": "upload"}


def cutover_of(job: Job) -> Cutover:
    """Return the cut-over that a job is about."""
    found: Cutover = Cutover.objects.visible_to(system(job.vendor_id)).get(pk=job.arguments["cutover"])
    return found


class _Rehearsed(Exception):
    """Ends a rehearsal: all that it wrote goes."""


@job_kind(REHEARSE, label=_("Rehearsal of a cut-over"), figures=FIGURES, **ONE)
def rehearse(work: Work) -> None:
    """Import all lists in order within one transaction, keep what came out, and undo it."""
    cutover = cutover_of(work.job)
    report: dict[str, Any] = {}
    try:
        with transaction.atomic():
            for place in places_of(cutover):
                if place.is_ready:
                    report[place.step.kind] = _tried(place)
            raise _Rehearsed
    except _Rehearsed:
        pass
    counts: Counter[str] = Counter()
    for found in report.values():
        counts.update(found["counts"])
        for line, name, reason, cells in found.pop("refused"):
            work.refuse(line, name, reason, cells)
    work.figures = {name: counts[name] for name in FIGURES}
    cutover.rehearsal, cutover.rehearsed_at = report, timezone.now()
    cutover.save(update_fields=["rehearsal", "rehearsed_at"])
    work.advance(counts["rows"])


def _tried(place: Place) -> dict[str, Any]:
    run = place.run
    assert run is not None  # noqa: S101  (only ready places are tried)
    compare_again(run)
    at = 0
    while (upto := staging.next_line(run, at)) is not None:
        write_lines(run, at, upto)
        at = upto
    refused = [(row.line, row.name, row.reason, row.cells) for row in staging.refused_rows(run)]
    reasons = Counter(reason for _line, _name, reason, _cells in refused).most_common(MOST_REASONS)
    return {"counts": staging.count(run), "reasons": reasons, "refused": refused}


@job_kind(
    RUN,
    label=_("Cut-over"),
    figures=FIGURES,
    kept=_("What was imported until then stays. Undo it, or run it again: it goes on with the lists that are left."),
    **ONE,
)
def run_cutover(work: Work) -> None:
    """Import the lists in order, 2,000 rows at a time; taken up again, it goes on with the list that it was at."""
    places = [place for place in places_of(cutover_of(work.job)) if place.run is not None]
    work.total(work.done + sum(place.run.staged.count() for place in places if place.is_ready and place.run))
    for place in places:
        run = place.run
        assert run is not None  # noqa: S101
        if run.state == ImportState.CHECKED:
            with work.chunk():
                compare_again(run)
                run.state, run.started_at, run.job = ImportState.RUNNING, timezone.now(), work.job
                run.save(update_fields=["state", "started_at", "job"])
                work.checkpoint = {"run": run.pk, "line": 0}
        if run.state in {ImportState.RUNNING, ImportState.FAILED}:
            _import(work, run)


def _import(work: Work, run: Import) -> None:
    here = work.checkpoint.get("run") == run.pk
    at = work.checkpoint["line"] if here else 0
    progress = Progress(run.rows, run.created, run.updated, run.unchanged, run.refused) if here else Progress()
    while (upto := staging.next_line(run, at)) is not None:
        with work.chunk():
            counted = write_lines(run, at, upto)
            progress.add(counted)
            write_progress(run, progress)
            for row in staging.refused_rows(run, at, upto):
                work.refuse(row.line, row.name, row.reason, row.cells)
            for name in FIGURES:
                work.figures[name] = work.figures.get(name, 0) + counted[name]
            work.checkpoint = {"run": run.pk, "line": upto}
            work.advance(counted["rows"], note=str(run.definition.label))
        at = upto
    with work.chunk():
        # The staged rows stay: the report is written from them.
        end_import(run, ImportState.DONE, work.actor)


@job_kind(
    UNDO,
    label=_("Undoing a cut-over"),
    unit=_("records"),
    figures={"removed": _("Removed"), "restored": _("As before"), "kept": _("Stay as they are")},
    kept=_("What was brought back until then stays so. You can undo the rest."),
    **ONE,
)
def undo_cutover(work: Work) -> None:
    """Undo the lists in reverse order; what something newer refers to stays, and is listed."""
    for place in reversed(places_of(cutover_of(work.job))):
        if place.is_done and place.run is not None:
            _undo(work, place.run)


def _undo(work: Work, run: Import) -> None:
    before: int | None = None
    counts = {"removed": 0, "restored": 0, "kept": 0}
    while True:
        with work.chunk():
            reverted = run.definition.undo(run, before)
            if reverted is None:
                run.state = ImportState.UNDONE
                run.save(update_fields=["state"])
                record(UNDONE[run.kind], actor=work.actor, subject=run, data={"file": run.file_name, **counts})
                return
            found = {"removed": reverted.removed, "restored": reverted.restored, "kept": len(reverted.kept)}
            for name, number in found.items():
                counts[name] += number
                work.figures[name] = work.figures.get(name, 0) + number
            for pk, name, reason in reverted.kept:
                work.refuse(pk, name, reason, [name])
            before = reverted.upto
            work.advance(sum(found.values()))
