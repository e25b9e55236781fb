"""Writes to application forms."""

from onboarding.services.application_forms import (
    begin_application_form,
    blocked_domains,
    change_application_form,
    close_application_form,
    open_application_form,
)

__all__ = [
    "begin_application_form",
    "blocked_domains",
    "change_application_form",
    "close_application_form",
    "open_application_form",
]
