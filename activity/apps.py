"""Activity: events, deliveries, notifications, mail."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ActivityConfig(AppConfig):
    """The app `activity`."""

    name = "activity"

    def ready(self) -> None:
        """Plug the recorder into the kernel; load every app's events, handlers and mails."""
        from activity import checks  # noqa: F401
        from activity.idempotency import StoredAnswers
        from activity.recorder import record_happening, record_happenings
        from activity.tracking import connect
        from prm.kernel.api import set_answer_store
        from prm.kernel.recording import set_recorder

        set_recorder(record_happening, record_happenings)
        set_answer_store(StoredAnswers())
        connect()
        autodiscover_modules("events", "handlers", "emails")
