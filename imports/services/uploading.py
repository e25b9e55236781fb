"""Taking a list, and saying what its columns hold."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from imports.enums import ImportState
from imports.models import Import
from imports.reading import Layout, further_columns, missing_targets, read_heading
from imports.services.rights import locked, vendor_of
from jobs.services import start_job
from prm.kernel.errors import Conflict, RuleViolation

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from imports.kinds import ImportKind
    from prm.kernel.actors import Actor

IGNORED, KEPT = "ignore", "keep"


@transaction.atomic
def upload_list(*, actor: Actor, kind: ImportKind, upload: UploadedFile, encoding: str = "") -> Import:
    """Keep a list that was uploaded, guess its columns, and start the job that checks it; returns the import.

    Raises:
        Forbidden: the role doesn't import. RuleViolation: too large, empty, no list, another encoding.
    """
    vendor_id = vendor_of(actor, kind)
    limit = settings.UPLOAD_LIMIT_MB
    if (upload.size or 0) > limit * 1_000_000:
        raise RuleViolation(
            "file_too_large", _("The file is too large: at most %(limit)d MB.") % {"limit": limit}, "file"
        )
    with _on_disk(upload) as path:
        layout = read_heading(path, kind, encoding)
    run = Import(
        kind=kind.name,
        vendor_id=vendor_id,
        person_id=actor.person_id,
        file_name=PurePosixPath((upload.name or "list").replace("\\", "/")).name[-200:],
        state=ImportState.UPLOADED,
        layout=layout.as_json(),
    )
    upload.seek(0)
    run.content.save("list", upload, save=False)
    run.save()
    if not missing_targets(kind, layout.columns):
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
def change_columns(*, actor: Actor, run: Import, columns: Mapping[int, str]) -> Import:
    """Say what each column holds, and check the list again. Values: a target, "keep" or "ignore".

    Raises:
        Http404: out of sight. Conflict: it has started. RuleViolation: no column, or several, for one target.
    """
    fresh = locked(actor, run)
    if fresh.state not in {ImportState.UPLOADED, ImportState.CHECKED}:
        raise Conflict("import_started", _("This import has started already."), fresh=fresh)
    layout = Layout.from_json(fresh.layout)
    names = {target.name for target in fresh.definition.targets}
    chosen: dict[str, int] = {}
    for at, target in sorted(columns.items()):
        if target not in names or not 0 <= at < len(layout.header):
            continue
        if target in chosen:
            raise RuleViolation(
                "column_twice", _("Two columns can't hold the same. Choose one of them."), f"column_{at}"
            )
        chosen[target] = at
    missing = missing_targets(fresh.definition, chosen)
    if missing:
        raise RuleViolation("no_column", _("Say which column holds: %(missing)s.") % {"missing": ", ".join(missing)})
    ignored = {at for at, target in columns.items() if target == IGNORED}
    further = further_columns(layout.header, {*chosen.values(), *ignored}) if fresh.definition.keeps_further else {}
    fresh.layout = replace(layout, columns=chosen, further=further).as_json()
    fresh.state, fresh.expected = ImportState.UPLOADED, {}
    fresh.save(update_fields=["layout", "state", "expected"])
    _start_check(actor, fresh)
    return fresh


def _start_check(actor: Actor, run: Import) -> None:
    title = _("Check of %(file)s") % {"file": run.file_name}
    arguments = {"import": run.pk, "header": run.layout["header"]}
    run.check_job = start_job(actor=actor, kind=f"{run.kind}.check", title=title, arguments=arguments)
    run.save(update_fields=["check_job"])
