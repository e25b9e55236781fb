"""Fit and prospects, applications, agreements, journeys."""

from onboarding.models.agreements import Agreement, AgreementTemplate, AgreementVersion, Signature
from onboarding.models.applications import Application, ApplicationForm, ApplicationMessage
from onboarding.models.fit import IdealProfile, Prospect, WeightFit
from onboarding.models.journeys import Journey, JourneyStep, JourneyTemplate, JourneyVersion, StepFile, StepSecret

__all__ = [
    "Agreement",
    "AgreementTemplate",
    "AgreementVersion",
    "Application",
    "ApplicationForm",
    "ApplicationMessage",
    "IdealProfile",
    "Journey",
    "JourneyStep",
    "JourneyTemplate",
    "JourneyVersion",
    "Prospect",
    "Signature",
    "StepFile",
    "StepSecret",
    "WeightFit",
]
