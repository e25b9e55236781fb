"""Choices of deliveries, mails and what people want to be told."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DeliveryState(TextChoices):
    """Where one handler's reaction to one event stands."""

    PENDING = "pending", _("Pending")
    DONE = "done", _("Done")
    DEAD = "dead", _("Gave up")


class MailState(TextChoices):
    """Where a mail stands. A withheld mail was not sent on purpose; `Withheld` says why."""

    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    DEAD = "dead", _("Gave up")
    WITHHELD = "withheld", _("Withheld")


class Cadence(TextChoices):
    """When a person is mailed about a kind of notification. The line behind the bell is there in any case."""

    IMMEDIATE = "immediate", _("At once")
    HOURLY = "hourly", _("Hourly")
    DAILY = "daily", _("Daily")
    OFF = "off", _("Off")


DIGESTED = (Cadence.HOURLY, Cadence.DAILY)


class Withheld(TextChoices):
    """Why a mail, or a line of a digest, was not sent to the person it was meant for."""

    PERSON = "person", _("The person may no longer sign in.")
    SEAT = "seat", _("The person no longer holds the seat that made it its business.")
    ROLE = "role", _("The person's role has changed; it is no longer its business.")
    SIGHT = "sight", _("The person may no longer open what the mail is about.")
    ADDRESS = "address", _("Mails to this address came back, so that no more are sent to it.")
    OFF = "off", _("The person switched off mails of this kind.")


class SuppressionReason(TextChoices):
    """Why nothing is sent to an address any more."""

    REFUSED = "refused", _("The mail server says that there is no such mailbox.")
    BOUNCED = "bounced", _("A mail came back for good.")
    COMPLAINED = "complained", _("The recipient reported a mail as spam.")
