"""Words and looks of journeys that portal, desk and console share."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from onboarding.enums import JourneyState, StepState

ACTIONS = {
    "agreement": gettext_lazy("Read and sign"),
    "first_deal": gettext_lazy("Register"),
    "form": gettext_lazy("Fill in"),
    "upload": gettext_lazy("Upload"),
}
"""What a step's button says, by its kind; others are opened."""
STEP_LOOK: dict[str, tuple[str, str]] = {
    StepState.WAITING: ("", "todo"),
    StepState.OPEN: ("info", "flag"),
    StepState.RUNNING: ("info", "bolt"),
    StepState.FAILED: ("bad", "warn"),
    StepState.DONE: ("good", "done"),
    StepState.SKIPPED: ("", "right"),
}
"""Tone and icon of a step's state."""
JOURNEY_LOOK: dict[str, tuple[str, str]] = {
    JourneyState.RUNNING: ("info", "flag"),
    JourneyState.FINISHED: ("good", "done"),
    JourneyState.CANCELLED: ("", "x"),
}


def minutes_text(minutes: int) -> str:
    """Return how long a step takes, in words."""
    if minutes < 120:
        return ngettext("about a minute", "about %(count)d minutes", minutes) % {"count": minutes}
    hours = round(minutes / 60)
    if hours <= 8:
        return ngettext("about an hour", "about %(count)d hours", hours) % {"count": hours}
    days = max(1, round(hours / 8))
    return ngettext("about a day", "about %(count)d days", days) % {"count": days}


def days_text(days: int) -> str:
    """Return a number of days in words; from three weeks on in weeks."""
    if days < 21:
        return ngettext("a day", "%(count)d days", days) % {"count": days}
    return _("%(count)d weeks") % {"count": round(days / 7)}
