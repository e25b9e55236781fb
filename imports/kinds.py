"""What a kind of list is: the columns it may have, how a row is read, compared and written.

An app adds one in its `imports.py`: docs/how-to/add-an-import-kind.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports import changes, staging
from imports.models import RowChange
from imports.parsers import Parser, Refused, text

if TYPE_CHECKING:
    from django.db.models import Model
    from django.utils.functional import Promise

    from imports.changes import Reverted
    from imports.models import Import, StagedRow
    from prm.kernel.actors import Permission


@dataclass(frozen=True, slots=True)
class Target:
    """Something that a column can hold.

    aliases: headings that mean it, in lower case; its own name needs none. help: what to write there. example: cells of
    the template that people download.
    """

    name: str
    label: str | Promise
    required: bool = False
    help: str | Promise = ""
    aliases: Sequence[str] = ()
    parser: Parser = field(default_factory=lambda: text(300))
    example: Sequence[str] = ()


class ImportKind:
    """A kind of list.

    name: kept in rows and addresses. label: plural. noun: begins the names of its events ("account.imported").
    objects: what it makes, in words, for events and for what undoing counts. intro: a sentence for who chooses a kind.
    permission: who may import, and who sees its imports.
    keeps_further: whether columns that no target takes can be kept, as `data["further"]`.
    undoable: whether it notes what it changes (`imports.changes`), so that it can be undone.
    whole: whether `compare_lines` needs the whole list at once.
    unwatched: columns, by model label, whose later change doesn't keep a record from being brought back.
    parts: models whose rows go with a record when an import is undone; `before_undo` deletes them.
    """

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    noun: ClassVar[str]
    objects: ClassVar[str | Promise] = gettext_lazy("records")
    intro: ClassVar[str | Promise] = ""
    icon: ClassVar[str] = "upload"
    permission: ClassVar[Permission]
    targets: ClassVar[Sequence[Target]]
    keeps_further: ClassVar[bool] = False
    undoable: ClassVar[bool] = True
    whole: ClassVar[bool] = False
    unwatched: ClassVar[Mapping[str, Sequence[str]]] = {}
    parts: ClassVar[Sequence[type[Model]]] = ()

    # -- Reading: pure

    def parse(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """Return a row's data, by target: what JSON can hold, "" where nothing stands. `cells`: text by target, folded.

        Raises:
            Refused: something is missing or wrong; all that is wrong is told at once.
        """
        data: dict[str, Any] = {}
        wrong: list[str] = []
        for target in self.targets:
            cell = cells.get(target.name, "")
            try:
                data[target.name] = target.parser(cell) if cell else ""
            except Refused as refusal:
                wrong.append(str(refusal))
                continue
            if target.required and data[target.name] == "":
                wrong.append(self.missing(target))
        if wrong:
            raise Refused(" ".join(wrong))
        return data

    def missing(self, target: Target) -> str:
        """Say that a required cell is empty."""
        return _("“%(label)s” is missing.") % {"label": target.label}

    def title(self, data: Mapping[str, Any]) -> str:
        """Return what a row is called where it is listed."""
        return str(data.get(self.targets[0].name, ""))

    def key(self, data: Mapping[str, Any]) -> str:
        """Return what a list may hold once only; "" for nothing. Of rows with the same key the first counts."""
        return ""

    # -- Comparing and writing: within a transaction, never two at a time for a vendor

    def compare(self, run: Import, rows: Sequence[StagedRow]) -> None:
        """Say what up to 2,000 rows do: `row.finds(pk, changes=…)` where a record is there, or `row.refuse("…")`.

        Writes nothing. Asked by the check, and again right before `merge`: so the preview is exact. Rows come as new.
        """

    def merge(self, run: Import, rows: Sequence[StagedRow]) -> None:
        """Write rows that are new or changed: by services, or set-based; note each row with `imports.changes`.

        A row may still be refused here (`row.refuse`), as long as nothing of it was written.
        """
        raise NotImplementedError

    def undo(self, run: Import, before: int | None) -> Reverted | None:
        """Undo the latest 2,000 changes, those with ids under `before`, from their images; None when there are none."""
        return changes.revert(run, self, before)

    def before_undo(self, run: Import, model: type[Model], removed: Sequence[int], restored: Sequence[int]) -> None:
        """Delete what goes with rows that undoing removes, or brings back to what they were."""

    def fills(self, run: Import) -> set[type[Model]]:
        """Return the models whose tables an import has written to so far."""
        return {RowChange, *self.parts, *changes.models_of(run)}

    # -- The same for lines of the staging table, for kinds that do all in SQL

    def compare_lines(self, run: Import, at: int, upto: int) -> None:
        """Mark the staged rows after line `at` up to line `upto` that are not refused."""
        rows = staging.good_rows(run, at, upto)
        self.compare(run, rows)
        staging.save_marks(rows)

    def merge_lines(self, run: Import, at: int, upto: int) -> None:
        """Write the staged rows after line `at` up to line `upto`, and mark them with what became of them."""
        rows = staging.good_rows(run, at, upto)
        for row in rows:
            row.makes()
        self.compare(run, rows)
        self.merge(run, [row for row in rows if row.is_new or row.is_change])
        staging.save_marks(rows)
