"""Rulings are only ever added to."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER dealreg_ruling_append_only BEFORE UPDATE OR DELETE ON dealreg_ruling
  FOR EACH ROW EXECUTE FUNCTION partners_fact_is_append_only();
"""
BACKWARD = "DROP TRIGGER dealreg_ruling_append_only ON dealreg_ruling"


class Migration(migrations.Migration):
    dependencies = [("dealreg", "0005_engagement"), ("partners", "0002_facts")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
