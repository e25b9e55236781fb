from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partners", "0011_facts_follow")]

    operations = [
        migrations.AddField(
            model_name="invitation",
            name="is_listed",
            field=models.BooleanField(db_default=False, default=False, verbose_name="from a list"),
        ),
        migrations.AddField(
            model_name="invitation",
            name="name",
            field=models.CharField(blank=True, db_default="", default="", max_length=120, verbose_name="name"),
        ),
    ]
