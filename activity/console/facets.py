"""Filters of the console's lists: each value with the number of rows behind it, at a bounded cost."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib.admin import FieldListFilter
from django.db import connection, models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

COUNTED_UPTO = 10_000
"""Lists longer than this offer their values without numbers: counting costs a look at each row."""
MOST_VALUES = 200


class Facet(FieldListFilter):
    """A filter over a choice, a yes or no, or a related row in the actor's sight. Takes a query or two."""

    def __init__(
        self,
        field: Any,
        request: HttpRequest,
        params: dict[str, Any],
        model: Any,
        model_admin: Any,
        field_path: str,
    ) -> None:
        suffix = f"__{field.target_field.name}" if field.is_relation else ""
        self.parameter = f"{field_path}{suffix}__exact"
        super().__init__(field, request, params, model, model_admin, field_path)
        asked: Any = self.used_parameters.get(self.parameter) or [""]
        self.asked = str(asked[-1])

    def expected_parameters(self) -> list[str | None]:
        """Name the query string's parameter."""
        return [self.parameter]

    @property
    def current(self) -> str:
        """The words of the value in force, "" where none is."""
        return next((str(label) for value, label in self.values if value == self.asked), self.asked)

    @cached_property
    def values(self) -> list[tuple[str, Any]]:
        """The values to choose from, as in the query string, with their words."""
        if isinstance(self.field, models.BooleanField):
            return [("True", _("Yes")), ("False", _("No"))]
        if not self.field.is_relation:
            return [(str(value), label) for value, label in self.field.flatchoices]
        model: Any = self.field.related_model
        related = model.objects.visible_to(self.request.actor)  # type: ignore[attr-defined]
        return [(str(row.pk), row) for row in related.order_by(*_order_of(related))[:MOST_VALUES]]

    def counts(self, found: QuerySet[Any]) -> dict[str, int] | None:
        """Return the number of rows by value, None where there are too many to count. One query."""
        path = f"{self.field_path}_id" if self.field.is_relation else self.field_path
        # Named `facet`, which no model has as a field.
        inner = found.order_by().annotate(facet=F(path)).values_list("facet")[: COUNTED_UPTO + 1]
        sql, parameters = inner.query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT c.facet, count(*) FROM ({sql}) AS c(facet) GROUP BY c.facet", parameters)  # noqa: S608
            rows = cursor.fetchall()
        if sum(number for _value, number in rows) > COUNTED_UPTO:
            return None
        return {str(value): number for value, number in rows}

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yield the values that have rows, with their number and address; the value in force always."""
        found = changelist.get_queryset(self.request, exclude_parameters=self.expected_parameters())
        counts = self.counts(found)
        yield {
            "selected": not self.asked,
            "query_string": changelist.get_query_string(remove=[self.parameter]),
            "display": _("All"),
            "count": None,
        }
        for value, label in self.values:
            count = counts.get(value, 0) if counts is not None else None
            if count == 0 and value != self.asked:
                continue
            yield {
                "selected": value == self.asked,
                "query_string": changelist.get_query_string({self.parameter: value}),
                "display": label,
                "count": count,
            }


def _order_of(related: QuerySet[Any]) -> list[str]:
    fields = {field.name for field in related.model._meta.concrete_fields}
    return [next((name for name in ("name", "rank", "reference") if name in fields), "pk"), "pk"]
