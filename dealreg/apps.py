"""Deal registration: drafts, deals, protection, decisions."""

from django.apps import AppConfig


class DealregConfig(AppConfig):
    """The app `dealreg`."""

    name = "dealreg"
    verbose_name = "Deal registration"
