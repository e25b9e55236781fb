"""Changes of value and day are only ever added to."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER dealreg_amountchange_append_only BEFORE UPDATE OR DELETE ON dealreg_amountchange
  FOR EACH ROW EXECUTE FUNCTION partners_fact_is_append_only();
"""
BACKWARD = "DROP TRIGGER dealreg_amountchange_append_only ON dealreg_amountchange"


class Migration(migrations.Migration):
    dependencies = [("dealreg", "0009_pipeline"), ("partners", "0002_facts")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
