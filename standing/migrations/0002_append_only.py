"""Points and holdings are only ever added to: the database itself refuses to change or delete a row."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER standing_pointentry_append_only BEFORE UPDATE OR DELETE ON standing_pointentry
  FOR EACH ROW EXECUTE FUNCTION partners_fact_is_append_only();
CREATE TRIGGER standing_holding_append_only BEFORE UPDATE OR DELETE ON standing_holding
  FOR EACH ROW EXECUTE FUNCTION partners_fact_is_append_only();
"""
BACKWARD = """
DROP TRIGGER standing_pointentry_append_only ON standing_pointentry;
DROP TRIGGER standing_holding_append_only ON standing_holding;
"""


class Migration(migrations.Migration):
    dependencies = [("standing", "0001_initial"), ("partners", "0002_facts")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
