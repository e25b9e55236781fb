"""Counters of the running minute: no disk needs to hear of them before a search is answered."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("portal", "0001_initial")]
    operations = [
        migrations.RunSQL(
            'ALTER TABLE "portal_searchuse" SET UNLOGGED, SET (fillfactor = 50)',
            'ALTER TABLE "portal_searchuse" SET LOGGED',
        ),
    ]
