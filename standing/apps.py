"""Standing: measures, points, tiers, what they take and bring, and where each enrollment stands."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class StandingConfig(AppConfig):
    """The app `standing`."""

    name = "standing"

    def ready(self) -> None:
        """Load every app's measures and kinds of facts from outside; follow the events after which facts changed."""
        from standing.handlers import follow_sources

        autodiscover_modules("measures", "facts")
        follow_sources()
