"""Choices of deliveries and mails."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DeliveryState(TextChoices):
    """Where one handler's reaction to one event stands."""

    PENDING = "pending", _("Pending")
    DONE = "done", _("Done")
    DEAD = "dead", _("Gave up")


class MailState(TextChoices):
    """Where a mail stands."""

    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    DEAD = "dead", _("Gave up")
