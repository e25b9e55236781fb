"""What a change was, in words: a record's fields as a page showed them, as they are now, and as an event tells them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import formats, timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

NOTHING = "–"
LONGEST = 300
MACHINERY = frozenset({"clock_left", "reminded_at", "escalated_at", "revision", "submission"})
"""Fields that keep time for workers; nobody is told of them."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field: its label, and what it was and is, in words."""

    label: str
    before: str
    after: str


def snapshot(row: models.Model, names: Iterable[str]) -> dict[str, str]:
    """Return fields of a row as texts that stay equal as long as the values do."""
    found = {name: row._meta.get_field(name).value_to_string(row) for name in names}  # type: ignore[union-attr]
    return {name: text if isinstance(text, str) else json.dumps(text, sort_keys=True) for name, text in found.items()}


def differences(row: models.Model, seen: Mapping[str, str]) -> tuple[Change, ...]:
    """Return the fields in which a row is no longer what somebody saw. `seen`: a snapshot; what it lacks is equal."""
    names = [field.name for field in row._meta.concrete_fields if field.name in seen]
    now, model = snapshot(row, names), type(row)
    return tuple(
        Change(label_of(model, name), worded(model, name, seen[name]), worded(model, name, now[name]))
        for name in names
        if now[name] != seen[name]
    )


def named_values(row: models.Model, names: Iterable[str]) -> dict[str, str]:
    """Return the names of the rows that a row's foreign keys refer to: an event keeps them as they were."""
    found = {}
    for name in names:
        if row._meta.get_field(name).is_relation:
            related = getattr(row, name)
            found[name] = str(related) if related is not None else ""
    return found


def told_changes(event: Any, known: Mapping[tuple[str, Any], str] | None = None) -> list[Change]:
    """Return what an event changed, in words.

    The names of related rows are those of the day it happened, where the event kept them; else those in `known`, by the
    related model's label and key.
    """
    try:
        model: Any = apps.get_model(event.subject_type)
    except LookupError:
        model = None
    names = event.data.get("names") or {}

    def told(facts: Mapping[str, Any], kept: Mapping[str, str], name: str) -> str:
        value = facts.get(name)
        named = (known or {}).get((related_label(model, name), value)) if isinstance(value, int) else None
        return kept.get(name) or named or worded(model, name, value)

    before, after = names.get("before") or {}, names.get("after") or {}
    fields = [name for name in dict.fromkeys([*event.before, *event.after]) if name not in MACHINERY]
    return [
        Change(label_of(model, name), told(event.before, before, name), told(event.after, after, name))
        for name in fields
    ]


def related_label(model: type[models.Model] | None, name: str) -> str:
    """Return the label of the model that a field refers to, "" where it refers to none."""
    field = _field(model, name)
    return field.remote_field.model._meta.label_lower if field is not None and field.is_relation else ""


def label_of(model: type[models.Model] | None, name: str) -> str:
    """Return a field's label as its model has it."""
    field = _field(model, name)
    words = str(field.verbose_name) if field is not None else name.replace("_", " ")
    return words[:1].upper() + words[1:]


def worded(model: type[models.Model] | None, name: str, value: Any) -> str:
    """Return a field's stored value as a person reads it: a choice by its label, a day as a day."""
    if value in (None, "", [], {}):
        return NOTHING
    field = _field(model, name)
    if isinstance(field, models.BooleanField) or isinstance(value, bool):
        return _("Yes") if value in (True, "True") else _("No")
    return _of_kind(field, value) if field is not None else _plain(value)


def _of_kind(field: Any, value: Any) -> str:
    if field.flatchoices:
        return str(_labels(field).get(value, value))
    if field.is_relation:
        return _("number %(id)s") % {"id": value}
    if isinstance(field, models.DateField):
        return _day(value)
    if isinstance(field, ArrayField) and field.base_field.flatchoices and isinstance(value, list):
        return ", ".join(str(_labels(field.base_field).get(part, part)) for part in value)
    if isinstance(field, models.JSONField) and isinstance(value, str):
        return _plain(json.loads(value))
    return _plain(value)


def _field(model: type[models.Model] | None, name: str) -> Any:
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None


@lru_cache(maxsize=256)
def _labels(field: Any) -> dict[Any, Any]:
    return dict(field.flatchoices)


def _day(value: Any) -> str:
    moment = parse_datetime(str(value)) if "T" in str(value) or " " in str(value) else parse_date(str(value))
    if isinstance(moment, datetime):
        local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
        return formats.date_format(local, "SHORT_DATETIME_FORMAT")
    return formats.date_format(moment, "j M Y") if isinstance(moment, date) else str(value)


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        text = "; ".join(f"{key} {part}" for key, part in value.items())
    elif isinstance(value, list | tuple):
        text = ", ".join(str(part) for part in value)
    else:
        text = str(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
