"""Schemes and their trials, tiers and what they bring, points, where each stands, and facts from outside."""

from standing.models.achievements import Achievement, Credential, Holding
from standing.models.backtests import BackTest, BackTestDay, BackTestMove, BackTestPoint
from standing.models.ladder import Benefit, Standing, Tier, TierSpan
from standing.models.points import PointEntry
from standing.models.schemes import Scheme
from standing.models.standings import Calculation, Specialisation, TierOverride, TierReview
from standing.models.waiting import WaitingFact

__all__ = [
    "Achievement",
    "BackTest",
    "BackTestDay",
    "BackTestMove",
    "BackTestPoint",
    "Benefit",
    "Calculation",
    "Credential",
    "Holding",
    "PointEntry",
    "Scheme",
    "Specialisation",
    "Standing",
    "Tier",
    "TierOverride",
    "TierReview",
    "TierSpan",
    "WaitingFact",
]
