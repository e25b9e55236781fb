"""Recruiting and onboarding: fit, applications, journeys, agreements."""

from django.apps import AppConfig


class OnboardingConfig(AppConfig):
    """The app `onboarding`."""

    name = "onboarding"
    verbose_name = "Recruiting and onboarding"
