"""Kinds of benefit."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class BenefitKind(TextChoices):
    """What a tier can bring, with its unit."""

    DISCOUNT = "discount", _("Discount, percent")
    PROTECTION_DAYS = "protection_days", _("Protection, days")
    MDF_RATE = "mdf_rate", _("Market development funds, percent of revenue")


class CredentialKind(TextChoices):
    """What somebody can earn."""

    CERTIFICATE = "certificate", _("Certificate")
    COURSE = "course", _("Course")
    ACCREDITATION = "accreditation", _("Accreditation")


class CredentialLevel(TextChoices):
    """How far it goes."""

    FOUNDATIONAL = "foundational", _("Foundational")
    INTERMEDIATE = "intermediate", _("Intermediate")
    ADVANCED = "advanced", _("Advanced")
    PROFESSIONAL = "professional", _("Professional")


class WaitingState(TextChoices):
    """Where a row of the work list stands."""

    OPEN = "open", _("Waiting")
    BOOKED = "booked", _("Booked")
    IGNORED = "ignored", _("Ignored")


class Problem(TextChoices):
    """What a fact from outside lacks, so that it can't be booked."""

    PARTNER = "partner", _("No such partner")
    PARTNER_AMBIGUOUS = "partner_ambiguous", _("Several partners fit")
    ACCOUNT = "account", _("No such customer")
    PRODUCT = "product", _("No such product")
    RATE = "rate", _("No exchange rate")
    CREDENTIAL = "credential", _("No such certificate or course")
    METRIC = "metric", _("No such usage metric")
