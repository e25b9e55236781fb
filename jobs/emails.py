"""The lines behind the bell about jobs."""

from django.utils.translation import gettext_lazy as _

from activity.registry import NoticeGroup, notice

JOBS = NoticeGroup("jobs", _("Long work"))

DONE = notice(
    "job.done", _("{title}: done"), icon="ok", tone="good", group=JOBS, label=_("An import or export is done")
)
FAILED = notice(
    "job.failed", _("{title}: failed"), icon="warn", tone="bad", group=JOBS, label=_("An import or export failed")
)
