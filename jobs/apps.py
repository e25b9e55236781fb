"""Jobs: long work as rows."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """The app `jobs`."""

    name = "jobs"

    def ready(self) -> None:
        """Load every app's kinds of job."""
        from jobs import exports  # noqa: F401

        autodiscover_modules("jobs")
