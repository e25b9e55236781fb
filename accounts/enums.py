"""Choices of accounts."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AccountOrigin(TextChoices):
    """How the vendor came to know the account."""

    CUSTOMER = "customer", _("Existing customer")
    REGISTRATION = "registration", _("Named in a registration")


class AccountLink(TextChoices):
    """How a deal's customer, as typed, came to its account."""

    EXACT = "exact", _("The same domain or number, or the same name and country")
    LIKELY = "likely", _("Looks alike; a person decides")
    NEW = "new", _("A new account")
    CONFIRMED = "confirmed", _("Confirmed by a person")
    SEPARATED = "separated", _("Set apart by a person")


class PairVerdict(TextChoices):
    """What a person said of two accounts that look alike."""

    OPEN = "open", _("To decide")
    SAME = "same", _("The same, merged")
    RELATED = "related", _("Related")
    DIFFERENT = "different", _("Not the same")


class SaleKind(TextChoices):
    """What a sales line tells."""

    ORDER = "order", _("Order")
    SELL_THROUGH = "sell_through", _("Sell-through")
    RENEWAL = "renewal", _("Renewal")
    USAGE = "usage", _("Usage revenue")


class CrmSystem(TextChoices):
    """The CRM systems that we fetch from."""

    SALESFORCE = "salesforce", _("Salesforce")
    HUBSPOT = "hubspot", _("HubSpot")
