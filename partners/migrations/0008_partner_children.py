from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """In a migration of its own: an index on a large table is built beside its readers and writers."""

    atomic = False

    dependencies = [
        ('partners', '0007_partner_profile'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='partner',
            index=models.Index(condition=models.Q(('parent__isnull', False)), fields=['parent'], name='partner_children'),
        ),
    ]
