"""What happens to partners, seats and tokens."""

from django.utils.translation import gettext_lazy as _

from activity.registry import event
from prm.kernel.recording import Audience

SEAT_CHANGED = event("seat.changed", _("changed a team member's role"), icon="team")
TOKEN_MADE = event("token.made", _("made the API token “{name}”"), icon="key", audience=Audience.VENDOR)
TOKEN_REVOKED = event("token.revoked", _("revoked the API token “{name}”"), icon="key", audience=Audience.VENDOR)
