"""The jobs of an import, three for each kind of list: checking it, importing it, undoing that."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from itertools import dropwhile, islice
from typing import TYPE_CHECKING

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports import staging
from imports.enums import ImportState
from imports.models import Import, StagedRow
from imports.reading import Layout, read_rows
from imports.registry import UNDONE
from imports.services.progress import Progress, end_import, write_progress
from imports.services.writing import compare_list, compare_next, write_lines
from imports.sheets import rows_at_most
from jobs.enums import JobState
from jobs.registry import job_kind
from jobs.work import local_copy
from prm.kernel.actors import system
from prm.kernel.errors import RuleViolation
from prm.kernel.recording import record

if TYPE_CHECKING:
    from imports.kinds import ImportKind
    from jobs.models import Job
    from jobs.work import Work

FIGURES = {
    "created": gettext_lazy("New"),
    "updated": gettext_lazy("Changed"),
    "unchanged": gettext_lazy("Unchanged"),
    "refused": gettext_lazy("Refused"),
}
ENDINGS = {JobState.FAILED: ImportState.FAILED, JobState.CANCELLED: ImportState.CANCELLED}


def register_jobs(kind: ImportKind) -> None:
    """Register the jobs of a kind of list: `<name>.check`, `<name>.import`, `<name>.undo`."""
    of_kind = partial(format_lazy, kind=kind.label)
    job_kind(
        f"{kind.name}.check",
        label=of_kind(gettext_lazy("Check of a list: {kind}")),
        icon="filter",
        permission=kind.permission,
        exclusive=f"{kind.name}.check",
        tells=False,
        kept=gettext_lazy("The list was not checked to its end."),
        link=page_of,
    )(check)
    job_kind(
        f"{kind.name}.import",
        label=of_kind(gettext_lazy("Import: {kind}")),
        icon="upload",
        permission=kind.permission,
        exclusive=kind.name,
        figures=FIGURES,
        kept=gettext_lazy("What was imported until then stays. On the import's page you can undo it."),
        ended=import_ended,
        link=page_of,
    )(import_staged)
    job_kind(
        f"{kind.name}.undo",
        label=of_kind(gettext_lazy("Undoing an import: {kind}")),
        icon="undo",
        permission=kind.permission,
        exclusive=kind.name,
        unit=kind.objects,
        figures={
            "removed": gettext_lazy("Removed"),
            "restored": gettext_lazy("As before"),
            "kept": gettext_lazy("Stay as they are"),
        },
        kept=gettext_lazy("What was brought back until then stays so. You can undo the rest."),
        link=page_of,
    )(undo)


def import_of(job: Job) -> Import:
    """Return the import that a job is about.

    Raises:
        RuleViolation: it is gone.
    """
    found: Import | None = Import.objects.visible_to(system(job.vendor_id)).filter(pk=job.arguments["import"]).first()
    if found is None:
        raise RuleViolation("import_gone", _("This import is gone."))
    return found


def page_of(job: Job) -> tuple[str, str] | None:
    """Return the way to the import's page."""
    run = Import.objects.visible_to(system(job.vendor_id)).filter(pk=job.arguments["import"]).first()
    return (_("To the import"), run.get_absolute_url()) if run else None


def is_current(job: Job, run: Import) -> bool:
    """Whether a check is the import's latest: columns may have been changed meanwhile, which starts another."""
    return run.check_job_id == job.pk and run.state == ImportState.UPLOADED


def check(work: Work) -> None:
    """Read all rows into the staging table, and find out what an import would do."""
    run = import_of(work.job)
    if not is_current(work.job, run):
        return
    if not work.checkpoint:
        with work.chunk():
            StagedRow.objects.filter(run=run).delete()
            work.checkpoint = {"line": 0}
    if "compared" not in work.checkpoint:
        _read(work, run)
    while "compared" in work.checkpoint:
        with work.chunk():
            upto = compare_next(run, work.checkpoint["compared"])
            if upto is None:
                del work.checkpoint["compared"]
                _checked(work, run)
            else:
                work.checkpoint["compared"] = upto


def _read(work: Work, run: Import) -> None:
    with local_copy(run.content) as path:
        work.total(rows_at_most(path, run.layout["kind"]))
        rows = read_rows(path, run.definition, Layout.from_json(run.layout))
        left = dropwhile(lambda row: row.line <= work.checkpoint["line"], rows)
        while chunk := list(islice(left, staging.CHUNK)):
            with work.chunk():
                staging.stage(run, chunk)
                work.checkpoint["line"] = chunk[-1].line
                work.advance(len(chunk))
    work.total(work.done)
    work.advance(0, note=_("Comparing with what is there"))
    staging.analyse()
    with work.chunk():
        compare_list(run)
        work.checkpoint["compared"] = 0


def _checked(work: Work, run: Import) -> None:
    run = Import.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if not is_current(work.job, run):
        return
    run.expected = staging.count(run)
    for row in run.staged.exclude(reason="").order_by("line").iterator(chunk_size=2000):
        work.refuse(row.line, row.name, row.reason, row.cells)
    run.state = ImportState.CHECKED
    run.save(update_fields=["expected", "state"])


def import_ended(job: Job) -> None:
    """Let the import end as its job did."""
    run = import_of(job)
    if run.state == ImportState.RUNNING:
        end_import(run, ENDINGS.get(JobState(job.state), ImportState.DONE), system(job.vendor_id))
        if job.state == JobState.DONE:
            run.staged.all().delete()


def import_staged(work: Work) -> None:
    """Write the staged rows, 2,000 at a time."""
    run = import_of(work.job)
    if run.state not in {ImportState.RUNNING, ImportState.FAILED}:
        raise RuleViolation("import_over", _("This import has ended. Upload the list again."))
    if run.state == ImportState.FAILED:
        run.state = ImportState.RUNNING
        run.save(update_fields=["state"])
    work.total(run.expected.get("rows"))
    progress = Progress(**work.checkpoint.get("progress", {}))
    while (upto := staging.next_line(run, work.checkpoint.get("line", 0))) is not None:
        with work.chunk():
            _import_chunk(work, run, progress, upto)
        if work.checkpoint["analysed"] == progress.rows:
            staging.analyse(run.definition.fills(run))


def _import_chunk(work: Work, run: Import, progress: Progress, upto: int) -> None:
    at = work.checkpoint.get("line", 0)
    counted = write_lines(run, at, upto)
    for row in staging.refused_rows(run, at, upto):
        work.refuse(row.line, row.name, row.reason, row.cells)
    progress.add(counted)
    write_progress(run, progress)
    analysed = work.checkpoint.get("analysed", 0)
    if progress.rows >= 2 * analysed:  # each time that the list has doubled what it wrote
        analysed = progress.rows
    work.checkpoint = {"line": upto, "progress": asdict(progress), "analysed": analysed}
    work.figures = {name: getattr(progress, name) for name in FIGURES}
    work.advance(counted["rows"])


def undo(work: Work) -> None:
    """Bring the records back, 2,000 at a time, latest first; those that stay are listed with the reason."""
    run = import_of(work.job)
    work.total(work.job.done + run.changes.count())
    counts = {"removed": 0, "restored": 0, "kept": 0} | work.figures
    while True:
        with work.chunk():
            reverted = run.definition.undo(run, work.checkpoint.get("before"))
            if reverted is None:
                _undone(work, run, counts)
                return
            counts["removed"] += reverted.removed
            counts["restored"] += reverted.restored
            counts["kept"] += len(reverted.kept)
            for pk, name, reason in reverted.kept:
                work.refuse(pk, name, reason, [name])
            work.checkpoint["before"] = reverted.upto
            work.figures = dict(counts)
            work.advance(reverted.removed + reverted.restored + len(reverted.kept))


def _undone(work: Work, run: Import, counts: dict[str, int]) -> None:
    work.figures = dict(counts)
    Import.objects.filter(pk=run.pk).update(state=ImportState.UNDONE)
    record(UNDONE[run.kind], actor=work.actor, subject=run, data={"file": run.file_name, **counts})
