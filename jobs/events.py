"""What happens to jobs."""

from django.utils.translation import gettext_lazy as _

from activity.registry import event

JOB_STARTED = event("job.started", _("started “{title}”"), icon="clock")
JOB_DONE = event("job.done", _("finished “{title}”"), alone=_("“{title}” is done"), icon="ok", tone="good")
JOB_FAILED = event(
    "job.failed",
    _("could not finish “{title}”"),
    alone=_("“{title}” failed"),
    icon="warn",
    tone="bad",
)
JOB_CANCELLED = event("job.cancelled", _("cancelled “{title}”"), alone=_("“{title}” was cancelled"), icon="x")
JOB_RETRIED = event("job.retried", _("started “{title}” again"), icon="undo")
