"""Rows that come as JSON, a few at a time: what the API sends, read, compared and written as a list's rows are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from imports import staging
from imports.enums import ImportState, Outcome
from imports.models import Import, StagedRow
from imports.reading import ReadRow, read_row
from imports.registry import SENT
from imports.services.rights import vendor_of
from imports.services.writing import compare_list, write_lines
from partners.models import Vendor
from prm.kernel.errors import RuleViolation
from prm.kernel.recording import record

if TYPE_CHECKING:
    from imports.kinds import ImportKind
    from prm.kernel.actors import Actor

MOST_ROWS = 1000


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of a row. index: its place among those sent, from 0. object_id: the record, where there is one."""

    index: int
    outcome: Outcome
    object_id: int | None = None
    reason: str = ""


@transaction.atomic
def import_rows(*, actor: Actor, kind: ImportKind, rows: Sequence[Mapping[str, Any]]) -> list[RowOutcome]:
    """Write up to 1,000 rows, each a mapping by target, in one transaction; returns what became of each, in order.

    A row that can't be taken is refused on its own; the others are written. Nothing of it can be undone: whoever sent
    rows sends them again, corrected. Records `<noun>.sent` where something was written.

    Raises:
        Forbidden: the role doesn't import this kind. RuleViolation: too many rows.
    """
    vendor_id = vendor_of(actor, kind)
    if len(rows) > MOST_ROWS:
        raise RuleViolation("too_many_rows", _("At most %(most)d rows at once.") % {"most": MOST_ROWS}, "rows")
    run = Import.objects.create(
        kind=kind.name, vendor_id=vendor_id, person_id=actor.person_id, file_name="rows", state=ImportState.UPLOADED
    )
    staging.stage(run, [_read(kind, line, row) for line, row in enumerate(rows, 1)])
    compare_list(run, _("The same as row %(line)s of these.") % {"line": "{line}"})
    counted = write_lines(run, 0, staging.LAST_LINE)
    staged = StagedRow.objects.filter(run=run).order_by("line")
    found = [RowOutcome(row.line - 1, Outcome(row.effect), row.object_id, row.reason) for row in staged]
    run.staged.all().delete()
    run.changes.all().delete()
    run.delete()
    if counted[Outcome.NEW] or counted[Outcome.CHANGED]:
        figures = {"created": counted["new"], "updated": counted["changed"], "refused": counted["refused"]}
        record(SENT[kind.name], actor=actor, subject=Vendor.objects.get(pk=vendor_id), data=figures)
    return found


def _read(kind: ImportKind, line: int, row: Mapping[str, Any]) -> ReadRow:
    text = ", ".join(f"{name}={value}" for name, value in row.items())[:300]
    unknown = sorted(set(row) - {target.name for target in kind.targets})
    if unknown:
        return ReadRow(line, text, reason=_("There is no “%(name)s” in these rows.") % {"name": unknown[0][:60]})
    if any(isinstance(value, list | dict) for value in row.values()):
        return ReadRow(line, text, reason=_("A value is a list or an object; only single values are taken."))
    values = {name: _cell(value) for name, value in row.items()}
    return read_row(kind, line, values, text=text)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else " ".join(str(value).split())
