"""Rights over partners, teams and tokens."""

from django.utils.translation import gettext_lazy as _

from prm.kernel.actors import PARTNER_ROLES, VENDOR_ROLES, Role, permission

VIEW_PARTNERS = permission("partner.view", _("See partners"), roles=VENDOR_ROLES, scope="partners:read", system=True)
EDIT_PARTNERS = permission(
    "partner.edit", _("Change partners"), roles={Role.MANAGER}, scope="partners:write", system=True
)
ASSIGN_MANAGERS = permission(
    "partner.assign", _("Assign partner managers"), roles={Role.MANAGER}, scope="partners:write", system=True
)
IMPORT_PARTNERS = permission(
    "partner.import", _("Import partners and their people"), roles={Role.MANAGER}, scope="partners:write", system=True
)
VIEW_AS_PARTNER = permission(
    "partner.view_as", _("View the portal as a partner"), roles={Role.MANAGER}, scope="partners:write"
)
PROPOSE_MERGE = permission(
    "partner.propose_merge",
    _("Propose to merge two records of a partner"),
    roles={Role.MANAGER},
    scope="partners:write",
)
CONFIRM_MERGE = permission(
    "partner.confirm_merge",
    _("Confirm, decline and undo a merge of the own organisation"),
    roles={Role.ADMINISTRATOR},
    scope="profile:write",
)
PROPOSE_TYPE = permission(
    "partner.propose_type", _("Propose that a partner is of another kind"), roles={Role.MANAGER}, scope="partners:write"
)
CONFIRM_TYPE = permission(
    "partner.confirm_type",
    _("Confirm, decline and undo a change of the own organisation’s kind"),
    roles={Role.ADMINISTRATOR},
    scope="profile:write",
)
VIEW_PROFILE = permission(
    "profile.view", _("See the own organisation’s profile"), roles=PARTNER_ROLES, scope="partners:read"
)
EDIT_PROFILE = permission(
    "profile.edit", _("Change the own organisation’s profile"), roles={Role.ADMINISTRATOR}, scope="profile:write"
)
VIEW_TEAM = permission("team.view", _("See the team"), roles=PARTNER_ROLES, scope="partners:read")
MANAGE_TEAM = permission("team.manage", _("Manage the team"), roles={Role.ADMINISTRATOR}, scope="partners:write")
MANAGE_STAFF = permission("staff.manage", _("Manage the vendor’s staff"), roles={Role.MANAGER}, scope="partners:write")
MANAGE_SIGN_IN = permission("sign_in.manage", _("Set up company sign-in"), roles={Role.MANAGER}, scope="sign-in")
EDIT_PROGRAMS = permission("program.edit", _("Set up programs"), roles={Role.MANAGER}, scope="programs:write")
EDIT_BRANDING = permission("branding.edit", _("Change logo and colour"), roles={Role.MANAGER}, scope="programs:write")
MAKE_TOKENS = permission("token.make", _("Make API tokens"), roles=frozenset(Role), scope="tokens")
EDIT_RATES = permission("rate.edit", _("Change exchange rates"), roles={Role.MANAGER}, scope="facts:write", system=True)
ADMIT_PARTNERS = permission("partner.admit", _("Start and end onboarding by rule"), roles=(), scope="none", system=True)
