"""Tiers, what they bring, what people earn, and facts that wait to be booked."""

from standing.models.achievements import Achievement, Credential, Holding
from standing.models.ladder import Benefit, Standing, Tier
from standing.models.waiting import WaitingFact

__all__ = ["Achievement", "Benefit", "Credential", "Holding", "Standing", "Tier", "WaitingFact"]
