"""Rows of a list wait in one table until they are written: copied in, told apart, marked, counted.

Every statement works on one import's staged rows. Callers give the transaction.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext as _

from imports.enums import Outcome
from imports.models import StagedRow

if TYPE_CHECKING:
    from django.db.models import Model

    from imports.models import Import
    from imports.reading import ReadRow

CHUNK = 2000
LAST_LINE = 2**31 - 1

COPY = (
    "COPY imports_stagedrow (run_id, line, name, key, data, cells, reason, effect) FROM STDIN"
    " WITH (FORMAT csv, FORCE_NOT_NULL (name, key, reason))"
)

# Of rows with the same key the first counts; the others name it.
TWINS = """
UPDATE imports_stagedrow s SET twin = t.twin FROM (
  SELECT line, min(line) OVER (PARTITION BY key) AS twin
  FROM imports_stagedrow WHERE run_id = %(run)s AND reason = '' AND key <> ''
) t WHERE s.run_id = %(run)s AND t.line = s.line AND t.twin < s.line
"""
REFUSE_TWINS = """
UPDATE imports_stagedrow SET reason = replace(%(words)s, '{line}', twin::text), effect = 'refused'
WHERE run_id = %(run)s AND twin IS NOT NULL
"""
MARK = """
UPDATE imports_stagedrow s SET effect = m.effect, object_id = m.object_id, reason = m.reason
FROM unnest(%(lines)s::int[], %(effects)s::text[], %(objects)s::bigint[], %(reasons)s::text[])
  AS m(line, effect, object_id, reason)
WHERE s.run_id = %(run)s AND s.line = m.line
"""
COUNT = """
SELECT effect, count(*) FROM imports_stagedrow
WHERE run_id = %(run)s AND line > %(at)s AND line <= %(upto)s GROUP BY effect
"""


def stage(run: Import, rows: Sequence[ReadRow]) -> None:
    """Write rows of the list into the staging table."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    for row in rows:
        effect = Outcome.REFUSED if row.reason else Outcome.NEW
        data, cells = _json(row.data), _json(list(row.cells))
        name = row.name[:300].replace("\x00", "")
        writer.writerow([run.pk, row.line, name, row.key, data, cells, row.reason[:500], str(effect)])
    lines.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(COPY, lines)


def _json(value: object) -> str:
    return json.dumps(value).replace("\\u0000", "")


def analyse(models: Iterable[type[Model]] = (StagedRow,)) -> None:
    """Give the planner figures about tables that a long list fills: without them it goes row by row, many times slower.

    Outside of a transaction, since it keeps others from doing the same until the end.
    """
    with connection.cursor() as cursor:
        for name in sorted({model._meta.db_table for model in models}):
            cursor.execute("SELECT imports_analyse(%s)", [name])


def refuse_twins(run: Import, words: str = "") -> None:
    """Refuse each row whose key an earlier row has; `words` hold {line}."""
    with connection.cursor() as cursor:
        cursor.execute(TWINS, {"run": run.pk})
    name_twins(run, words or _("The same as line %(line)s.") % {"line": "{line}"})


def name_twins(run: Import, words: str) -> None:
    """Refuse the rows that are marked as twins; `words` hold {line}."""
    with connection.cursor() as cursor:
        cursor.execute(REFUSE_TWINS, {"run": run.pk, "words": words})


def good_rows(run: Import, at: int, upto: int) -> list[StagedRow]:
    """Return the rows after line `at` up to line `upto` that are not refused."""
    return list(run.staged.filter(line__gt=at, line__lte=upto, reason="").order_by("line"))


def refused_rows(run: Import, at: int = 0, upto: int = LAST_LINE) -> list[StagedRow]:
    """Return the rows after line `at` up to line `upto` that are refused."""
    return list(run.staged.filter(line__gt=at, line__lte=upto).exclude(reason="").order_by("line"))


def save_marks(rows: Sequence[StagedRow]) -> None:
    """Write what rows do: effect, record and reason."""
    if not rows:
        return
    values: dict[str, Any] = {
        "run": rows[0].run_id,
        "lines": [row.line for row in rows],
        "effects": [str(Outcome.REFUSED if row.reason else row.effect) for row in rows],
        "objects": [row.object_id for row in rows],
        "reasons": [row.reason[:500] for row in rows],
    }
    with connection.cursor() as cursor:
        cursor.execute(MARK, values)


def next_line(run: Import, at: int) -> int | None:
    """Return the last line of the chunk after line `at`; None when there is none."""
    found = list(run.staged.filter(line__gt=at).order_by("line").values_list("line", flat=True)[:CHUNK])
    return found[-1] if found else None


def count(run: Import, at: int = 0, upto: int = LAST_LINE) -> dict[str, int]:
    """Return how many rows are new, changed, unchanged, refused, and in all."""
    found = {str(outcome): 0 for outcome in Outcome}
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"run": run.pk, "at": at, "upto": upto})
        found.update(dict(cursor.fetchall()))
    return {**found, "rows": sum(found.values())}
