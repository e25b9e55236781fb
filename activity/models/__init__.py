"""What happened, who reacts to it, and who is told."""

from activity.models.events import Delivery, Event
from activity.models.mails import Mail, MailText, Suppression
from activity.models.muting import Muting
from activity.models.notices import DigestHour, DigestLine, Notification, Preference
from activity.models.requests import ApiUse, IdempotencyRecord

__all__ = [
    "ApiUse",
    "Delivery",
    "DigestHour",
    "DigestLine",
    "Event",
    "IdempotencyRecord",
    "Mail",
    "MailText",
    "Muting",
    "Notification",
    "Preference",
    "Suppression",
]
