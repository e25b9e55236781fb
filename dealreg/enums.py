"""Choices of deals."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    """A deal's registration status, which is the vendor's. A draft is a row of its own (`DealDraft`)."""

    SUBMITTED = "submitted", _("Submitted")
    IN_REVIEW = "in_review", _("In review")
    INFORMATION_REQUESTED = "information_requested", _("Information requested")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


UNDECIDED = (Status.SUBMITTED, Status.IN_REVIEW, Status.INFORMATION_REQUESTED)
WAITING_FOR_VENDOR = (Status.SUBMITTED, Status.IN_REVIEW)
DECIDED = (Status.APPROVED, Status.DECLINED, Status.EXPIRED)


class Outcome(TextChoices):
    """How the deal itself went; separate from its registration."""

    OPEN = "open", _("Open")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


class Stage(TextChoices):
    """The partner's sales stage."""

    QUALIFIED = "qualified", _("Qualified")
    NEEDS = "needs", _("Needs understood")
    PROPOSAL = "proposal", _("Proposal")
    NEGOTIATION = "negotiation", _("Negotiation")


class Forecast(TextChoices):
    """How sure the partner is that an open deal comes; each stage has one that holds as long as nobody says other."""

    PIPELINE = "pipeline", _("Pipeline")
    BEST_CASE = "best_case", _("Best case")
    COMMIT = "commit", _("Commit")
    OMITTED = "omitted", _("Omitted")


class FollowKind(TextChoices):
    """What follows a won deal."""

    RENEWAL = "renewal", _("Renewal")
    UPSELL = "upsell", _("Upsell")


class Part(TextChoices):
    """What the partner does in the deal."""

    SELL = "sell", _("Sell")
    REFER = "refer", _("Refer")
    INSTALL = "install", _("Install")


class DeclineReason(TextChoices):
    """Why a registration was declined."""

    PROTECTED = "protected", _("Another registration is protected")
    EXISTING_CUSTOMER = "existing_customer", _("We already work with this customer directly")
    TERRITORY = "territory", _("Outside your territory")
    TOO_SMALL = "too_small", _("Below the minimum size")
    TOO_LARGE = "too_large", _("Above the maximum size")
    NOT_AUTHORISED = "not_authorised", _("You aren't authorised for these products")
    NOT_ENOUGH = "not_enough", _("Too little was known to decide")
    OTHER = "other", _("Another reason")


class LostReason(TextChoices):
    """Why a deal was lost."""

    PRICE = "price", _("Price")
    COMPETITOR = "competitor", _("A competitor won")
    NO_DECISION = "no_decision", _("No decision")
    NO_BUDGET = "no_budget", _("No budget")
    PRODUCT_FIT = "product_fit", _("The product didn't fit")
    OTHER = "other", _("Another reason")


class ProtectionState(TextChoices):
    """Where a protection stands."""

    LIVE = "live", _("Protected")
    EXPIRED = "expired", _("Expired")
    RELEASED = "released", _("Released")


class ExtensionState(TextChoices):
    """Where a request for more time stands."""

    REQUESTED = "requested", _("Requested")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("Lapsed")


class WinModelState(TextChoices):
    """What a version of the model of win chances is good for."""

    READY = "ready", _("In use")
    SHORT = "short", _("Not enough data")
    WEAK = "weak", _("No better than the win rate alone")


class ProtectionOfferState(TextChoices):
    """Where an offer of protection to the next in line stands."""

    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")
    LAPSED = "lapsed", _("Lapsed")
    ENDED = "ended", _("Settled otherwise")


class Contested(TextChoices):
    """What an appeal is against."""

    DECLINE = "decline", _("The registration was declined")
    EXTENSION = "extension", _("The protection was not extended")
    LOSS = "loss", _("The protection went to another partner")


class AppealState(TextChoices):
    """Where an appeal stands."""

    OPEN = "open", _("Open")
    UPHELD = "upheld", _("The decision stands")
    OVERTURNED = "overturned", _("Overturned")
    PARTLY = "partly", _("Granted in part")
    WITHDRAWN = "withdrawn", _("Taken back")


class CommentAudience(TextChoices):
    """Who reads a comment."""

    SHARED = "shared", _("Partner and vendor")
    VENDOR = "vendor", _("Vendor only")


class Askable(TextChoices):
    """What an approver can ask for by name."""

    TITLE = "title", _("Project")
    CUSTOMER_DOMAIN = "customer_domain", _("Customer's website")
    CUSTOMER_CITY = "customer_city", _("Customer's town")
    CUSTOMER_INDUSTRY = "customer_industry", _("Customer's industry")
    CUSTOMER_EMPLOYEES = "customer_employees", _("Customer's people")
    CONTACT_NAME = "contact_name", _("Contact at the customer")
    CONTACT_EMAIL = "contact_email", _("Contact's e-mail")
    VALUE = "value", _("Value")
    CLOSE_DATE = "close_date", _("Expected close")
    NOTES = "notes", _("What has happened so far")
    FILES = "files", _("A file as proof")


class MilestoneKind(TextChoices):
    """What a deal achieves that counts."""

    REGISTERED = "registered", _("Registered")
    APPROVED = "approved", _("Approved")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


class RulingOutcome(TextChoices):
    """What the rules of engagement say of a registration."""

    APPROVE = "approve", _("Approved by rule")
    DECLINE = "decline", _("Declined by rule")
    ASK = "ask", _("Asked by rule")
    PERSON = "person", _("A person decides")


class PriceOutcome(TextChoices):
    """What was decided of a special price that was asked for."""

    GRANTED = "granted", _("Granted")
    PARTLY = "partly", _("Granted in part")
    REFUSED = "refused", _("Refused")


class TeamRole(TextChoices):
    """What a member of a deal's team does."""

    SOURCING = "sourcing", _("Sourcing")
    SELLING = "selling", _("Selling")
    DELIVERING = "delivering", _("Delivering")
    TECHNOLOGY = "technology", _("Technology")
    DISTRIBUTOR = "distributor", _("Distributor")
    DIRECT = "direct", _("Vendor’s direct sales")


class TeamState(TextChoices):
    """Where a proposal of a team stands."""

    PROPOSED = "proposed", _("Proposed")
    AGREED = "agreed", _("Agreed")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ShareAnswer(TextChoices):
    """What a member of a team says to its share."""

    WAITING = "waiting", _("Waiting")
    AGREED = "agreed", _("Agreed")
    DECLINED = "declined", _("Declined")


class SharedField(TextChoices):
    """What of a deal another member of its team may see."""

    CUSTOMER = "customer", _("Customer")
    PROJECT = "project", _("Project")
    VALUE = "value", _("Value")
    CLOSE = "close", _("Expected close")
    STAGE = "stage", _("Sales stage")
    NEXT_STEP = "next_step", _("Next step")
