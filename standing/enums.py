"""Kinds of benefit."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class BenefitKind(TextChoices):
    """What a tier can bring, with its unit."""

    DISCOUNT = "discount", _("Discount, percent")
    PROTECTION_DAYS = "protection_days", _("Protection, days")
    MDF_RATE = "mdf_rate", _("Market development funds, percent of revenue")
