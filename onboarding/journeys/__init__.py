"""Journeys as data: stages and steps, what they wait for, when they are needed and due. Pure: no database.

`shape` says what a journey is made of, `parsing` reads it from JSON, `checking` refuses what can't work, `facts` names
what conditions may ask.
"""

from onboarding.journeys.checking import check
from onboarding.journeys.parsing import parse
from onboarding.journeys.shape import Definition, Step

__all__ = ["Definition", "Step", "check", "parse"]
