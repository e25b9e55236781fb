"""What an import changes is noted as images of whole rows, and undone from them.

A kind calls `note_changing` before it writes and `note_made` after it made rows; `settle` takes the images afterwards.
An image is the row as Postgres sees it, so that restoring it is exact, whatever its columns are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import GeneratedField, Model
from django.utils.translation import gettext as _

from imports.models import RowChange

if TYPE_CHECKING:
    from imports.kinds import ImportKind
    from imports.models import Import

CHUNK = 2000

LOCK = "SELECT {pk} FROM {table} WHERE {pk} = ANY(%(ids)s) ORDER BY {pk} FOR UPDATE"
NOTE = """
INSERT INTO imports_rowchange (run_id, model, object_id, before, extra)
SELECT %(run)s, %(model)s, t.{pk}, {before}, '{{}}' FROM {table} t WHERE t.{pk} = ANY(%(ids)s) ORDER BY t.{pk}
ON CONFLICT (run_id, model, object_id) DO UPDATE SET after = NULL
"""
SETTLE = """
UPDATE imports_rowchange c SET after = to_jsonb(t) - %(without)s::text[] FROM {table} t
WHERE c.run_id = %(run)s AND c.after IS NULL AND c.model = %(model)s AND t.{pk} = c.object_id
"""
# Columns that a later version of the table has are no change.
COMPARE = """
SELECT c.object_id, c.before IS NULL, t.{pk} IS NOT NULL AND c.after = (
  SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(t)) WHERE c.after ? key)
FROM imports_rowchange c LEFT JOIN {table} t ON t.{pk} = c.object_id
WHERE c.run_id = %(run)s AND c.model = %(model)s AND c.object_id = ANY(%(ids)s) ORDER BY c.object_id
"""
RESTORE = """
UPDATE {table} t SET {columns} FROM imports_rowchange c, jsonb_populate_record(NULL::{table}, c.before) r
WHERE c.run_id = %(run)s AND c.model = %(model)s AND t.{pk} = c.object_id AND t.{pk} = ANY(%(ids)s)
"""
DELETE = "DELETE FROM {table} WHERE {pk} = ANY(%(ids)s)"


def note_changing(run: Import, model: type[Model], ids: Iterable[int]) -> None:
    """Lock records that the import is about to change, and keep each as it was before the import."""
    found = sorted(ids)
    _execute(LOCK, model, ids=found)
    _note(run, model, found, "to_jsonb(t) - %(without)s::text[]")


def note_made(run: Import, model: type[Model], ids: Iterable[int]) -> None:
    """Keep that the import made these records."""
    _note(run, model, sorted(ids), "NULL")


def _note(run: Import, model: type[Model], ids: list[int], before: str) -> None:
    if ids:
        _execute(NOTE.replace("{before}", before), model, run=run, ids=ids, without=_unwatched(run, model))


def models_of(run: Import) -> set[type[Model]]:
    """Return the models of whose rows an import has noted changes."""
    return {apps.get_model(label) for label in run.changes.order_by().values_list("model", flat=True).distinct()}


def settle(run: Import) -> None:
    """Keep what was noted as it is now; called at the end of each chunk."""
    open_ones = RowChange.objects.filter(run=run, after__isnull=True)
    for label in open_ones.order_by().values_list("model", flat=True).distinct():
        model = apps.get_model(label)
        _execute(SETTLE, model, run=run, without=_unwatched(run, model))


def _unwatched(run: Import, model: type[Model]) -> list[str]:
    return list(run.definition.unwatched.get(model._meta.label_lower, ()))


def _execute(statement: str, model: type[Model], *, run: Import | None = None, **values: Any) -> list[tuple[Any, ...]]:
    quote = connection.ops.quote_name
    names = {"table": quote(model._meta.db_table), "pk": quote(str(model._meta.pk.column))}
    if "{columns}" in statement:
        names["columns"] = ", ".join(
            f"{column} = CASE WHEN c.before ? '{field.column}' THEN r.{column} ELSE t.{column} END"
            for field in model._meta.concrete_fields
            if not field.primary_key and not isinstance(field, GeneratedField) and (column := quote(str(field.column)))
        )
    values |= {"model": model._meta.label_lower, "run": run.pk if run else None}
    with connection.cursor() as cursor:
        cursor.execute(statement.format(**names), values)
        return list(cursor.fetchall()) if cursor.description else []


# -- Undoing


@dataclass(slots=True)
class Reverted:
    """What became of a chunk's changes. kept: id, name and reason of each record that stays as it is."""

    upto: int
    removed: int = 0
    restored: int = 0
    kept: list[tuple[int, str, str]] = field(default_factory=list)


def revert(run: Import, kind: ImportKind, before: int | None) -> Reverted | None:
    """Undo the latest 2,000 of an import's changes, those under id `before`; None when there are none.

    A record goes back to what it was where it still is as the import left it. One that the import made goes, unless
    something refers to it by now.
    """
    changes = RowChange.objects.filter(run=run)
    if before is not None:
        changes = changes.filter(pk__lt=before)
    found = list(changes.order_by("-pk").values_list("pk", "model", "object_id")[:CHUNK])
    if not found:
        return None
    reverted = Reverted(found[-1][0])
    for model in _referring_first([apps.get_model(label) for label in {label for _pk, label, _id in found}]):
        ids = sorted(pk for _pk, label, pk in found if label == model._meta.label_lower)
        _revert_model(run, kind, model, ids, reverted)
    RowChange.objects.filter(pk__in=[pk for pk, _label, _id in found]).delete()
    return reverted


def _referring_first(models: Sequence[type[Model]]) -> list[type[Model]]:
    """Return models so that one that refers to another comes before it."""
    left, ordered = sorted(models, key=lambda model: model._meta.label_lower), list[type[Model]]()
    while left:
        referred = {field.related_model for model in left for field in model._meta.concrete_fields if field.is_relation}
        free = next((model for model in left if model not in referred), left[0])
        left.remove(free)
        ordered.append(free)
    return ordered


def _revert_model(run: Import, kind: ImportKind, model: type[Model], ids: list[int], reverted: Reverted) -> None:
    # Locked first, looked at afterwards: what is decided here is still so at the commit.
    _execute(LOCK, model, ids=ids)
    rows = _execute(COMPARE, model, run=run, ids=ids)
    used = _referred_to(model, [pk for pk, made, same in rows if made and same], kind.parts)
    remove = [pk for pk, made, same in rows if made and same and pk not in used]
    restore = [pk for pk, made, same in rows if same and not made]
    stay = {pk: _why(same=same) for pk, _made, same in rows if not same or pk in used}
    stay |= _try(run, kind, model, remove, restore) if remove or restore else {}
    reverted.removed += sum(pk not in stay for pk in remove)
    reverted.restored += sum(pk not in stay for pk in restore)
    names = {row.pk: str(row) for row in model._default_manager.filter(pk__in=list(stay))}
    reverted.kept += [(pk, names.get(pk, ""), reason) for pk, reason in sorted(stay.items())]


def _try(run: Import, kind: ImportKind, model: type[Model], remove: list[int], restore: list[int]) -> dict[int, str]:
    """Bring records back, all at once, or one by one where the database refuses that; return those that stay."""
    try:
        with transaction.atomic():
            _bring_back(run, kind, model, remove, restore)
            with connection.cursor() as cursor:  # keys over several columns are looked at here, not at the commit
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError:
        pass
    else:
        return {}
    if len(remove) + len(restore) == 1:
        words = _("Another record stands in its way by now: the two would be the same, or one needs the other.")
        return dict.fromkeys([*remove, *restore], words)
    stay: dict[int, str] = {}
    for pk in remove:
        stay |= _try(run, kind, model, [pk], [])
    for pk in restore:
        stay |= _try(run, kind, model, [], [pk])
    return stay


def _bring_back(run: Import, kind: ImportKind, model: type[Model], remove: list[int], restore: list[int]) -> None:
    kind.before_undo(run, model, remove, restore)
    if restore:
        _execute(RESTORE, model, run=run, ids=restore)
    if remove:
        _execute(DELETE, model, ids=remove)


def _why(*, same: bool) -> str:
    return _("Deals or other records refer to it by now.") if same else _("It was changed since, or is gone.")


def _referred_to(model: type[Model], ids: list[int], parts: Sequence[type[Model]]) -> set[int]:
    """Return those records that a row of another model refers to, whichever app has it."""
    found: set[int] = set()
    quoted = connection.ops.quote_name
    relations: tuple[Any, ...] = tuple(model._meta.get_fields(include_hidden=True))
    for relation in relations:
        other = relation.related_model
        if not (relation.auto_created and not relation.concrete) or other in parts or relation.many_to_many or not ids:
            continue
        column = quoted(relation.field.column)
        query = f"SELECT DISTINCT {column} FROM {quoted(other._meta.db_table)} WHERE {column} = ANY(%s)"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(query, [ids])
            found |= {row[0] for row in cursor.fetchall()}
    return found
