"""Choices of leads."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class LeadState(TextChoices):
    """Where a lead stands, as the vendor sees it."""

    NEW = "new", _("New")
    OFFERED = "offered", _("Offered")
    ACCEPTED = "accepted", _("Accepted")
    WORKING = "working", _("Being worked")
    CONVERTED = "converted", _("Became a deal")
    RETURNED = "returned", _("Returned")
    DISQUALIFIED = "disqualified", _("Disqualified")
    EXHAUSTED = "exhausted", _("Nobody left")


FREE = (LeadState.NEW, LeadState.RETURNED, LeadState.EXHAUSTED)
"""Nobody has it, and nobody is asked: it can be offered."""
HELD = (LeadState.ACCEPTED, LeadState.WORKING)
"""A partner has it."""


class OfferState(TextChoices):
    """Where an offer of a lead to one partner stands."""

    OPEN = "open", _("Waits for an answer")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    LAPSED = "lapsed", _("Not answered in time")
    RECALLED = "recalled", _("Recalled")
    LOST = "lost", _("Taken by another partner")
    RETURNED = "returned", _("Returned")


class Way(TextChoices):
    """How a lead came to be offered to a partner."""

    PINNED = "pinned", _("Chosen by a person")
    OFFERED = "offered", _("Best fit first")
    ROUND_ROBIN = "round_robin", _("In turn")
    FIRST_TO_CLAIM = "first_to_claim", _("First to claim")


class Distribution(TextChoices):
    """How a program gives out its leads."""

    BY_HAND = "by_hand", _("By hand: your people choose")
    OFFERED = "offered", _("Best fit first: one after the other")
    ROUND_ROBIN = "round_robin", _("In turn: whoever waited longest, among those that fit")
    FIRST_TO_CLAIM = "first_to_claim", _("First to claim: several at once")


class LeadSource(TextChoices):
    """Where a lead comes from."""

    FORM = "form", _("Form")
    IMPORT = "import", _("Import")
    API = "api", _("API")
    CAMPAIGN = "campaign", _("Campaign")
    HAND = "hand", _("Entered by hand")


class OfferRefusal(TextChoices):
    """Why a partner declines an offer, which it judges without knowing who it is."""

    NO_CAPACITY = "no_capacity", _("No capacity at the moment")
    NOT_OUR_FIELD = "not_our_field", _("Not our industry or product")
    OUT_OF_TERRITORY = "out_of_territory", _("Outside our territory")
    TOO_SMALL = "too_small", _("Too small for us")
    OTHER = "other", _("Another reason")


class ReturnReason(TextChoices):
    """Why a partner gives a lead back that it had accepted."""

    NOT_REACHED = "not_reached", _("Could not be reached")
    NO_NEED = "no_need", _("No need, or no budget")
    WRONG_DATA = "wrong_data", _("The contact is wrong")
    NO_CAPACITY = "no_capacity", _("No capacity at the moment")
    NOT_OUR_FIELD = "not_our_field", _("Not our industry or product")
    OTHER = "other", _("Another reason")


PASSED_ON = (ReturnReason.NO_CAPACITY, ReturnReason.NOT_OUR_FIELD)
"""Reasons that lie with the partner: the next one may well work it."""


class DisqualifyReason(TextChoices):
    """Why a lead is none."""

    SPAM = "spam", _("Spam")
    NO_NEED = "no_need", _("No need, or no budget")
    DUPLICATE = "duplicate", _("Known already")
    WRONG_DATA = "wrong_data", _("The contact is wrong")
    NO_CONSENT = "no_consent", _("Consent was taken back")
    OTHER = "other", _("Another reason")


class Band(TextChoices):
    """How promising a lead is, as a partner is told before it accepts."""

    HIGH = "high", _("High")
    MEDIUM = "medium", _("Medium")
    LOW = "low", _("Low")
