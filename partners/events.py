"""What happens to partners, seats and tokens."""

from django.utils.translation import gettext_lazy as _

from activity.registry import event
from prm.kernel.recording import Audience

VENDOR_MADE = event(
    "vendor.made",
    _("set the vendor up"),
    alone=_("The vendor was set up with the program {program}"),
    icon="building",
    audience=Audience.VENDOR,
)
PARTNER_ENROLLED = event(
    "partner.enrolled",
    _("enrolled {partner} in {program}"),
    alone=_("{partner} was enrolled in {program}"),
    icon="building",
)
SEAT_CHANGED = event("seat.changed", _("changed a team member's role"), icon="team")
TOKEN_MADE = event("token.made", _("made the API token “{name}”"), icon="key", audience=Audience.VENDOR)
TOKEN_REVOKED = event("token.revoked", _("revoked the API token “{name}”"), icon="key", audience=Audience.VENDOR)
