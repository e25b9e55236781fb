"""Mails about recruiting and onboarding, and the lines behind the bell, by subject."""

from onboarding.emails import agreements, applications, journeys, recruiting  # noqa: F401  (they register)
