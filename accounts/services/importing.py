"""Importing a vendor's existing customers: upload, columns, start, undo; and all at once for the command line."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import merging
from accounts.enums import STARTED, ImportState
from accounts.models import AccountImport
from accounts.permissions import IMPORT_ACCOUNTS
from accounts.reading import ALIASES, CustomerRow, Layout, RefusedRow, further_columns, read_heading
from accounts.services.progress import Progress, end_import, write_progress
from jobs.services import start_job
from prm.kernel.errors import Conflict, Forbidden, RuleViolation

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from prm.kernel.actors import Actor

IGNORED, KEPT = "ignore", "keep"
LOCK = 0x61636374  # "acct"


# -- In the console: a file, its columns, a check, a job


@transaction.atomic
def upload_accounts(*, actor: Actor, upload: UploadedFile, encoding: str = "") -> AccountImport:
    """Keep a list that was uploaded, guess its columns, and start the job that checks it; returns the import.

    Raises:
        Forbidden: the role doesn't import. RuleViolation: too large, empty, no list, another encoding.
    """
    vendor_id = _vendor_of(actor)
    limit = settings.UPLOAD_LIMIT_MB
    if (upload.size or 0) > limit * 1_000_000:
        raise RuleViolation(
            "file_too_large", _("The file is too large: at most %(limit)d MB.") % {"limit": limit}, "file"
        )
    with _on_disk(upload) as path:
        layout = read_heading(path, encoding)
    run = AccountImport(
        vendor_id=vendor_id,
        person_id=actor.person_id,
        file_name=PurePosixPath((upload.name or "list").replace("\\", "/")).name[-200:],
        state=ImportState.UPLOADED,
        layout=layout.as_json(),
    )
    upload.seek(0)
    run.content.save("list", upload, save=False)
    run.save()
    if "name" in layout.columns:
        _start_check(actor, run)
    return run


@contextmanager
def _on_disk(upload: UploadedFile) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile() as copy:
        for piece in upload.chunks():
            copy.write(piece)
        copy.flush()
        yield Path(copy.name)


@transaction.atomic
def change_columns(*, actor: Actor, run: AccountImport, columns: Mapping[int, str]) -> AccountImport:
    """Say what each column holds, and check the list again. Values: a field of ours, "keep" or "ignore".

    Raises:
        Http404: out of sight. Conflict: it has started. RuleViolation: no column, or several, for one field.
    """
    fresh = _locked(actor, run)
    if fresh.state not in {ImportState.UPLOADED, ImportState.CHECKED}:
        raise Conflict("import_started", _("This import has started already."), fresh=fresh)
    layout = Layout.from_json(fresh.layout)
    chosen: dict[str, int] = {}
    for at, target in sorted(columns.items()):
        if target not in ALIASES or not 0 <= at < len(layout.header):
            continue
        if target in chosen:
            raise RuleViolation(
                "column_twice", _("Two columns can't hold the same. Choose one of them."), f"column_{at}"
            )
        chosen[target] = at
    if "name" not in chosen:
        raise RuleViolation("no_name_column", _("Say which column holds the customer's name."))
    ignored = {at for at, target in columns.items() if target == IGNORED}
    further = further_columns(layout.header, {*chosen.values(), *ignored})
    fresh.layout = replace(layout, columns=chosen, further=further).as_json()
    fresh.state, fresh.expected = ImportState.UPLOADED, {}
    fresh.save(update_fields=["layout", "state", "expected"])
    _start_check(actor, fresh)
    return fresh


def _start_check(actor: Actor, run: AccountImport) -> None:
    title = _("Check of %(file)s") % {"file": run.file_name}
    arguments = {"import": run.pk, "header": run.layout["header"]}
    run.check_job = start_job(actor=actor, kind="accounts.check", title=title, arguments=arguments)
    run.save(update_fields=["check_job"])


@transaction.atomic
def start_import(*, actor: Actor, run: AccountImport) -> AccountImport:
    """Start the job that imports a checked list.

    Raises:
        Http404: out of sight. Forbidden: the role doesn't import.
        Conflict: not checked, or started already, or another import of this vendor is running.
    """
    fresh = _locked(actor, run)
    if fresh.state != ImportState.CHECKED:
        raise Conflict("import_not_ready", _("It isn't checked, or has started already."), fresh=fresh)
    refuse_second(fresh.vendor_id)
    title = _("Import of %(file)s") % {"file": fresh.file_name}
    header = Layout.from_json(fresh.layout).header
    arguments = {"import": fresh.pk, "header": list(header)}
    fresh.job = start_job(actor=actor, kind="accounts.import", title=title, arguments=arguments)
    fresh.state, fresh.started_at = ImportState.RUNNING, timezone.now()
    fresh.save(update_fields=["job", "state", "started_at"])
    return fresh


@transaction.atomic
def start_undo(*, actor: Actor, run: AccountImport) -> AccountImport:
    """Start the job that brings back the accounts as they were before an import.

    Raises:
        Http404: out of sight. Forbidden: the role doesn't import. Conflict: not the latest import, or nothing to undo.
    """
    fresh = _locked(actor, run)
    reason = why_not_undone(fresh)
    if reason:
        raise Conflict("not_undoable", reason, fresh=fresh)
    refuse_second(fresh.vendor_id)
    title = _("Undoing the import of %(file)s") % {"file": fresh.file_name}
    arguments = {"import": fresh.pk, "header": [_("account")]}
    fresh.undo_job = start_job(actor=actor, kind="accounts.undo", title=title, arguments=arguments)
    fresh.save(update_fields=["undo_job"])
    return fresh


def why_not_undone(run: AccountImport) -> str:
    """Return why an import can't be undone, "" where it can. Two queries."""
    if run.state not in {ImportState.DONE, ImportState.FAILED, ImportState.CANCELLED}:
        return _("It is running, or was undone already.")
    if run.undo_job is not None and run.undo_job.is_open:
        return _("It is being undone.")
    later = AccountImport.objects.filter(vendor_id=run.vendor_id, pk__gt=run.pk, state__in=STARTED)
    newer = later.filter(changes__isnull=False).order_by("-pk").first()
    if newer is not None:
        return _("%(file)s was imported after it. Undo that one first.") % {"file": newer.file_name}
    return "" if run.changes.exists() else _("There is nothing to undo: it changed nothing, or was over 30 days ago.")


def refuse_second(vendor_id: int) -> None:
    """Refuse to start where an import of the vendor runs; one whose command was killed doesn't any more.

    Raises:
        Conflict: one runs.
    """
    running = AccountImport.objects.filter(vendor_id=vendor_id, state=ImportState.RUNNING)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, vendor_id])
        (free,) = cursor.fetchone()
    if free:
        running.filter(job=None).update(state=ImportState.FAILED, ended_at=timezone.now())
    if not free or running.exists():
        raise Conflict("import_running", _("Another import of this vendor is running. Wait for its end."))


def _vendor_of(actor: Actor) -> int:
    if not actor.may(IMPORT_ACCOUNTS) or actor.vendor_id is None:
        raise Forbidden("not_allowed", _("Your role doesn't import accounts."))
    return actor.vendor_id


def _locked(actor: Actor, run: AccountImport) -> AccountImport:
    found = AccountImport.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=run.pk).first()
    if found is None:
        raise Http404
    _vendor_of(actor)
    fresh: AccountImport = found
    return fresh


# -- From the command line: all at once


def import_accounts(
    *,
    actor: Actor,
    file_name: str,
    rows: Iterable[CustomerRow | RefusedRow],
    report: Callable[[Progress], None] = lambda _: None,
    refuse: Callable[[RefusedRow], None] = lambda _: None,
) -> AccountImport:
    """Load a vendor's existing customers; returns the run with its figures and up to 1,000 refused rows.

    Each 2,000 rows commit on their own: stopped half-way, the same file again carries on where it ended, since what
    is there is updated or left as it is. `report` is called after each chunk, `refuse` for each refused row.
    Records `account.imported`.

    Raises:
        Forbidden: the actor doesn't import accounts. Conflict: another import of this vendor is running.
    """
    vendor_id = _vendor_of(actor)
    with _only_one(vendor_id):
        with transaction.atomic():
            refuse_second(vendor_id)
            run = AccountImport.objects.create(
                vendor_id=vendor_id, file_name=file_name[-200:], person_id=actor.person_id
            )
        try:
            _load(run, rows, report, refuse)
        except BaseException:
            end_import(run, ImportState.FAILED, actor)
            raise
        with transaction.atomic():
            end_import(run, ImportState.DONE, actor)
            run.staged.all().delete()
    return run


def _load(
    run: AccountImport,
    rows: Iterable[CustomerRow | RefusedRow],
    report: Callable[[Progress], None],
    refuse: Callable[[RefusedRow], None],
) -> None:
    stream, progress, at = iter(rows), Progress(), 0
    while chunk := list(islice(stream, merging.CHUNK)):
        with transaction.atomic():
            merging.stage(run, chunk)
    with transaction.atomic():
        merging.tell_apart(run)
    while (upto := merging.next_line(run, at)) is not None:
        refused = list(run.staged.filter(line__gt=at, line__lte=upto).exclude(reason="").order_by("line"))
        with transaction.atomic():
            progress.add(merging.merge(run, at, upto), len(refused))
            write_progress(run, progress)
        for row in refused:
            refuse(RefusedRow(row.line, row.name, row.reason, row.cells))
        report(progress)
        at = upto


@contextmanager
def _only_one(vendor_id: int) -> Iterator[None]:
    """Hold the vendor's import lock for the length of a block.

    Raises:
        Conflict: another session holds it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, vendor_id])
        (held,) = cursor.fetchone()
    if not held:
        raise Conflict("import_running", _("Another import of this vendor is running. Wait for its end."))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, vendor_id])
