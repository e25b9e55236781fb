"""A list's tables get the planner's figures, also where the application's role, which owns no table, asks for them."""

from __future__ import annotations

from django.db import connection

from imports import staging
from imports.models import Import
from imports.reading import ReadRow

ROWS_KNOWN = "SELECT reltuples FROM pg_class WHERE oid = 'imports_stagedrow'::regclass"
ACTS_AS_OWNER = """
SELECT p.prosecdef AND p.proowner = c.relowner FROM pg_proc p, pg_class c
WHERE p.proname = 'imports_analyse' AND c.oid = 'imports_stagedrow'::regclass
"""


def asked(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def test_a_staged_list_is_known_to_the_planner(cast):
    run = Import.objects.create(kind="accounts", vendor=cast.northwind.vendor, file_name="list.csv")
    staging.stage(run, [ReadRow(line, f"Row {line}", data={"name": "x"}) for line in range(1, 41)])
    assert asked(ROWS_KNOWN) != 40
    staging.analyse()
    assert asked(ROWS_KNOWN) == 40


def test_it_runs_with_the_rights_of_the_tables_owner(db):
    assert asked(ACTS_AS_OWNER) is True
