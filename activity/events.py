"""What happens in the console."""

from django.utils.translation import gettext_lazy as _

from activity.registry import event
from prm.kernel.recording import Audience

CONSOLE_ADDED = event("console.added", _("added {what} “{name}”"), icon="plus", audience=Audience.VENDOR)
CONSOLE_CHANGED = event("console.changed", _("changed {what} “{name}”"), icon="pen", audience=Audience.VENDOR)
CONSOLE_REMOVED = event("console.removed", _("removed {what} “{name}”"), icon="trash", audience=Audience.VENDOR)
