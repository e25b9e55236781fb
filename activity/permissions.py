"""The right to open the admin console, and to see the audit trail."""

from django.utils.translation import gettext_lazy as _

from prm.kernel.actors import VENDOR_ROLES, Role, permission

USE_CONSOLE = permission("console.use", _("Use the admin console"), roles={Role.MANAGER}, scope="console")
VIEW_EVENTS = permission("event.view", _("See the audit trail"), roles=VENDOR_ROLES, scope="events:read", system=True)
