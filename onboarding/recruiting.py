"""What a program looks for, and how well organisations fit it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from onboarding.describing import facts_of_all
from onboarding.fit import Fit, score_of
from onboarding.models import IdealProfile

if TYPE_CHECKING:
    from partners.models import Program


def published_profile(program: Program) -> IdealProfile | None:
    """Return the version of the ideal profile that holds for a program, None where none was published."""
    found: IdealProfile | None = IdealProfile.objects.published().filter(program_id=program.pk).first()
    return found


def fits_of(profile: IdealProfile, rows: Sequence[Any]) -> list[Fit]:
    """Return how well prospects, applications or partners fit, in order. At most two queries, however many rows."""
    definition = profile.shape
    return [score_of(definition, facts) for facts in facts_of_all(profile.vendor_id, rows)]


def fit_of(profile: IdealProfile, row: Any) -> Fit:
    """Return how well a prospect, an application or a partner fits; the row needn't be saved. Two queries at most."""
    return fits_of(profile, [row])[0]
