"""Facts from outside as lists: what every such kind of import has in common.

A list goes through `standing.intake.take_in`, like a batch over the API. The preview is the same call, undone at once:
so it is exact. What waits is told with the refused rows, and stands on the work list after the import.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports import staging
from imports.changes import Reverted, note_made
from imports.kinds import ImportKind, Target
from imports.parsers import Refused, strict_text, text, yes_or_no
from prm.kernel.actors import system
from standing.enums import Problem
from standing.intake import KINDS, MOST_ROWS, Outcome, Result, Row, Unknown, row_of, take_in, undo_run
from standing.permissions import RECORD_FACTS

if TYPE_CHECKING:
    from django.db.models import Model

    from imports.models import Import, StagedRow

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
SOURCE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")

EXTERNAL_ID = Target(
    "external_id",
    gettext_lazy("Number"),
    required=True,
    help=gettext_lazy("Its number in your system: the same again corrects it"),
    aliases=("id", "line id", "invoice line", "document number", "belegnummer", "nummer"),
    parser=strict_text(120),
    example=("INV-1001-1", "INV-1001-2"),
)
PARTNER = Target(
    "partner",
    gettext_lazy("Partner"),
    help=gettext_lazy("Your number for the partner, its slug, domain or exact name"),
    aliases=("partner id", "partner name", "reseller", "dealer", "händler", "fachhändler", "partenaire"),
    parser=text(200),
    example=("P-2001", "brightpath.example"),
)
PROGRAM = Target(
    "program",
    gettext_lazy("Program"),
    help=gettext_lazy("Where a partner is in several"),
    aliases=("programme", "programm"),
    parser=text(120),
)


def source(cell: str) -> str:
    """Return the name of a system: letters, digits and hyphens, in lower case."""
    word = re.sub(r"[\s_]+", "-", cell.strip().lower())
    if not SOURCE.fullmatch(word):
        raise Refused(_("“%(text)s” is no name of a system. Use letters, digits and hyphens.") % {"text": cell[:40]})
    return word


FROM = Target(
    "source",
    gettext_lazy("Source"),
    help=gettext_lazy("Which system it comes from; “file” without it"),
    aliases=("system", "quelle", "herkunft"),
    parser=source,
    example=("erp", "erp"),
)
CANCELLED = Target(
    "cancelled",
    gettext_lazy("Cancelled"),
    help=gettext_lazy("Yes takes the row back"),
    aliases=("canceled", "void", "storniert", "revoked"),
    parser=yes_or_no,
)


def decimal_text(places: int) -> Callable[[str], str]:
    """Return a parser of a number with a decimal point or comma, kept as text with at most so many places."""

    def parse(cell: str) -> str:
        bare = re.sub(r"[\s'’\u00a0\u202f%]", "", cell)
        if "," in bare:
            bare = (
                bare.replace(".", "").replace(",", ".") if bare.rfind(",") > bare.rfind(".") else bare.replace(",", "")
            )
        if not NUMBER.fullmatch(bare) or len(bare.partition(".")[2]) > places or len(bare) > 14 + places:
            raise Refused(_("“%(text)s” is no number with at most %(n)d decimals.") % {"text": cell[:40], "n": places})
        return bare

    return parse


class FactList(ImportKind):
    """A list of facts of the kind `facts`, kept in `model`. Subclasses name them, and what the columns are."""

    facts: ClassVar[str]
    model: ClassVar[type[Model]]
    unknown: ClassVar[Unknown] = Unknown.WAIT
    permission = RECORD_FACTS

    def key(self, data: Mapping[str, Any]) -> str:
        """Return source and number: a list holds each once."""
        return f"{data.get('source') or 'file'}\n{data['external_id']}"

    def row(self, data: Mapping[str, Any]) -> Row:
        """Return a row as `take_in` takes it."""
        known = {one.name for one in fields(KINDS[self.facts].row)} - {"source", "external_id"}
        content = {name: value for name, value in data.items() if name in known and value != ""}
        return row_of(self.facts, content, source=data.get("source") or "file", external_id=data["external_id"])

    def compare(self, run: Import, rows: Sequence[StagedRow]) -> None:
        """Book the rows, see what became of them, and undo that."""
        with transaction.atomic():
            outcomes = self._take(run, rows)
            transaction.set_rollback(True)
        for row, outcome in zip(rows, outcomes, strict=True):
            _mark(row, outcome)

    def merge_lines(self, run: Import, at: int, upto: int) -> None:
        """Book the rows, those that will wait among them: they go to the work list."""
        found = run.staged.filter(line__gt=at, line__lte=upto, twin=None).exclude(data={}).order_by("line")
        rows = list(found)
        for row in rows:
            row.reason = ""
            row.makes()
        for row, outcome in zip(rows, self._take(run, rows), strict=True):
            _mark(row, outcome)
        staging.save_marks(rows)
        numbers = {row.data["external_id"] for row in rows}
        made = self.model._default_manager.filter(vendor=run.vendor_id, run=run.key, external_id__in=numbers)
        note_made(run, self.model, made.values_list("pk", flat=True))

    def merge(self, run: Import, rows: Sequence[StagedRow]) -> None:
        """Book rows that were sent one by one."""
        for row, outcome in zip(rows, self._take(run, rows), strict=True):
            _mark(row, outcome)

    def undo(self, run: Import, before: int | None) -> Reverted | None:
        """Take back all that the list brought, at once, by counter-entries."""
        if before is not None:
            return None
        count = undo_run(actor=system(run.vendor_id), kind=self.facts, run=run.key)
        run.changes.all().delete()
        return Reverted(upto=0, removed=count) if count else None

    def _take(self, run: Import, rows: Sequence[StagedRow]) -> list[Outcome]:
        taken: list[Outcome] = []
        actor = system(run.vendor_id)
        for at in range(0, len(rows), MOST_ROWS):
            some = [self.row(row.data) for row in rows[at : at + MOST_ROWS]]
            taken += take_in(actor=actor, kind=self.facts, rows=some, run=run.key, unknown=self.unknown)
        return taken


def _mark(row: StagedRow, outcome: Outcome) -> None:
    """Say what became of a row. It has no record of its own: ids of facts mean nothing outside."""
    if outcome.result == Result.REFUSED:
        row.refuse(outcome.message)
    elif outcome.result == Result.WAITING:
        lacks = ", ".join(str(Problem(problem).label) for problem in outcome.problems)
        row.refuse(_("%(problems)s: it waits on the work list.") % {"problems": lacks})
    elif outcome.result != Result.BOOKED:
        row.finds(0, changes=outcome.result != Result.UNCHANGED)
