from django.db import migrations


class Migration(migrations.Migration):
    """Imports of all kinds have tables of their own: `imports`."""

    dependencies = [
        ('accounts', '0004_facts_append_only'),
        ('imports', '0001_initial'),
    ]

    operations = [
        migrations.DeleteModel(name='AccountChange'),
        migrations.DeleteModel(name='StagedRow'),
        migrations.DeleteModel(name='AccountImport'),
    ]
