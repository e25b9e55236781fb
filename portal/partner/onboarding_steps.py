"""A step of a partner's onboarding: what is asked, the form that answers it, and what was given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from onboarding.enums import JourneyState, Side, StepState
from onboarding.models import Journey
from onboarding.permissions import WORK_PARTNER_STEPS
from onboarding.progress import StepLine
from onboarding.reports_journeys import progress
from onboarding.services import end_step
from portal.journey_forms import answers_of, controls_of, form_for
from portal.partner.onboarding import JourneyView, told
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import show_violation

if TYPE_CHECKING:
    from onboarding.progress import Progress

NEVER_ON_THE_FORM = (Conflict, Forbidden)
LABELS = {"form": _("Send"), "upload": _("Hand in"), "meeting": _("It was held"), "task": _("Mark as done")}
