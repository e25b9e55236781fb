"""Choices of schemes, standings and facts from outside."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class BenefitKind(TextChoices):
    """What a tier can bring, with its unit."""

    DISCOUNT = "discount", _("Discount, percent")
    MARGIN = "margin", _("Further margin, percent")
    PROTECTION_DAYS = "protection_days", _("Protection, days")
    MDF_RATE = "mdf_rate", _("Market development funds, percent of revenue")
    SUPPORT_LEVEL = "support_level", _("Support")
    CONTENT = "content", _("Content")

    @property
    def is_words(self) -> bool:
        """Whether it is told in words rather than as a number."""
        return self in {BenefitKind.SUPPORT_LEVEL, BenefitKind.CONTENT}


class SchemeState(TextChoices):
    """Where a version of a program's scheme stands."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    DISCARDED = "discarded", _("Discarded")


class EntryKind(TextChoices):
    """Why there is an entry in the points ledger."""

    AWARD = "award", _("Earned")
    CORRECTION = "correction", _("Corrected")
    MANUAL = "manual", _("By hand")


class ReviewState(TextChoices):
    """Where a review that may lower a tier stands."""

    WARNED = "warned", _("Warned")
    GRACE = "grace", _("In grace")
    PROPOSED = "proposed", _("Waits for the partner manager")
    RECOVERED = "recovered", _("Caught up")
    KEPT = "kept", _("Kept")
    LOWERED = "lowered", _("Lowered")


OPEN_REVIEWS = (ReviewState.WARNED, ReviewState.GRACE, ReviewState.PROPOSED)


class Direction(TextChoices):
    """What a scheme that is tried on history would do to an enrollment's tier."""

    UP = "up", _("Up")
    DOWN = "down", _("Down")
    NEW = "new", _("New")
    SAME = "same", _("Same")


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
