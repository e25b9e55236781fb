"""Importing a list all at once, for the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils.translation import gettext as _

from imports import staging
from imports.enums import ImportState
from imports.models import Import
from imports.reading import ReadRow
from imports.services.progress import Progress, end_import, write_progress
from imports.services.rights import vendor_of
from imports.services.running import lock_of, refuse_second
from imports.services.writing import compare_list, write_lines
from prm.kernel.errors import Conflict

if TYPE_CHECKING:
    from imports.kinds import ImportKind
    from prm.kernel.actors import Actor


def import_list(
    *,
    actor: Actor,
    kind: ImportKind,
    file_name: str,
    rows: Iterable[ReadRow],
    report: Callable[[Progress], None] = lambda _: None,
    refuse: Callable[[ReadRow], None] = lambda _: None,
) -> Import:
    """Import a list at once, without jobs; returns the run with its figures and up to 1,000 refused rows.

    Each 2,000 rows commit on their own: stopped half-way, the same file again carries on where it ended, since what
    is there is updated or left as it is. `report` is called after each chunk, `refuse` for each refused row.
    Records `<noun>.imported`.

    Raises:
        Forbidden: the actor doesn't import this kind. Conflict: another import of this vendor and kind is running.
    """
    run = Import(
        kind=kind.name, vendor_id=vendor_of(actor, kind), file_name=file_name[-200:], person_id=actor.person_id
    )
    with _only_one(run):
        with transaction.atomic():
            refuse_second(run)
            run.save()
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
    run: Import,
    rows: Iterable[ReadRow],
    report: Callable[[Progress], None],
    refuse: Callable[[ReadRow], None],
) -> None:
    stream, progress, at = iter(rows), Progress(), 0
    while chunk := list(islice(stream, staging.CHUNK)):
        with transaction.atomic():
            staging.stage(run, chunk)
    with transaction.atomic():
        staging.analyse()
        compare_list(run)
    while (upto := staging.next_line(run, at)) is not None:
        with transaction.atomic():
            progress.add(write_lines(run, at, upto))
            write_progress(run, progress)
        for row in staging.refused_rows(run, at, upto):
            refuse(ReadRow(row.line, row.name, cells=row.cells, reason=row.reason))
        report(progress)
        at = upto


@contextmanager
def _only_one(run: Import) -> Iterator[None]:
    """Hold the import lock of a vendor and kind for the length of a block.

    Raises:
        Conflict: another session holds it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", lock_of(run))
        (held,) = cursor.fetchone()
    if not held:
        raise Conflict("import_running", _("Another import of this vendor is running. Wait for its end."))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", lock_of(run))
