"""What happens to cut-overs."""

from django.utils.translation import gettext_lazy as _

from activity.registry import event
from prm.kernel.recording import Audience

CUTOVER_BEGUN = event(
    "cutover.begun", _("began a cut-over: nobody is told what happens"), icon="upload", audience=Audience.VENDOR
)
CUTOVER_ENDED = event(
    "cutover.ended", _("ended the cut-over: people are told again"), icon="ok", audience=Audience.VENDOR
)
