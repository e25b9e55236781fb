"""Milestones are only ever added to; deals from before them get theirs."""

from django.db import migrations

from dealreg.milestones import CATCH_UP

FORWARD = """
CREATE TRIGGER dealreg_dealmilestone_append_only BEFORE UPDATE OR DELETE ON dealreg_dealmilestone
  FOR EACH ROW EXECUTE FUNCTION partners_fact_is_append_only();
"""
BACKWARD = "DROP TRIGGER dealreg_dealmilestone_append_only ON dealreg_dealmilestone"


class Migration(migrations.Migration):
    dependencies = [("dealreg", "0005_milestones_covered"), ("partners", "0005_facts")]
    operations = [
        migrations.RunSQL(CATCH_UP, migrations.RunSQL.noop),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
