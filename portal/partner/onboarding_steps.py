"""A step of a partner's onboarding: what is asked, the form that answers it, and what was given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from onboarding.enums import Side, StepState
from onboarding.reports_journeys import progress
from portal.calendars import calendar_of, calendar_response
from portal.journey_steps import Deed, StepPageBase, planned
from portal.partner.onboarding import JourneyView, told

if TYPE_CHECKING:
    from uuid import UUID

    from onboarding.models import Journey
    from onboarding.progress import StepLine


class StepPage(JourneyView, StepPageBase):
    """A step: what is asked; its form where it is the reader's turn."""

    def find(self, key: UUID, slug: str) -> tuple[Journey, StepLine]:
        """Return the step that the address names, or 404."""
        journey = self.journey(key)
        line = next((each for each in progress(journey, self.actor).lines if each.row.slug == slug), None)
        if line is None:
            raise Http404
        return journey, line

    def page(self, journey: Journey, line: StepLine, context: dict[str, Any], status: int) -> HttpResponse:
        """Show it."""
        context |= {
            "told": told(line, journey, self.actor),
            "elsewhere": elsewhere(line) if line.row.state == StepState.OPEN else None,
            "back_url": reverse("portal:journey", args=[journey.key]),
            "calendar_url": reverse("portal:journey-calendar", args=[journey.key, line.row.slug]),
            "crumbs": self.crumbs(journey, line.row.name),
        }
        return render(self.request, "partner/onboarding/step.html", context, status=status)

    def after(self, journey: Journey, line: StepLine, deed: Deed) -> HttpResponse:
        """Go back to the journey; to the step itself where it goes on."""
        if deed.name == "end":
            return redirect("portal:journey", key=journey.key)
        return redirect("portal:journey-step", key=journey.key, slug=line.row.slug)


class StepCalendar(StepPage):
    """A meeting as a calendar file."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, key: UUID, slug: str) -> HttpResponse:
        """Send it; 404 while no time is set."""
        journey, line = self.find(key, slug)
        meeting = planned(line)
        if meeting is None:
            raise Http404
        url = request.build_absolute_uri(reverse("portal:journey-step", args=[key, slug]))
        summary = f"{line.row.name} ({journey.vendor.name})"
        return calendar_response(calendar_of(line.row, meeting, summary, url), slug)


def elsewhere(line: StepLine) -> dict[str, Any] | None:
    """Return where a step's work is done, if that is a page of its own."""
    if line.row.side != Side.PARTNER:
        return None
    if line.row.kind == "first_deal":
        return {"url": reverse("portal:deal-register"), "label": _("Register a deal")}
    if line.row.kind == "agreement":
        key = (line.row.result or {}).get("agreement")
        url = reverse("portal:agreement-needed", args=[key]) if key else reverse("portal:agreements")
        return {"url": url, "label": _("Read and sign")}
    return None
