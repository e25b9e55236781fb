"""Rights over leads."""

from django.utils.translation import gettext_lazy as _

from prm.kernel.actors import VENDOR_ROLES, Role, permission

VIEW_LEADS = permission(
    "lead.view",
    _("See leads"),
    roles=VENDOR_ROLES | {Role.ADMINISTRATOR, Role.SALES},
    scope="leads:read",
    system=True,
)
WORK_LEADS = permission(
    "lead.work", _("Accept, work and return leads"), roles={Role.ADMINISTRATOR, Role.SALES}, scope="leads:write"
)
ADD_LEADS = permission(
    "lead.add",
    _("Enter and import leads"),
    roles={Role.MANAGER, Role.APPROVER},
    scope="leads:write",
    system=True,
)
ASSIGN_LEADS = permission(
    "lead.assign",
    _("Offer, recall and disqualify leads"),
    roles={Role.MANAGER, Role.APPROVER},
    scope="leads:write",
    system=True,
)
EDIT_LEAD_RULES = permission(
    "lead.edit", _("Set up how leads are given out"), roles={Role.MANAGER}, scope="programs:write"
)
KEEP_LEADS = permission("lead.keep", _("Let the clock of leads run"), roles=(), scope="none", system=True)
