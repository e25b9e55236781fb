"""Imports: lists from outside, whatever they hold."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ImportsConfig(AppConfig):
    """The app `imports`."""

    name = "imports"

    def ready(self) -> None:
        """Load every app's kinds of list, and the jobs of each."""
        from imports.jobs import register_jobs
        from imports.registry import KINDS

        autodiscover_modules("imports")
        for kind in KINDS.values():
            register_jobs(kind)
