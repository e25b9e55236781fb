"""The index that answers sums and counts alone. Built beside running writes, so outside a transaction."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("dealreg", "0004_milestones")]
    operations = [
        AddIndexConcurrently(
            "dealmilestone",
            models.Index(
                fields=["vendor", "kind", "enrollment", "day"],
                include=("vendor_amount", "n", "recorded_at", "deal", "family"),
                name="milestone_of_enrollment",
            ),
        )
    ]
