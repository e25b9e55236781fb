"""Mails about recruiting and onboarding, and the lines behind the bell, by subject."""

from onboarding.emails import agreements  # noqa: F401  (registers)
