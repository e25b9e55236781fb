"""Holdings are only ever added to: the database itself refuses to change or delete them."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER standing_holding_append_only BEFORE UPDATE OR DELETE ON standing_holding
  FOR EACH ROW EXECUTE FUNCTION partners_fact_is_append_only();
"""
BACKWARD = "DROP TRIGGER standing_holding_append_only ON standing_holding"


class Migration(migrations.Migration):
    dependencies = [("standing", "0003_achievements_covered"), ("partners", "0005_facts")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
