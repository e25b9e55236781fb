"""A vendor's own number names one enrollment. Built beside running writes, so outside a transaction."""

from django.db import migrations, models

FORWARD = """
CREATE UNIQUE INDEX CONCURRENTLY enrollment_external_id_once ON partners_enrollment (vendor_id, external_id)
WHERE NOT (external_id = '')
"""
BACKWARD = "DROP INDEX CONCURRENTLY enrollment_external_id_once"
ONCE = models.UniqueConstraint(
    fields=("vendor", "external_id"),
    condition=models.Q(("external_id", ""), _negated=True),
    name="enrollment_external_id_once",
)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("partners", "0003_exchange_rates")]
    operations = [
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(FORWARD, BACKWARD)], [migrations.AddConstraint("enrollment", ONCE)]
        )
    ]
