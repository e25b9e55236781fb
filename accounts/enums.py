"""Choices of accounts and imports."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AccountOrigin(TextChoices):
    """How the vendor came to know the account."""

    CUSTOMER = "customer", _("Existing customer")
    REGISTRATION = "registration", _("Named in a registration")


class AccountLink(TextChoices):
    """How a deal's customer, as typed, came to its account."""

    EXACT = "exact", _("The same domain, or the same name and country")
    LIKELY = "likely", _("Looks alike; a person decides")
    NEW = "new", _("A new account")
    CONFIRMED = "confirmed", _("Confirmed by a person")
    SEPARATED = "separated", _("Set apart by a person")


class ImportState(TextChoices):
    """Where an import stands."""

    UPLOADED = "uploaded", _("Being checked")
    CHECKED = "checked", _("Ready to start")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    UNDONE = "undone", _("Undone")


STARTED = (ImportState.RUNNING, ImportState.DONE, ImportState.FAILED, ImportState.CANCELLED)
"""States of an import that may have written something."""


class SaleKind(TextChoices):
    """What a sales line tells."""

    ORDER = "order", _("Order")
    SELL_THROUGH = "sell_through", _("Sell-through")
    RENEWAL = "renewal", _("Renewal")
    USAGE = "usage", _("Usage revenue")
