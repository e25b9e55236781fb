"""What a program looks for in partners, as data, and how well an organisation fits. Pure: no database, no network.

`shape` says what a profile is made of, `vocabulary` what its criteria can ask for, `parsing` reads it from JSON,
`checking` refuses what can't work, `scoring` says how well an organisation fits and why.
"""

from onboarding.fit.checking import check
from onboarding.fit.faults import Fault, ProfileRefused
from onboarding.fit.parsing import parse
from onboarding.fit.scoring import Fit, Reason, score_of
from onboarding.fit.shape import Criterion, Facts, Kind, ProfileDefinition

__all__ = [
    "Criterion",
    "Facts",
    "Fault",
    "Fit",
    "Kind",
    "ProfileDefinition",
    "ProfileRefused",
    "Reason",
    "check",
    "parse",
    "score_of",
]
