"""Tells the planner that an enrollment belongs to one partner and one vendor.

Without it, it takes a list's conditions on partner and enrollment for independent, expects a handful of rows where there
are thousands, and sorts them all instead of reading the newest 25 from the index.
"""

from django.db import migrations

FORWARD = "CREATE STATISTICS deal_tenant_statistics (dependencies) ON vendor_id, partner_id, enrollment_id FROM dealreg_deal"
BACKWARD = "DROP STATISTICS deal_tenant_statistics"


class Migration(migrations.Migration):
    dependencies = [("dealreg", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
