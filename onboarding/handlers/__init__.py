"""Who is told when something happens in recruiting and onboarding, and what workers do then, by subject."""

from onboarding.handlers import (  # noqa: F401  (they subscribe)
    agreements,
    applications,
    applications_overdue,
    journeys,
)
