"""The console's lists: facets, pages that never count a million rows, and the export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin.utils import label_for_field, lookup_field
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.db import models
from django.db.models.constants import LOOKUP_SEP
from django.utils.functional import cached_property

from activity.changes import NOTHING, worded
from prm.kernel.pages import MOST_PAGES, PAGE_SIZE, Column

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
    from django.http import HttpRequest

MOST_ROWS = MOST_PAGES * PAGE_SIZE


class CappedPaginator(Paginator):
    """Counts up to what its pages can show; whoever wants a row beyond narrows the list down."""

    @cached_property
    def count(self) -> int:
        """The number of rows, MOST_ROWS at most. One query."""
        return min(self.found, MOST_ROWS)

    @cached_property
    def found(self) -> int:
        """The number of rows, MOST_ROWS + 1 where there are more."""
        rows: Any = self.object_list
        return rows.order_by()[: MOST_ROWS + 1].count()


class ScopedList(ChangeList):
    """Django's change list; its title is the rows' name."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.request = request
        super().__init__(request, *args, **kwargs)
        name = str(self.opts.verbose_name_plural)
        self.title = name[:1].upper() + name[1:]

    def get_ordering_field(self, field_name: Any) -> Any:
        """Sort a column of related rows by what it shows, not by their numbers."""
        found = super().get_ordering_field(field_name)
        if isinstance(found, str) and LOOKUP_SEP not in found:
            field: Any = self.lookup_opts.get_field(found)
            own = {each.name for each in field.remote_field.model._meta.concrete_fields} if field.is_relation else set()
            shown = next((name for name in ("rank", "name", "reference") if name in own), "")
            return f"{found}{LOOKUP_SEP}{shown}" if shown else found
        return found

    @property
    def counted(self) -> str:
        """The number of rows as shown."""
        return f"{MOST_ROWS:,}+" if self.paginator.found > MOST_ROWS else f"{self.result_count:,}"

    @property
    def is_narrowed(self) -> bool:
        """Whether search or filters leave rows out."""
        return bool(self.query or self.has_active_filters)


def columns_of(model_admin: ModelAdmin[Any], names: Any) -> tuple[Column, ...]:
    """Return a list's columns for a spreadsheet: labels, and functions that give a row's value as a person reads it."""
    return tuple(
        (_label(model_admin, name), lambda row, name=name: plain_value(model_admin, name, row))
        for name in names
        if name != "action_checkbox"
    )


def _label(model_admin: ModelAdmin[Any], name: Any) -> str:
    words = str(label_for_field(name, model_admin.model, model_admin=model_admin))
    return words[:1].upper() + words[1:]


def plain_value(model_admin: ModelAdmin[Any], name: Any, row: models.Model) -> Any:
    """Return one cell of an export."""
    try:
        field, _attribute, value = lookup_field(name, row, model_admin)
    except ObjectDoesNotExist:
        return ""
    if field is None or field.is_relation or value is None:
        return "" if value is None else str(value)
    if isinstance(field, models.DateTimeField):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(field, models.DateField):
        return value.isoformat()
    if field.flatchoices or isinstance(field, models.BooleanField):
        text = worded(type(row), field.name, getattr(value, "code", value))
        return "" if text == NOTHING else text
    return value
