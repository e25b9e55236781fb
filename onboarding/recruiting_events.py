"""What happens to ideal profiles, fitted weights and prospects: the vendor's eyes only."""

from django.utils.translation import gettext_lazy as _

from activity.registry import event
from prm.kernel.recording import Audience

PROFILE_BEGUN = event(
    "ideal_profile.begun", _("began version {number} of the ideal profile"), icon="lead", audience=Audience.VENDOR
)
PROFILE_CHANGED = event(
    "ideal_profile.changed", _("changed version {number} of the ideal profile"), icon="pen", audience=Audience.VENDOR
)
PROFILE_DISCARDED = event(
    "ideal_profile.discarded",
    _("discarded version {number} of the ideal profile"),
    icon="trash",
    audience=Audience.VENDOR,
)
PROFILE_PUBLISHED = event(
    "ideal_profile.published",
    _("published version {number} of the ideal profile"),
    icon="lead",
    tone="good",
    audience=Audience.VENDOR,
)
PROFILE_REPLACED = event(
    "ideal_profile.replaced",
    _("replaced version {number} of the ideal profile"),
    icon="undo",
    audience=Audience.VENDOR,
)
WEIGHTS_ASKED = event(
    "weights.asked",
    _("had weights fitted to what partners sold in {months} months"),
    icon="chart",
    audience=Audience.VENDOR,
)
PROSPECT_ADDED = event("prospect.added", _("added the prospect"), icon="plus", audience=Audience.VENDOR)
PROSPECT_CHANGED = event("prospect.changed", _("changed the prospect"), icon="pen", audience=Audience.VENDOR)
PROSPECT_ASSIGNED = event("prospect.assigned", _("gave the prospect to {owner}"), icon="user", audience=Audience.VENDOR)
PROSPECT_CONTACTED = event(
    "prospect.contacted", _("noted that the prospect was contacted"), icon="out", audience=Audience.VENDOR
)
PROSPECT_INVITED = event("prospect.invited", _("invited {email} to apply"), icon="mail", audience=Audience.VENDOR)
PROSPECT_APPLIED = event(
    "prospect.applied",
    _("noted that the prospect applied"),
    alone=_("The prospect applied"),
    icon="ok",
    tone="good",
    audience=Audience.VENDOR,
)
PROSPECT_DROPPED = event("prospect.dropped", _("stopped pursuing the prospect"), icon="x", audience=Audience.VENDOR)
PROSPECT_REOPENED = event("prospect.reopened", _("took the prospect up again"), icon="undo", audience=Audience.VENDOR)
