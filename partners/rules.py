"""Pure rules over partners: facts in, an outcome with its reason out. No queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.enums import EnrollmentStatus, LifeStage

if TYPE_CHECKING:
    from datetime import date

QUIET_DAYS = 60
"""An active partner that registered nothing for so many days is at risk."""
ONBOARDING_DAYS = 30
"""One that is still being onboarded after so many days is at risk, too."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where an enrollment stands in its life, and why in one sentence."""

    stage: LifeStage
    why: str

    @property
    def label(self) -> str:
        """What a badge says."""
        return str(self.stage.label)


def stage_of(*, status: str, since: date, last_registered: date | None, today: date) -> Stage:
    """Return the stage of an enrollment.

    Args:
        status: of the enrollment. since: when it began. last_registered: the day of its last registration in the
            program, None for none.
    """
    if status == EnrollmentStatus.APPLICANT:
        return Stage(LifeStage.RECRUIT, _("It applied, and isn’t in the program yet."))
    if status == EnrollmentStatus.SUSPENDED:
        return Stage(LifeStage.SUSPENDED, _("Its access is suspended."))
    if status == EnrollmentStatus.RETIRED:
        return Stage(LifeStage.RETIRED, _("It left the program."))
    if status == EnrollmentStatus.ONBOARDING:
        return _onboarding((today - since).days)
    return _active(today, since, last_registered)


def _onboarding(days: int) -> Stage:
    words = {"days": days, "limit": ONBOARDING_DAYS}
    if days > ONBOARDING_DAYS:
        why = _("Onboarding has lasted %(days)d days; more than %(limit)d put a partner at risk.")
        return Stage(LifeStage.AT_RISK, why % words)
    why = ngettext("Being onboarded for %(days)d day.", "Being onboarded for %(days)d days.", days)
    return Stage(LifeStage.ONBOARD, why % words)


def _active(today: date, since: date, last_registered: date | None) -> Stage:
    quiet = (today - (last_registered or since)).days
    words = {"days": quiet, "limit": QUIET_DAYS}
    if quiet > QUIET_DAYS:
        never = _("No registration since it joined %(days)d days ago; more than %(limit)d put a partner at risk.")
        why = _("No registration for %(days)d days; more than %(limit)d put a partner at risk.")
        return Stage(LifeStage.AT_RISK, (why if last_registered else never) % words)
    if last_registered is None:
        why = ngettext("Joined %(days)d day ago.", "Joined %(days)d days ago.", quiet)
    else:
        why = ngettext("Last registration %(days)d day ago.", "Last registration %(days)d days ago.", quiet)
    return Stage(LifeStage.GROW, why % words)
