"""A step of a partner's onboarding: what is asked, the form that answers it, and what was given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.enums import JourneyState, Side, StepState
from onboarding.permissions import WORK_PARTNER_STEPS
from onboarding.reports_journeys import progress
from onboarding.services import end_step
from portal.journey_forms import answers_of, field_of, form_for
from portal.navigation import address_of
from portal.partner.onboarding import JourneyView, told
from prm.kernel.errors import Conflict, Forbidden, RuleViolation

if TYPE_CHECKING:
    from django.forms import Form

    from onboarding.models import Journey
    from onboarding.progress import Progress, StepLine

NEVER_ON_THE_FORM = (Conflict, Forbidden)
LABELS = {
    "form": gettext_lazy("Send"),
    "meeting": gettext_lazy("It was held"),
    "task": gettext_lazy("Mark as done"),
}


class StepView(JourneyView):
    """A page about one step."""

    def step(self, key: UUID, slug: str) -> tuple[Progress, StepLine]:
        """Return the step that the address names, with its journey's progress; 404 where there is none."""
        found = progress(self.journey(key), self.actor)
        line = next((each for each in found.lines if each.row.slug == slug), None)
        if line is None:
            raise Http404
        return found, line


class StepPage(StepView):
    """A step: what is asked; its form where it is the reader's turn."""

    def get(self, request: HttpRequest, key: UUID, slug: str) -> HttpResponse:
        """Show it."""
        found, line = self.step(key, slug)
        return self.page(found.journey, line, form_for(line) if self.may_end(found.journey, line) else None)

    def post(self, request: HttpRequest, key: UUID, slug: str) -> HttpResponse:
        """End the step with what was filled in; what was typed stays on the page where it is refused."""
        found, line = self.step(key, slug)
        form = form_for(line, request.POST)
        if form.is_valid():
            try:
                end_step(actor=self.actor, step=line.row, given=request.POST)
            except NEVER_ON_THE_FORM:
                raise
            except RuleViolation as violation:
                form.add_error(field_of(form, violation.field), str(violation.message))
            else:
                messages.success(request, _("Done: %(step)s.") % {"step": line.row.name})
                return redirect("portal:journey", key=key)
        return self.page(found.journey, line, form, 422)

    def may_end(self, journey: Journey, line: StepLine) -> bool:
        """Whether the reader ends this step by the form."""
        return (
            journey.state == JourneyState.RUNNING
            and line.row.state == StepState.OPEN
            and line.row.side == Side.PARTNER
            and line.kind is not None
            and line.kind.accept is not None
            and self.actor.may(WORK_PARTNER_STEPS)
        )

    def page(self, journey: Journey, line: StepLine, form: Form | None, status: int = 200) -> HttpResponse:
        """Show the step with the form, or without where it isn't the reader's turn."""
        context = {
            "journey": journey,
            "line": line,
            "told": told(line, journey, self.actor),
            "form": form,
            "label": LABELS.get(line.row.kind, _("Done")),
            "elsewhere": elsewhere(line) if line.row.state == StepState.OPEN else None,
            "answers": answers_of(line),
            "crumbs": self.crumbs(journey, line.row.name),
        }
        return render(self.request, "partner/onboarding/step.html", context, status=status)


def elsewhere(line: StepLine) -> dict[str, Any] | None:
    """Return where a step's work is done, if that is a page of its own."""
    if line.row.kind == "first_deal":
        return {"url": reverse("portal:deal-register"), "label": _("Register a deal")}
    if line.row.kind == "agreement":
        return {"url": agreement_url(line), "label": _("Read and sign")}
    return None


def agreement_url(line: StepLine) -> str:
    """Return the page of the agreement that a step waits for; the list of all where it isn't known."""
    return address_of("portal:agreements")
