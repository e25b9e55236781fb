"""Rights over facts from outside."""

from django.utils.translation import gettext_lazy as _

from prm.kernel.actors import PARTNER_ROLES, VENDOR_ROLES, Role, permission

RECORD_FACTS = permission(
    "fact.record", _("Record facts from outside"), roles={Role.MANAGER}, scope="facts:write", system=True
)
VIEW_FACTS = permission("fact.view", _("See facts from outside"), roles=VENDOR_ROLES, scope="facts:read", system=True)
VIEW_SALES = permission(
    "sales.view", _("See sales lines"), roles=VENDOR_ROLES | {Role.ADMINISTRATOR, Role.SALES}, scope="facts:read"
)
VIEW_ACHIEVEMENTS = permission(
    "achievement.view", _("See certificates"), roles=VENDOR_ROLES | PARTNER_ROLES, scope="facts:read"
)
EDIT_CREDENTIALS = permission(
    "credential.edit", _("Set up certificates and courses"), roles={Role.MANAGER}, scope="programs:write"
)
