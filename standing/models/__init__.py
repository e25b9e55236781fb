"""Tiers, what they bring, and the tier each enrollment holds."""

from standing.models.ladder import Benefit, Standing, Tier

__all__ = ["Benefit", "Standing", "Tier"]
