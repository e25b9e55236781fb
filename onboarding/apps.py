"""Recruiting and onboarding: fit, applications, journeys, agreements."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class OnboardingConfig(AppConfig):
    """The app `onboarding`."""

    name = "onboarding"
    verbose_name = "Recruiting and onboarding"

    def ready(self) -> None:
        """Load our kinds of steps, and those of the apps above; say what the portal's pages wait for."""
        from onboarding import kinds  # noqa: F401
        from onboarding.agreements.gate import agreement_needed
        from partners.seats import set_gate

        autodiscover_modules("step_kinds")
        set_gate(agreement_needed)
