"""Indexes that hold what the portal's home and the desk's pages add up; two that others make needless go."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("dealreg", "0002_statistics"),
        ("partners", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="deal",
            name="enrollment",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deals",
                to="partners.enrollment",
            ),
        ),
        migrations.AlterField(
            model_name="deal",
            name="owner",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="owner",
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(
                    ("outcome", "open"), models.Q(("status__in", ["declined", "withdrawn"]), _negated=True)
                ),
                fields=["partner", "close_date", "id"],
                include=("enrollment", "vendor", "owner", "status", "protected_until", "currency", "value"),
                name="deal_open_of_partner",
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("decided_at__isnull", False)),
                fields=["partner", "-decided_at", "-id"],
                include=("enrollment", "vendor", "status", "outcome"),
                name="deal_decided_of_partner",
            ),
        ),
    ]
