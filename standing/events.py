"""What happens to facts from outside."""

from django.utils.translation import gettext_lazy as _

from activity.registry import event
from prm.kernel.recording import Audience

ACHIEVEMENTS_BOOKED = event(
    "achievements.booked",
    _("recorded certificates or courses ({count})"),
    alone=_("Certificates or courses were recorded ({count})"),
    icon="star",
)
ACHIEVEMENTS_MOVED = event(
    "achievements.moved",
    _("moved certificates"),
    alone=_("Certificates moved with the people who hold them"),
    icon="star",
)
WAITING_IGNORED = event(
    "fact.ignored", _("set a row of the work list aside: {reason}"), icon="no", audience=Audience.VENDOR
)
WAITING_HELPED = event("fact.helped", _("helped a row of the work list"), icon="link", audience=Audience.VENDOR)
