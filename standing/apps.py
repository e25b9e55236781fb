"""Standing: measures, points, tiers, what they take and bring, and where each enrollment stands."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class StandingConfig(AppConfig):
    """The app `standing`."""

    name = "standing"

    def ready(self) -> None:
        """Load every app's measures and kinds of facts from outside."""
        autodiscover_modules("measures", "facts")
