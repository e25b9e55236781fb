"""Lets the application ask for the planner's figures of tables that a long list has just filled.

`ANALYZE` is for a table's owner; for the application's role PostgreSQL would pass over the table with a warning. Without
the figures the checks of foreign keys, planned while a table was empty, read all of it for every row.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION imports_analyse(name text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE format('ANALYZE public.%I', name);
END
$$
"""
BACKWARD = "DROP FUNCTION imports_analyse(text)"


class Migration(migrations.Migration):
    dependencies = [("imports", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
