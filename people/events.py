"""What happens to a person's sign-in. Registered by `activity`, which stands above this app."""

from django.utils.translation import gettext_lazy as _

from prm.kernel.recording import Audience, EventKind

SIGN_IN_CHANGED = EventKind(
    "person.sign_in_changed", _("changed how they sign in: {change}"), icon="lock", audience=Audience.VENDOR
)
KINDS = (SIGN_IN_CHANGED,)
