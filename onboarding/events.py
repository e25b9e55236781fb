"""What happens in recruiting and onboarding, a block per subject."""

from django.utils.translation import gettext_lazy as _

from activity.registry import event
from prm.kernel.recording import Audience

# Application forms.
FORM_BEGUN = event(
    "application_form.begun", _("began the application form of {program}"), icon="plus", audience=Audience.VENDOR
)
FORM_CHANGED = event(
    "application_form.changed", _("changed the application form of {program}"), icon="pen", audience=Audience.VENDOR
)
FORM_OPENED = event(
    "application_form.opened",
    _("opened {program} for applications"),
    icon="out",
    tone="good",
    audience=Audience.VENDOR,
)
FORM_CLOSED = event(
    "application_form.closed", _("closed {program} for applications"), icon="no", audience=Audience.VENDOR
)
