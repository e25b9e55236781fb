"""A step of journeys: who waits or waited there, and how many days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import ExpressionWrapper, F, fields
from django.db.models.functions import Coalesce, Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from onboarding.enums import JourneyState, StepState
from onboarding.models import JourneyStep
from onboarding.permissions import VIEW_RECRUITING
from portal.desk.lists import at
from portal.desk.time_to_value import days_words
from prm.kernel.actors import Kind
from prm.kernel.pages import ListPage, Page

if TYPE_CHECKING:
    from django.db.models import QuerySet


def days_of(step: JourneyStep, now: datetime) -> float:
    """Return how many days a step took, or takes until now."""
    return ((step.ended_at or now) - (step.opened_at or now)).total_seconds() / 86400


@dataclass(frozen=True, slots=True)
class StepRow:
    """A partner at a step."""

    step: JourneyStep
    url: str
    days: str


class StepWaits(ListPage):
    """The partners at a step, longest first."""

    kinds = frozenset({Kind.VENDOR})
    permission = VIEW_RECRUITING
    template_name = "desk/step_waits.html"
    results_template = "desk/step_waits.html"
    orders = {"days": ("took",), "partner": ("partner__name",)}
    default_order = "-days"
    export_name = "step"
    columns = (
        (gettext_lazy("Partner"), lambda step: step.partner.name),
        (gettext_lazy("Step"), lambda step: step.name),
        (gettext_lazy("State"), lambda step: str(step.get_state_display())),
        (gettext_lazy("Opened"), lambda step: at(step.opened_at)),
        (gettext_lazy("Ended"), lambda step: at(step.ended_at)),
        (gettext_lazy("Days"), lambda step: round(days_of(step, timezone.now()), 1)),
    )

    def rows(self) -> QuerySet[JourneyStep]:
        """Return the steps that the query string names, opened and not skipped, of journeys that weren't cancelled."""
        asked = self.request.GET
        program = asked.get("program", "")
        known = int(program) if program.isascii() and program.isdigit() and len(program) < 12 else 0
        took = ExpressionWrapper(Coalesce("ended_at", Now()) - F("opened_at"), output_field=fields.DurationField())
        return (
            JourneyStep.objects.visible_to(self.actor)
            .filter(
                name=asked.get("step", ""),
                kind=asked.get("kind", ""),
                journey__version__template__program_id=known,
                opened_at__isnull=False,
            )
            .exclude(state=StepState.SKIPPED)
            .exclude(journey__state=JourneyState.CANCELLED)
            .select_related("partner", "journey")
            .annotate(took=took)
        )

    def further_context(self, page: Page) -> dict[str, Any]:
        """Return the rows as shown."""
        now = timezone.now()
        return {
            "title": self.request.GET.get("step", "")[:120],
            "rows": [
                StepRow(step, reverse("desk:journey", args=[step.journey.key]), days_words(days_of(step, now)))
                for step in page.rows
            ],
            "count_words": ngettext("%(count)s partner", "%(count)s partners", page.count) % {"count": page.counted},
            "crumbs": [{"label": _("Time to value"), "url": reverse("desk:time-to-value")}],
        }
