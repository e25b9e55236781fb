"""Rights over accounts and the catalogue."""

from django.utils.translation import gettext_lazy as _

from prm.kernel.actors import VENDOR_ROLES, Role, permission

VIEW_ACCOUNTS = permission("account.view", _("See accounts"), roles=VENDOR_ROLES, scope="accounts:read", system=True)
IMPORT_ACCOUNTS = permission(
    "account.import", _("Import accounts"), roles={Role.MANAGER}, scope="accounts:write", system=True
)
EDIT_CATALOGUE = permission(
    "catalogue.edit", _("Change the catalogue"), roles={Role.MANAGER}, scope="catalogue:write", system=True
)
EDIT_MATCHING = permission("matching.edit", _("Change how customers are matched"), roles={Role.MANAGER}, scope="none")
MERGE_ACCOUNTS = permission("account.merge", _("Merge, split and relate accounts"), roles={Role.MANAGER}, scope="none")
CONNECT_CRM = permission("crm.connect", _("Connect the CRM"), roles={Role.MANAGER}, scope="none")
