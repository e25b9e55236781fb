"""Rights over the admin console, the audit trail and mails."""

from django.utils.translation import gettext_lazy as _

from prm.kernel.actors import VENDOR_ROLES, Role, permission

USE_CONSOLE = permission("console.use", _("Use the admin console"), roles={Role.MANAGER}, scope="console")
VIEW_EVENTS = permission("event.view", _("See the audit trail"), roles=VENDOR_ROLES, scope="events:read", system=True)
EDIT_MAILS = permission("mail.edit", _("Word the mails"), roles={Role.MANAGER}, scope="console")
RETRY_MAILS = permission(
    "mail.retry", _("See what was not delivered, and retry it"), roles={Role.MANAGER}, scope="console"
)
