"""An index on partners' names, in the order of which lists are."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("partners", "0002_facts")]
    operations = [
        AddIndexConcurrently(
            model_name="partner",
            index=models.Index(
                fields=["name", "id"], name="partner_by_name", condition=models.Q(merged_into__isnull=True)
            ),
        )
    ]
