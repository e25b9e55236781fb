"""Reads fact sources as the engine does: their SQL, for one vendor."""

from __future__ import annotations

from typing import Any

from django.db import connection

from standing.registry import COLUMNS, SOURCES


def facts(source: str, vendor: Any, **narrowed: Any) -> list[dict[str, Any]]:
    """Return a source's rows, with its columns checked; `narrowed` keeps those whose column has the value."""
    found = SOURCES[source]
    with connection.cursor() as cursor:
        query = f"SELECT * FROM ({found.sql}) facts ORDER BY known_at, key, n"  # noqa: S608  (a source's own SQL)
        cursor.execute(query, {"vendor": vendor.pk})
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    assert names == [*COLUMNS, *(f"tag_{tag}" for tag in found.tags)]
    return [row for row in rows if all(row[name] == value for name, value in narrowed.items())]


def total(source: str, vendor: Any, **narrowed: Any) -> Any:
    """Return the sum of a source's amounts."""
    return sum(row["amount"] for row in facts(source, vendor, **narrowed))


def count(source: str, vendor: Any, **narrowed: Any) -> int:
    """Return how many facts stand."""
    return sum(row["n"] for row in facts(source, vendor, **narrowed))
