"""Choices of recruiting and onboarding."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class VersionState(TextChoices):
    """Where a version of an ideal profile, a journey or an agreement's text stands."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    REPLACED = "replaced", _("Replaced")


class ProspectState(TextChoices):
    """How far recruiting a prospect is."""

    FOUND = "found", _("Found")
    CONTACTED = "contacted", _("Contacted")
    INVITED = "invited", _("Invited")
    APPLIED = "applied", _("Applied")
    DROPPED = "dropped", _("Not pursued")


class ApplicationState(TextChoices):
    """Where an application stands."""

    DRAFT = "draft", _("Draft")
    UNCONFIRMED = "unconfirmed", _("Waiting for the address to be confirmed")
    SUBMITTED = "submitted", _("Submitted")
    ASKED = "asked", _("Information requested")
    WAITLISTED = "waitlisted", _("On the waiting list")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Ended(TextChoices):
    """Why an application never reached the vendor, though its address was proven."""

    JOIN = "join", _("The company is a partner already")
    ADMINISTRATOR = "administrator", _("The company’s administrator applies with its profile")
    DUPLICATE = "duplicate", _("The company has applied already")


class DeclineReason(TextChoices):
    """Why an application was declined."""

    NO_FIT = "no_fit", _("Doesn’t fit the program")
    REGION = "region", _("Not in this region")
    CAPACITY = "capacity", _("No capacity at the moment")
    COMPETITOR = "competitor", _("Works for a competitor")
    INCOMPLETE = "incomplete", _("Information is missing")
    OTHER = "other", _("Another reason")


class StepState(TextChoices):
    """Where a journey's step stands."""

    WAITING = "waiting", _("Not yet")
    OPEN = "open", _("To do")
    RUNNING = "running", _("Running")
    FAILED = "failed", _("Failed")
    DONE = "done", _("Done")
    SKIPPED = "skipped", _("Skipped")


class JourneyState(TextChoices):
    """Where a journey stands."""

    RUNNING = "running", _("Under way")
    FINISHED = "finished", _("Finished")
    CANCELLED = "cancelled", _("Cancelled")


class Side(TextChoices):
    """Whose turn a step is."""

    PARTNER = "partner", _("Partner")
    VENDOR = "vendor", _("Vendor")
    SYSTEM = "system", _("By itself")


class AgreementState(TextChoices):
    """Where an agreement stands. Signed: the vendor's countersignature is missing."""

    SENT = "sent", _("To be signed")
    SIGNED = "signed", _("To be countersigned")
    IN_FORCE = "in_force", _("In force")
    EXPIRED = "expired", _("Ended")
    REPLACED = "replaced", _("Replaced")
    CANCELLED = "cancelled", _("Taken back")


OPEN_AGREEMENTS = (AgreementState.SENT, AgreementState.SIGNED)


class Occasion(TextChoices):
    """Why an agreement was put to a partner."""

    FIRST = "first", _("Sent")
    VERSION = "version", _("New version")
    RENEWAL = "renewal", _("Renewal")


class SignatureWay(TextChoices):
    """How a signature was given."""

    TYPED = "typed", _("Typed")
    DRAWN = "drawn", _("Drawn")
