"""The stage of an enrollment's life, by figures."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from partners.enums import EnrollmentStatus, LifeStage
from partners.rules import ONBOARDING_DAYS, QUIET_DAYS, stage_of

TODAY = date(2026, 6, 30)


def ago(days):
    return TODAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("status", "since", "last", "stage", "figure"),
    [
        ("applicant", 400, None, LifeStage.RECRUIT, ""),
        ("onboarding", ONBOARDING_DAYS, None, LifeStage.ONBOARD, str(ONBOARDING_DAYS)),
        ("onboarding", ONBOARDING_DAYS + 1, 1, LifeStage.AT_RISK, str(ONBOARDING_DAYS + 1)),
        ("active", 500, 3, LifeStage.GROW, "3 days"),
        ("active", 500, QUIET_DAYS, LifeStage.GROW, str(QUIET_DAYS)),
        ("active", 500, QUIET_DAYS + 1, LifeStage.AT_RISK, str(QUIET_DAYS + 1)),
        ("active", 10, None, LifeStage.GROW, "10 days"),
        ("active", QUIET_DAYS + 5, None, LifeStage.AT_RISK, str(QUIET_DAYS + 5)),
        ("suspended", 500, 1, LifeStage.SUSPENDED, ""),
        ("retired", 500, 1, LifeStage.RETIRED, ""),
    ],
)
def test_the_stage_follows_from_status_and_days_and_says_why(status, since, last, stage, figure):
    found = stage_of(status=status, since=ago(since), last_registered=None if last is None else ago(last), today=TODAY)
    assert found.stage is stage
    assert figure in found.why
    assert found.why.endswith(".")


def test_every_status_has_a_stage():
    found = {stage_of(status=each, since=TODAY, last_registered=None, today=TODAY).stage for each in EnrollmentStatus}
    assert found == set(LifeStage) - {LifeStage.AT_RISK}
