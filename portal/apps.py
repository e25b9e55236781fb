"""The portal: every server-rendered page."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class PortalConfig(AppConfig):
    """The app `portal`."""

    name = "portal"

    def ready(self) -> None:
        """Load every app's console pages."""
        autodiscover_modules("admin")
