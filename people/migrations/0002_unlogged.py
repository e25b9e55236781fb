"""Counts of the running hour: no disk needs to hear of them before a password is hashed."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [
        migrations.RunSQL(
            'ALTER TABLE "people_bucket" SET UNLOGGED, SET (fillfactor = 50)',
            'ALTER TABLE "people_bucket" SET LOGGED',
        ),
    ]
