"""Starting an import, and undoing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imports.enums import STARTED, ImportState
from imports.models import Import
from imports.reading import Layout
from imports.services.rights import locked
from jobs.services import start_job
from prm.kernel.errors import Conflict

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

LOCK = 0x696D7074  # "impt"


@transaction.atomic
def start_import(*, actor: Actor, run: Import) -> Import:
    """Start the job that imports a checked list.

    Raises:
        Http404: out of sight. Forbidden: the role doesn't import.
        Conflict: not checked, or started already, or another of this vendor and kind is running.
    """
    fresh = locked(actor, run)
    if fresh.state != ImportState.CHECKED:
        raise Conflict("import_not_ready", _("It isn't checked, or has started already."), fresh=fresh)
    refuse_second(fresh)
    title = _("Import of %(file)s") % {"file": fresh.file_name}
    header = Layout.from_json(fresh.layout).header
    arguments = {"import": fresh.pk, "header": list(header)}
    fresh.job = start_job(actor=actor, kind=f"{fresh.kind}.import", title=title, arguments=arguments)
    fresh.state, fresh.started_at = ImportState.RUNNING, timezone.now()
    fresh.save(update_fields=["job", "state", "started_at"])
    return fresh


@transaction.atomic
def start_undo(*, actor: Actor, run: Import) -> Import:
    """Start the job that brings back the records as they were before an import.

    Raises:
        Http404: out of sight. Forbidden: the role doesn't import. Conflict: not the latest import, or nothing to undo.
    """
    fresh = locked(actor, run)
    reason = why_not_undone(fresh)
    if reason:
        raise Conflict("not_undoable", reason, fresh=fresh)
    refuse_second(fresh)
    title = _("Undoing the import of %(file)s") % {"file": fresh.file_name}
    arguments = {"import": fresh.pk, "header": [str(fresh.definition.objects)]}
    fresh.undo_job = start_job(actor=actor, kind=f"{fresh.kind}.undo", title=title, arguments=arguments)
    fresh.save(update_fields=["undo_job"])
    return fresh


def why_not_undone(run: Import) -> str:
    """Return why an import can't be undone, "" where it can. Two queries."""
    if run.state not in {ImportState.DONE, ImportState.FAILED, ImportState.CANCELLED}:
        return _("It is running, or was undone already.")
    if run.undo_job is not None and run.undo_job.is_open:
        return _("It is being undone.")
    if not run.definition.undoable:
        return _("Lists of this kind can't be undone.")
    later = Import.objects.filter(vendor_id=run.vendor_id, kind=run.kind, pk__gt=run.pk, state__in=STARTED)
    newer = later.filter(changes__isnull=False).order_by("-pk").first()
    if newer is not None:
        return _("%(file)s was imported after it. Undo that one first.") % {"file": newer.file_name}
    return "" if run.changes.exists() else _("There is nothing to undo: it changed nothing, or was over 30 days ago.")


def refuse_second(run: Import) -> None:
    """Refuse to start where an import of the same vendor and kind runs; one whose command was killed doesn't any more.

    Raises:
        Conflict: one runs.
    """
    running = Import.objects.filter(vendor_id=run.vendor_id, kind=run.kind, state=ImportState.RUNNING)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", lock_of(run))
        (free,) = cursor.fetchone()
    if free:
        running.filter(job=None).update(state=ImportState.FAILED, ended_at=timezone.now())
    if not free or running.exists():
        raise Conflict("import_running", _("Another import of this vendor is running. Wait for its end."))


def lock_of(run: Import) -> list[int | str]:
    """Return the advisory lock that a command's import of a vendor and kind holds, as its two numbers."""
    return [LOCK, f"{run.kind}:{run.vendor_id}"]
