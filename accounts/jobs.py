"""The jobs of an import: checking a list, importing it, undoing that."""

from __future__ import annotations

from dataclasses import asdict
from itertools import dropwhile, islice
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import merging
from accounts.enums import ImportState
from accounts.events import IMPORT_UNDONE
from accounts.models import AccountImport, StagedRow
from accounts.permissions import IMPORT_ACCOUNTS
from accounts.reading import Layout, read_rows
from accounts.services.progress import Progress, end_import, write_progress
from accounts.sheets import rows_at_most
from jobs.enums import JobState
from jobs.registry import job_kind
from jobs.work import local_copy
from prm.kernel.actors import system
from prm.kernel.errors import RuleViolation
from prm.kernel.recording import record

if TYPE_CHECKING:
    from jobs.models import Job
    from jobs.work import Work

FIGURES = {
    "created": gettext_lazy("New accounts"),
    "updated": gettext_lazy("Changed"),
    "unchanged": gettext_lazy("Unchanged"),
    "refused": gettext_lazy("Refused"),
}
ENDINGS = {JobState.FAILED: ImportState.FAILED, JobState.CANCELLED: ImportState.CANCELLED}


def import_of(job: Job) -> AccountImport:
    """Return the import that a job is about.

    Raises:
        RuleViolation: it is gone.
    """
    found: AccountImport | None = (
        AccountImport.objects.visible_to(system(job.vendor_id)).filter(pk=job.arguments["import"]).first()
    )
    if found is None:
        raise RuleViolation("import_gone", _("This import is gone."))
    return found


def page_of(job: Job) -> tuple[str, str] | None:
    """Return the way to the import's page."""
    run = AccountImport.objects.visible_to(system(job.vendor_id)).filter(pk=job.arguments["import"]).first()
    return (_("To the import"), run.get_absolute_url()) if run else None


def is_current(job: Job, run: AccountImport) -> bool:
    """Whether a check is the import's latest: columns may have been changed meanwhile, which starts another."""
    return run.check_job_id == job.pk and run.state == ImportState.UPLOADED


@job_kind(
    "accounts.check",
    label=gettext_lazy("Check of a customer list"),
    icon="filter",
    permission=IMPORT_ACCOUNTS,
    exclusive="accounts.check",
    tells=False,
    kept=gettext_lazy("The list was not checked to its end."),
    link=page_of,
)
def check(work: Work) -> None:
    """Read all rows into the staging table, and find out what an import would do."""
    run = import_of(work.job)
    if not is_current(work.job, run):
        return
    if not work.checkpoint:
        with work.chunk():
            StagedRow.objects.filter(run=run).delete()
            work.checkpoint = {"line": 0}
    with local_copy(run.content) as path:
        work.total(rows_at_most(path, run.layout["kind"]))
        rows = read_rows(path, Layout.from_json(run.layout))
        left = dropwhile(lambda row: row.line <= work.checkpoint["line"], rows)
        while chunk := list(islice(left, merging.CHUNK)):
            with work.chunk():
                merging.stage(run, chunk)
                work.checkpoint["line"] = chunk[-1].line
                work.advance(len(chunk))
    work.total(work.done)
    work.advance(0, note=_("Comparing with your accounts"))
    with work.chunk():
        run = AccountImport.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if is_current(work.job, run):
            run.expected = merging.tell_apart(run)
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


@job_kind(
    "accounts.import",
    label=gettext_lazy("Import of customers"),
    icon="upload",
    permission=IMPORT_ACCOUNTS,
    exclusive="accounts",
    figures=FIGURES,
    kept=gettext_lazy("What was imported until then stays. On the import's page you can undo it."),
    ended=import_ended,
    link=page_of,
)
def import_staged(work: Work) -> None:
    """Make accounts of the staged rows, 2,000 at a time."""
    run = import_of(work.job)
    if run.state not in {ImportState.RUNNING, ImportState.FAILED}:
        raise RuleViolation("import_over", _("This import has ended. Upload the list again."))
    if run.state == ImportState.FAILED:
        run.state = ImportState.RUNNING
        run.save(update_fields=["state"])
    work.total(run.expected.get("rows"))
    progress = Progress(**work.checkpoint.get("progress", {}))
    while (upto := merging.next_line(run, work.checkpoint.get("line", 0))) is not None:
        with work.chunk():
            _import_chunk(work, run, progress, upto)


def _import_chunk(work: Work, run: AccountImport, progress: Progress, upto: int) -> None:
    at = work.checkpoint.get("line", 0)
    refused = list(run.staged.filter(line__gt=at, line__lte=upto).exclude(reason="").order_by("line"))
    for row in refused:
        work.refuse(row.line, row.name, row.reason, row.cells)
    merged = merging.merge(run, at, upto)
    progress.add(merged, len(refused))
    write_progress(run, progress)
    work.checkpoint = {"line": upto, "progress": asdict(progress)}
    work.figures = {name: getattr(progress, name) for name in FIGURES}
    work.advance(merged.rows)


@job_kind(
    "accounts.undo",
    label=gettext_lazy("Undoing an import"),
    icon="undo",
    permission=IMPORT_ACCOUNTS,
    exclusive="accounts",
    unit=gettext_lazy("accounts"),
    figures={
        "removed": gettext_lazy("Removed"),
        "restored": gettext_lazy("As before"),
        "kept": gettext_lazy("Stay as they are"),
    },
    kept=gettext_lazy("What was brought back until then stays so. You can undo the rest."),
    link=page_of,
)
def undo(work: Work) -> None:
    """Bring the accounts back, 2,000 at a time; those that stay are listed with the reason."""
    run = import_of(work.job)
    work.total(work.job.done + run.changes.count())
    counts = {"removed": 0, "restored": 0, "kept": 0} | work.figures
    at = work.checkpoint.get("at", 0)
    while True:
        with work.chunk():
            reverted = merging.revert(run, at)
            if reverted is None:
                _undone(work, run, counts)
                return
            counts["removed"] += reverted.removed
            counts["restored"] += reverted.restored
            counts["kept"] += len(reverted.kept)
            for pk, name, reason in reverted.kept:
                work.refuse(pk, name, reason, [name])
            at = work.checkpoint["at"] = reverted.upto
            work.figures = dict(counts)
            work.advance(reverted.removed + reverted.restored + len(reverted.kept))


def _undone(work: Work, run: AccountImport, counts: dict[str, int]) -> None:
    work.figures = dict(counts)
    AccountImport.objects.filter(pk=run.pk).update(state=ImportState.UNDONE)
    record(IMPORT_UNDONE, actor=work.actor, subject=run, data={"file": run.file_name, **counts})
