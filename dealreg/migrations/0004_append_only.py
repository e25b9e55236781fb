"""Milestones are only ever added to."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER dealreg_dealmilestone_append_only BEFORE UPDATE OR DELETE ON dealreg_dealmilestone
  FOR EACH ROW EXECUTE FUNCTION partners_fact_is_append_only();
"""
BACKWARD = "DROP TRIGGER dealreg_dealmilestone_append_only ON dealreg_dealmilestone"


class Migration(migrations.Migration):
    dependencies = [("dealreg", "0003_vacuum_deals_often"), ("partners", "0002_facts")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
