"""Rights over schemes, standings and points, and over facts from outside."""

from django.utils.translation import gettext_lazy as _

from prm.kernel.actors import PARTNER_ROLES, VENDOR_ROLES, Role, permission

VIEW_STANDING = permission(
    "standing.view", _("See tiers and points"), roles=frozenset(Role), scope="standing:read", system=True
)
VIEW_SCHEMES = permission(
    "scheme.view", _("Read tiers and point rules as written"), roles={Role.MANAGER}, scope="programs:read"
)
EDIT_SCHEMES = permission(
    "scheme.edit", _("Set up tiers and point rules"), roles={Role.MANAGER}, scope="programs:write"
)
DECIDE_STANDING = permission(
    "standing.decide", _("Decide reviews, give tiers and points by hand"), roles={Role.MANAGER}, scope="standing:write"
)
KEEP_STANDING = permission(
    "standing.keep", _("Compute and award standings"), roles=frozenset(), scope="standing:write", system=True
)
TRY_STANDING = permission("standing.try", _("Try what if"), roles=PARTNER_ROLES, scope="standing:read")
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
