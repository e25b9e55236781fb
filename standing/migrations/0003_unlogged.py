"""Working rows of running trials keep no log: a crash may empty them, and the trial begins anew."""

from django.db import migrations

TABLES = ("standing_backtestpoint", "standing_backtestday")


class Migration(migrations.Migration):
    dependencies = [("standing", "0002_append_only")]
    operations = [
        migrations.RunSQL(f"ALTER TABLE {table} SET UNLOGGED", f"ALTER TABLE {table} SET LOGGED") for table in TABLES
    ]
