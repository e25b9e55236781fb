"""Standing: tiers and what they bring."""

from django.apps import AppConfig


class StandingConfig(AppConfig):
    """The app `standing`."""

    name = "standing"
