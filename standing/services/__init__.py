"""Writes to schemes, their trials, points, tiers and reviews."""

from standing.services.awarding import award
from standing.services.by_hand import adjust_points
from standing.services.keeping import keep_enrollment, keep_program, keep_programs, scheme_for
from standing.services.overrides import end_due_overrides, end_override, give_tier
from standing.services.reviews import follow_review, keep_tier, lower_tier
from standing.services.schemes import (
    activate_scheme,
    change_scheme,
    discard_scheme,
    make_scheme,
    publish_scheme,
    withdraw_scheme,
)
from standing.services.taking_over import take_over_tier
from standing.services.trials import try_scheme

__all__ = [
    "activate_scheme",
    "adjust_points",
    "award",
    "change_scheme",
    "discard_scheme",
    "end_due_overrides",
    "end_override",
    "follow_review",
    "give_tier",
    "keep_enrollment",
    "keep_program",
    "keep_programs",
    "keep_tier",
    "lower_tier",
    "make_scheme",
    "publish_scheme",
    "scheme_for",
    "take_over_tier",
    "try_scheme",
    "withdraw_scheme",
]
