from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

CURRENCIES = [
    "EUR",
    "USD",
    "GBP",
    "CHF",
    "SEK",
    "NOK",
    "DKK",
    "PLN",
    "CZK",
    "JPY",
    "CAD",
    "AUD",
    "BRL",
    "INR",
    "SGD",
    "ZAR",
]


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0002_partner_domains"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExchangeRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "currency",
                    models.CharField(
                        choices=[(code, code) for code in CURRENCIES], max_length=3, verbose_name="currency"
                    ),
                ),
                ("day", models.DateField(verbose_name="from")),
                (
                    "rate",
                    models.DecimalField(
                        decimal_places=10,
                        help_text="How much of your currency one unit of the other buys: 0.92 if 1 USD is 0.92 EUR.",
                        max_digits=20,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.0000000001"))],
                        verbose_name="worth in your currency",
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rates",
                        to="partners.vendor",
                    ),
                ),
            ],
            options={
                "verbose_name": "exchange rate",
                "verbose_name_plural": "exchange rates",
                "constraints": [
                    models.UniqueConstraint(fields=("vendor", "currency", "day"), name="rate_once_per_day"),
                    models.CheckConstraint(condition=models.Q(("rate__gt", 0)), name="rate_above_zero"),
                ],
            },
        ),
        migrations.AddField(
            model_name="enrollment",
            name="external_id",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="What your ERP or CRM calls this partner; sales lines and certificates name it.",
                max_length=80,
                verbose_name="your number for it",
            ),
        ),
    ]
