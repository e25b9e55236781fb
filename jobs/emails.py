"""The lines behind the bell about jobs."""

from django.utils.translation import gettext_lazy as _

from activity.notices import notice

DONE = notice("job.done", _("{title}: done"), icon="ok", tone="good")
FAILED = notice("job.failed", _("{title}: failed"), icon="warn", tone="bad")
