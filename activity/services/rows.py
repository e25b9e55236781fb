"""What the console writes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from activity.changes import differences, named_values
from activity.events import CONSOLE_ADDED, CONSOLE_CHANGED, CONSOLE_REMOVED
from prm.kernel.errors import Forbidden, RuleViolation, Stale
from prm.kernel.recording import record
from prm.kernel.scoping import is_visible
from prm.kernel.workflow import locked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import Model

    from prm.kernel.actors import Actor, Permission


UNIQUE_VIOLATION = "23505"


@transaction.atomic
def write_row(
    *, actor: Actor, row: Any, permission: Permission, fields: Sequence[str], seen: Mapping[str, str] | None = None
) -> Any:
    """Add or change one row from the console; returns it as saved.

    Of `row`, as a form filled it in, the `fields` are written; the row is locked and read again first. `seen` is a
    snapshot (`activity.changes`) of what the person saw. A new row gets the actor's vendor. Records `console.added`, or
    `console.changed` with before and after; a change of nothing records nothing.

    Raises:
        Forbidden: the right is missing. Http404: out of sight, before or after. Stale: somebody changed one of the
        fields since; carries what. RuleViolation: another row has what must be unique.
    """
    if not actor.may(permission):
        raise Forbidden("not_allowed", _("Your role doesn't allow this."))
    adding = row._state.adding
    fresh = row if adding else locked(row, actor)
    if adding and hasattr(row, "vendor_id"):
        row.vendor_id = actor.vendor_id
    if not adding and (changes := differences(fresh, seen or {})):
        raise Stale("stale", _("Somebody changed this since you opened it. Nothing of yours was saved yet."), changes)
    before, names_before = ({}, {}) if adding else (_values(fresh, fields), named_values(fresh, fields))
    if not adding:
        for name in fields:
            setattr(fresh, name, getattr(row, name))
    after = _values(fresh, fields)
    changed = [name for name in after if adding or before[name] != after[name]]
    if not changed and not adding:
        return fresh
    _save(fresh, None if adding else changed)
    if not is_visible(fresh, actor):
        raise Http404
    record(
        CONSOLE_ADDED if adding else CONSOLE_CHANGED,
        actor=actor,
        subject=fresh,
        before={name: before[name] for name in changed if not adding},
        after={name: after[name] for name in changed},
        data=_words(fresh) | {"names": {"before": names_before, "after": named_values(fresh, changed)}},
    )
    return fresh


@transaction.atomic
def remove_row(*, actor: Actor, row: Any, permission: Permission) -> None:
    """Remove a row that belongs to another one on the console, such as a price. Records `console.removed`.

    Raises:
        Forbidden: the right is missing. Http404: out of sight, or gone already.
    """
    if not actor.may(permission):
        raise Forbidden("not_allowed", _("Your role doesn't allow this."))
    fresh = locked(row, actor)
    names = [field.name for field in fresh._meta.concrete_fields if not field.primary_key and field.name != "vendor"]
    before, words = _values(fresh, names), _words(fresh)
    record(
        CONSOLE_REMOVED,
        actor=actor,
        subject=fresh,
        before=before,
        data=words | {"names": {"before": named_values(fresh, names)}},
    )
    fresh.delete()


def _values(row: Model, names: Sequence[str]) -> dict[str, Any]:
    fields: Any = row._meta
    return {name: _plain(getattr(row, fields.get_field(name).attname)) for name in names}


def _plain(value: Any) -> Any:
    kept = value is None or isinstance(value, str | int | bool | dict | list | date | Decimal)
    return value if kept else str(value)


def _words(row: Model) -> dict[str, Any]:
    """Return what the audit trail calls a row; one that belongs to another is told with it."""
    return {"what": str(row._meta.verbose_name), "name": str(row)}


def _save(row: Any, fields: list[str] | None) -> None:
    if fields is not None:
        own = {field.name for field in row._meta.concrete_fields}
        if "revision" in own:
            row.revision += 1
        fields = [*fields, *(own & {"revision", "updated_at"})]
    try:
        with transaction.atomic():
            row.save(update_fields=fields)
    except IntegrityError as refused:
        if getattr(refused.__cause__, "pgcode", "") != UNIQUE_VIOLATION:
            raise
        raise RuleViolation("taken", _("Another one has this already. Nothing was saved.")) from refused
