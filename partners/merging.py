"""Moves what belongs to one record of a partner to another, whichever apps it lies in, and back.

Every model of ours that has a `partner_id` takes part; nothing here names one. Composite keys are deferred, so that
rows move in any order. What the other record has already (the same person's seat, a standing in the same program) can't
move, as unique rules say; it stays where it is, and so does what hangs on it. Nothing is deleted.

Facts and events are only ever added to: their triggers let the columns below change while `prm.merging` is set in the
transaction, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import ForeignKey, Model

from partners.models import Enrollment, MergedRows, Partner, PartnerMerge

NOT_MOVABLE = {"23505", "23P01"}
"""What the database says where the other record has such a row already: a unique or an exclusion rule."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Rows of one model that go together: from which enrollment to which, where that changes too."""

    model: type[Model]
    ids: tuple[int, ...]
    from_enrollment: int | None = None
    to_enrollment: int | None = None


@dataclass(slots=True)
class Outcome:
    """What a move did: which rows went, and which stayed because the other record has their like."""

    shifts: list[Shift] = field(default_factory=list)
    stayed: dict[type[Model], list[int]] = field(default_factory=dict)


@lru_cache(maxsize=1)
def models_of_partners() -> tuple[type[Model], ...]:
    """Return every model with a partner's id, each after those that it refers to, as far as there is no ring."""
    every = [
        model
        for label in settings.OUR_APPS
        for model in apps.get_app_config(label).get_models()
        if "partner_id" in _columns(model)
    ]
    ordered: list[type[Model]] = []
    begun: set[type[Model]] = set()

    def add(model: type[Model]) -> None:
        if model in begun:
            return
        begun.add(model)
        for _name, parent in _parents(model, every):
            add(parent)
        ordered.append(model)

    for model in every:
        add(model)
    return tuple(ordered)


def _columns(model: type[Model]) -> set[str]:
    return {column.attname for column in model._meta.concrete_fields}


def _parents(model: type[Model], among: Any) -> Iterator[tuple[str, type[Model]]]:
    for column in model._meta.concrete_fields:
        if isinstance(column, ForeignKey) and column.remote_field.model in among:
            yield column.attname, column.remote_field.model


def folds_of(kept: Partner, absorbed: Partner) -> dict[int, int]:
    """Return enrollments in a program that both are in: the absorbed record's to the kept one's. One query."""
    rows = Enrollment.objects.filter(partner__in=[kept, absorbed]).values_list("program_id", "partner_id", "pk")
    mine = {program: pk for program, partner, pk in rows if partner == kept.pk}
    return {pk: mine[program] for program, partner, pk in rows if partner == absorbed.pk and program in mine}


def move_rows(kept: Partner, absorbed: Partner) -> Outcome:
    """Move all that can move, in the running transaction, which holds both partners locked.

    Raises:
        IntegrityError: rows that hang together would be torn apart.
    """
    outcome, folds = Outcome(), folds_of(kept, absorbed)
    _unlock_facts()
    for model in models_of_partners():
        rows = _free(model, outcome).filter(partner_id=absorbed.pk)
        # Programs that both are in keep the kept record's enrollment; what hangs on the other one moves to it.
        here = folds if "enrollment_id" in _columns(model) else {}
        for old, new in here.items():
            _shift(outcome, model, rows.filter(enrollment_id=old), {"partner_id": kept.pk, "enrollment_id": new}, old)
        rest = rows.exclude(enrollment_id__in=list(here)) if here else rows
        _shift(outcome, model, rest, {"partner_id": kept.pk})
    _check_now()
    return outcome


def _free(model: type[Model], outcome: Outcome) -> Any:
    """Return the rows of a model that hang on nothing that stays. An enrollment that is folded lets go of its rows."""
    rows: Any = model._base_manager.order_by("pk")
    for name, parent in _parents(model, models_of_partners()):
        if parent is not Enrollment and (stayed := outcome.stayed.get(parent)):
            rows = rows.exclude(**{f"{name}__in": stayed})
    return rows


def _shift(outcome: Outcome, model: type[Model], rows: Any, values: dict[str, int], old: int | None = None) -> None:
    ids = list(rows.values_list("pk", flat=True))
    moved = _moved(model, ids, values)
    if moved:
        outcome.shifts.append(Shift(model, tuple(moved), old, values.get("enrollment_id")))
    if len(moved) < len(ids):
        outcome.stayed.setdefault(model, []).extend(sorted(set(ids) - set(moved)))


def _moved(model: type[Model], ids: list[int], values: dict[str, int]) -> list[int]:
    """Update rows, halving the lot where one of them can't move; returns those that could."""
    if not ids:
        return []
    try:
        with transaction.atomic():
            model._base_manager.filter(pk__in=ids).update(**values)
    except IntegrityError as refused:
        if getattr(refused.__cause__, "pgcode", "") not in NOT_MOVABLE:
            raise
        if len(ids) == 1:
            return []
        half = len(ids) // 2
        return [*_moved(model, ids[:half], values), *_moved(model, ids[half:], values)]
    return ids


def _unlock_facts() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('prm.merging', 'on', true)")


def _check_now() -> None:
    """Judge the deferred keys now, while the service can still say what is wrong, and lock facts again."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SELECT set_config('prm.merging', '', true)")


def move_back(merge: PartnerMerge) -> None:
    """Move back what a merge moved, and what came to hang on it since, in the running transaction.

    Raises:
        IntegrityError: it can't, because something else took its place.
    """
    gone: dict[type[Model], dict[int | None, set[int]]] = {}
    for kept in MergedRows.objects.filter(merge=merge, column="").order_by("pk"):
        gone.setdefault(apps.get_model(kept.model), {}).setdefault(kept.from_enrollment, set()).update(kept.ids)
    _unlock_facts()
    for model in models_of_partners():
        lots = gone.setdefault(model, {})
        recorded = set().union(*lots.values())
        for name, parent in _parents(model, models_of_partners()):
            for old, ids in gone.get(parent, {}).items():
                hanging = model._base_manager.filter(partner_id=merge.kept_id, **{f"{name}__in": ids})
                lots.setdefault(old, set()).update(set(hanging.values_list("pk", flat=True)) - recorded)
        for old, ids in lots.items():
            values = {"partner_id": merge.absorbed_id}
            if old is not None and "enrollment_id" in _columns(model):
                values["enrollment_id"] = old
            model._base_manager.filter(pk__in=ids, partner_id=merge.kept_id).update(**values)
    _check_now()


def keep_images(merge: PartnerMerge, outcome: Outcome) -> None:
    """Write down which rows were moved."""
    MergedRows.objects.bulk_create(
        MergedRows(
            merge=merge,
            model=shift.model._meta.label_lower,
            ids=list(shift.ids),
            from_enrollment=shift.from_enrollment,
            to_enrollment=shift.to_enrollment,
        )
        for shift in outcome.shifts
    )


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merge would do, tried out and taken back: names of things with how many move, and how many stay."""

    moves: tuple[tuple[str, int], ...]
    stays: tuple[tuple[str, int], ...]


def preview_of(kept: Partner, absorbed: Partner) -> Preview:
    """Try a merge out and take it back; exact, and nothing is left of it."""
    with transaction.atomic():
        outcome = move_rows(kept, absorbed)
        transaction.set_rollback(True)
    moves: dict[str, int] = {}
    for shift in outcome.shifts:
        label = str(shift.model._meta.verbose_name_plural)
        moves[label] = moves.get(label, 0) + len(shift.ids)
    stays = {str(model._meta.verbose_name_plural): len(ids) for model, ids in outcome.stayed.items()}
    return Preview(tuple(moves.items()), tuple(stays.items()))
