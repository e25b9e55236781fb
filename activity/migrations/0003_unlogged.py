"""Counters of the running minute: no disk needs to hear of them before a request is answered."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("activity", "0002_append_only")]
    operations = [
        migrations.RunSQL(
            'ALTER TABLE "activity_apiuse" SET UNLOGGED, SET (fillfactor = 50)',
            'ALTER TABLE "activity_apiuse" SET LOGGED',
        ),
    ]
