"""Milestones and rulings are only ever added to."""

from django.db import migrations

TABLES = ("dealreg_dealmilestone", "dealreg_ruling")
FORWARD = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION partners_fact_is_append_only();
"""
BACKWARD = "DROP TRIGGER {table}_append_only ON {table}"


class Migration(migrations.Migration):
    dependencies = [("dealreg", "0003_vacuum_deals_often"), ("partners", "0002_facts")]
    operations = [
        migrations.RunSQL(FORWARD.format(table=table), BACKWARD.format(table=table)) for table in TABLES
    ]
