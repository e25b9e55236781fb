"""Rights over recruiting and onboarding."""

from django.utils.translation import gettext_lazy as _

from prm.kernel.actors import PARTNER_ROLES, VENDOR_ROLES, Role, permission

VIEW_RECRUITING = permission(
    "recruiting.view", _("See prospects and applications"), roles=VENDOR_ROLES, scope="onboarding:read", system=True
)
EDIT_PROSPECTS = permission(
    "prospect.edit", _("Work on prospects"), roles={Role.MANAGER}, scope="onboarding:write", system=True
)
DECIDE_APPLICATIONS = permission(
    "application.decide",
    _("Decide applications"),
    roles={Role.MANAGER, Role.APPROVER},
    scope="onboarding:write",
    system=True,
)
OWN_APPLICATION = permission(
    "application.own", _("Confirm, answer and withdraw by the link in one’s mail"), roles=(), scope="none", system=True
)
APPLY_AS_PARTNER = permission(
    "application.apply",
    _("Apply to programs with the own organisation’s profile"),
    roles={Role.ADMINISTRATOR},
    scope="none",
)
EDIT_RECRUITING = permission(
    "recruiting.edit", _("Set up application forms and ideal profiles"), roles={Role.MANAGER}, scope="programs:write"
)
EDIT_JOURNEYS = permission("journey.edit", _("Set up journeys"), roles={Role.MANAGER}, scope="programs:write")
VIEW_JOURNEYS = permission(
    "journey.view", _("See journeys"), roles=frozenset(Role), scope="onboarding:read", system=True
)
WORK_PARTNER_STEPS = permission(
    "step.work", _("Do the partner’s steps of a journey"), roles=PARTNER_ROLES, scope="onboarding:write"
)
RUN_JOURNEYS = permission(
    "journey.run",
    _("Start journeys, do the vendor’s steps, skip and retry"),
    roles={Role.MANAGER, Role.APPROVER},
    scope="onboarding:write",
    system=True,
)
EDIT_AGREEMENTS = permission("agreement.edit", _("Set up agreements"), roles={Role.MANAGER}, scope="programs:write")
VIEW_AGREEMENTS = permission(
    "agreement.view",
    _("See agreements"),
    roles=VENDOR_ROLES | {Role.ADMINISTRATOR},
    scope="onboarding:read",
    system=True,
)
SEND_AGREEMENTS = permission(
    "agreement.send", _("Put agreements to partners"), roles={Role.MANAGER}, scope="onboarding:write", system=True
)
SIGN_AGREEMENTS = permission(
    "agreement.sign", _("Sign agreements for the own organisation"), roles={Role.ADMINISTRATOR}, scope="none"
)
COUNTERSIGN_AGREEMENTS = permission(
    "agreement.countersign", _("Countersign agreements for the vendor"), roles={Role.MANAGER}, scope="none"
)
KEEP_AGREEMENTS = permission(
    "agreement.keep", _("Complete, replace and end agreements, by themselves"), roles=(), scope="none", system=True
)
