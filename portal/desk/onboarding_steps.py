"""A partner's journey as the vendor sees it, its steps with what may be done with them, and ending or moving it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from onboarding.enums import JourneyState, Side, StepState, VersionState
from onboarding.journeys.under_way import definition_of
from onboarding.models import Journey, JourneyVersion
from onboarding.permissions import RUN_JOURNEYS, VIEW_JOURNEYS
from onboarding.progress import StepLine
from onboarding.reports_journeys import attempts_of, journeys_of, progress
from onboarding.services import cancel_journey, migrate_journey
from portal.calendars import calendar_of, calendar_response
from portal.desk.onboarding import TURNS
from portal.journey_changes import changes_for
from portal.journey_forms import ReasonForm
from portal.journey_steps import Deed, StepPageBase, planned
from portal.journeys import JOURNEY_LOOK, STEP_LOOK
from prm.kernel.actors import Kind
from prm.kernel.errors import RuleViolation
from prm.kernel.pages import ActorView

if TYPE_CHECKING:
    from uuid import UUID

    from prm.kernel.actors import Actor


class JourneyView(ActorView):
    """A page about one journey."""

    kinds = frozenset({Kind.VENDOR})
    permission = VIEW_JOURNEYS

    def journey(self, key: UUID) -> Journey:
        """Return the journey that the address names, or 404."""
        journey: Journey = get_object_or_404(journeys_of(self.actor), key=key)
        return journey

    def crumbs(self, journey: Journey, *further: str) -> list[dict[str, str]]:
        """Return the way here."""
        url = reverse("desk:journey", args=[journey.key]) if further else ""
        return [
            {"label": _("Onboarding"), "url": reverse("desk:onboarding")},
            {"label": journey.enrollment.partner.name, "url": url},
            *({"label": each, "url": ""} for each in further),
        ]


def row_of(line: StepLine, attempts: dict[int, int]) -> dict[str, Any]:
    """Return a step as the vendor reads it."""
    row = line.row
    tone, icon = STEP_LOOK[row.state]
    return {
        "line": line,
        "tone": tone,
        "icon": icon,
        "turn": TURNS[Side(row.side)] if line.is_now and row.state != StepState.FAILED else "",
        "attempts": attempts.get(row.event_id or 0, 0),
        "owner": row.owner,
    }


class JourneyPage(JourneyView):
    """A journey: every step's state, attempts, error, and whose turn it is."""

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Show it."""
        journey = self.journey(key)
        found = progress(journey, self.actor)
        attempts = attempts_of(found)
        now = [row_of(line, attempts) for line in found.lines if line.is_now]
        now.sort(key=lambda row: row["line"].row.state != StepState.FAILED)
        context = {
            "journey": journey,
            "look": JOURNEY_LOOK[journey.state],
            "progress": found,
            "now": now,
            "stages": [
                {"stage": stage, "rows": [row_of(line, attempts) for line in stage.lines]} for stage in found.stages
            ],
            "may_run": self.actor.may(RUN_JOURNEYS) and journey.state == JourneyState.RUNNING,
            "newer": newer_version(journey, self.actor),
            "crumbs": self.crumbs(journey)[:1],
        }
        return render(request, "desk/onboarding/journey.html", context)


def newer_version(journey: Journey, actor: Actor) -> JourneyVersion | None:
    """Return the published version that a running journey isn't on; None where it is, or has ended. One query."""
    if journey.state != JourneyState.RUNNING or journey.version.state == VersionState.PUBLISHED:
        return None
    found: JourneyVersion | None = (
        JourneyVersion.objects.visible_to(actor)
        .select_related("template")
        .filter(template_id=journey.version.template_id, state=VersionState.PUBLISHED)
        .first()
    )
    return found


class StepPage(JourneyView, StepPageBase):
    """A step: how it stands, what was given, and what may be done."""

    def find(self, key: UUID, slug: str) -> tuple[Journey, StepLine]:
        """Return the step that the address names, or 404."""
        journey = self.journey(key)
        self.found = progress(journey, self.actor)
        line = next((each for each in self.found.lines if each.row.slug == slug), None)
        if line is None:
            raise Http404
        return journey, line

    def page(self, journey: Journey, line: StepLine, context: dict[str, Any], status: int) -> HttpResponse:
        """Show it."""
        context |= {
            "row": row_of(line, attempts_of(self.found)),
            "state": line.row.get_state_display(),
            "calendar_url": reverse("desk:journey-calendar", args=[journey.key, line.row.slug]),
            "back_url": "",
            "crumbs": self.crumbs(journey, line.row.name),
        }
        return render(self.request, "desk/onboarding/step.html", context, status=status)

    def after(self, journey: Journey, line: StepLine, deed: Deed) -> HttpResponse:
        """Go back to the journey."""
        return redirect("desk:journey", key=journey.key)


class StepCalendar(StepPage):
    """A meeting as a calendar file."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, key: UUID, slug: str) -> HttpResponse:
        """Send it; 404 while no time is set."""
        journey, line = self.find(key, slug)
        meeting = planned(line)
        if meeting is None:
            raise Http404
        url = request.build_absolute_uri(reverse("desk:journey-step", args=[key, slug]))
        summary = f"{line.row.name} ({journey.enrollment.partner.name})"
        return calendar_response(calendar_of(line.row, meeting, summary, url), slug)


class JourneyCancel(JourneyView):
    """Ends a journey before its end."""

    permission = RUN_JOURNEYS

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Ask why."""
        return self.page(self.journey(key), ReasonForm())

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """End it."""
        journey, form = self.journey(key), ReasonForm(request.POST)
        if not form.is_valid():
            return self.page(journey, form, 422)
        cancel_journey(actor=self.actor, journey=journey, reason=form.cleaned_data["reason"])
        messages.success(request, _("The onboarding was ended."))
        return redirect("desk:journey", key=key)

    def page(self, journey: Journey, form: ReasonForm, status: int = 200) -> HttpResponse:
        """Show the question."""
        title = _("End the onboarding of %(partner)s") % {"partner": journey.enrollment.partner.name}
        context = {"journey": journey, "form": form, "title": title, "crumbs": self.crumbs(journey, _("End it"))}
        return render(self.request, "desk/onboarding/cancel.html", context, status=status)


class JourneyMigrate(JourneyView):
    """Lets a journey go on with the published version, after showing what that changes."""

    permission = RUN_JOURNEYS

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Show what changes."""
        journey = self.journey(key)
        version = newer_version(journey, self.actor)
        if version is None:
            raise Http404
        context = {
            "journey": journey,
            "version": version,
            "changes": changes_for(progress(journey, self.actor), definition_of(version.pk)),
            "crumbs": self.crumbs(journey, _("Move to version %(number)d") % {"number": version.number}),
        }
        return render(request, "desk/onboarding/migrate.html", context)

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Move it."""
        journey = self.journey(key)
        version = newer_version(journey, self.actor)
        if version is None:
            raise RuleViolation("newest", _("It is on the published version already."))
        migrate_journey(actor=self.actor, journey=journey, to_version=version)
        messages.success(request, _("It goes on with version %(number)d.") % {"number": version.number})
        return redirect("desk:journey", key=key)
