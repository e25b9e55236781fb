"""Has deals vacuumed after 500 new or 1 % changed ones, instead of after a fifth of the table.

The queue and the portal's home are answered by indexes alone, and that works only for pages that vacuum has seen: the
deals that wait are the newest.
"""

from django.db import migrations

FORWARD = """
ALTER TABLE dealreg_deal SET (
  autovacuum_vacuum_insert_threshold = 500, autovacuum_vacuum_insert_scale_factor = 0,
  autovacuum_vacuum_scale_factor = 0.01
)
"""
BACKWARD = """
ALTER TABLE dealreg_deal RESET (
  autovacuum_vacuum_insert_threshold, autovacuum_vacuum_insert_scale_factor, autovacuum_vacuum_scale_factor
)
"""


class Migration(migrations.Migration):
    dependencies = [("dealreg", "0002_statistics")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
