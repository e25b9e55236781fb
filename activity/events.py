"""What happens in the console, and to mails."""

from django.utils.translation import gettext_lazy as _

from activity.registry import EVENTS, event
from people.events import KINDS
from prm.kernel.recording import Audience

CONSOLE_ADDED = event("console.added", _("added {what} “{name}”"), icon="plus", audience=Audience.VENDOR)
CONSOLE_CHANGED = event("console.changed", _("changed {what} “{name}”"), icon="pen", audience=Audience.VENDOR)
CONSOLE_REMOVED = event("console.removed", _("removed {what} “{name}”"), icon="trash", audience=Audience.VENDOR)
MAIL_TEXT_CHANGED = event(
    "mail_text.changed", _("worded the mail “{name}” ({language})"), icon="mail", audience=Audience.VENDOR
)
MAIL_TEXT_RESET = event(
    "mail_text.reset",
    _("went back to the product’s words for the mail “{name}” ({language})"),
    icon="mail",
    audience=Audience.VENDOR,
)
MAIL_RETRIED = event(
    "mail.retried", _("sent the mail “{name}” to {to} once more"), icon="mail", audience=Audience.VENDOR
)
DELIVERY_RETRIED = event("delivery.retried", _("tried “{name}” once more"), icon="undo", audience=Audience.VENDOR)

# `people` stands below this app and can't register its own.
EVENTS.update({kind.name: kind for kind in KINDS})
