"""Mails about recruiting and onboarding, and the lines behind the bell, by subject."""

from onboarding.emails import (  # noqa: F401  (they register)
    agreements,
    applications,
    applications_overdue,
    journeys,
    recruiting,
)
