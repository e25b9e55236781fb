"""Rights over deals."""

from django.utils.translation import gettext_lazy as _

from prm.kernel.actors import PARTNER_ROLES, VENDOR_ROLES, Role, permission

VIEW_DEALS = permission("deal.view", _("See deals"), roles=frozenset(Role), scope="deals:read", system=True)
REGISTER_DEALS = permission(
    "deal.register", _("Register deals"), roles={Role.ADMINISTRATOR, Role.SALES}, scope="deals:write"
)
WORK_DEALS = permission("deal.work", _("Work on deals"), roles={Role.ADMINISTRATOR, Role.SALES}, scope="deals:write")
TEAM_DEALS = permission(
    "deal.team",
    _("Agree on deal teams"),
    roles={Role.ADMINISTRATOR, Role.SALES, Role.APPROVER, Role.MANAGER},
    scope="deals:write",
)
COMMENT_DEALS = permission(
    "deal.comment",
    _("Comment on deals"),
    roles=PARTNER_ROLES | {Role.MANAGER, Role.APPROVER},
    scope="deals:write",
)
DECIDE_DEALS = permission(
    "deal.decide",
    _("Decide registrations"),
    roles={Role.APPROVER, Role.MANAGER},
    scope="deals:write",
    system=True,
)
TAKE_DEALS = permission("deal.take", _("Take up reviews"), roles={Role.APPROVER, Role.MANAGER}, scope="deals:write")
NOTE_DEALS = permission(
    "deal.note", _("Write notes that only the vendor sees"), roles=VENDOR_ROLES - {Role.EXECUTIVE}, scope="deals:write"
)
SEE_DESK = permission("desk.see", _("See the desk"), roles=VENDOR_ROLES, scope="deals:read")
FIT_CHANCES = permission(
    "deal.fit_chances", _("Fit chances to win"), roles={Role.MANAGER}, scope="deals:write", system=True
)
IMPORT_DEALS = permission(
    "deal.import", _("Take registrations over"), roles={Role.MANAGER}, scope="deals:write", system=True
)
EXPIRE_DEALS = permission("deal.expire", _("Let protection expire"), roles=(), scope="none", system=True)
EDIT_POLICIES = permission("policy.edit", _("Change rules of engagement"), roles={Role.MANAGER}, scope="programs:write")
