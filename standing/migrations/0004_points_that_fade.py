"""An index on the points that fade, which few programs have."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("standing", "0003_unlogged")]
    operations = [
        AddIndexConcurrently(
            model_name="pointentry",
            index=models.Index(
                fields=["vendor", "enrollment"], name="points_that_fade", condition=models.Q(fades_months__gt=0)
            ),
        )
    ]
