"""Onboarding on the desk: the journeys of the vendor's partners, and what waits for the vendor's people."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from onboarding.enums import JourneyState, Side, StepState
from onboarding.filters_journeys import MINE, JourneyFilter, TaskFilter
from onboarding.permissions import VIEW_JOURNEYS
from onboarding.reports_journeys import counted, journeys_of, tasks_of
from onboarding.step_kinds import STEP_KINDS
from portal.desk.lists import at
from portal.journeys import JOURNEY_LOOK, STEP_LOOK
from portal.viewing import ViewedList
from prm.kernel.actors import Kind

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from prm.kernel.pages import Page

TURNS = {
    Side.PARTNER: gettext_lazy("Partner"),
    Side.VENDOR: gettext_lazy("You"),
    Side.SYSTEM: gettext_lazy("By itself"),
}


def turn_of(first: dict[str, Any] | None) -> tuple[str, str, str]:
    """Return whose turn it is in words, with tone and icon; `first`: the step that is waited for."""
    if first is None:
        return ("", "", "")
    if first["state"] == StepState.FAILED:
        return (_("Failed"), "bad", "warn")
    side = Side(first["side"])
    tone, icon = {Side.PARTNER: ("", "user"), Side.VENDOR: ("warn", "flag"), Side.SYSTEM: ("info", "bolt")}[side]
    return (str(TURNS[side]), tone, icon)


def due_of(first: dict[str, Any] | None) -> datetime | None:
    """Return when the step that is waited for is due."""
    return datetime.fromisoformat(first["due"]) if first and first["due"] else None


def _first(name: str) -> Any:
    return lambda journey: (journey.first or {}).get(name) or ""


def tabs(here: str) -> list[dict[str, Any]]:
    """Return the two lists as tabs."""
    names = (("desk:onboarding", _("Journeys")), ("desk:onboarding-tasks", _("Tasks")))
    return [{"label": label, "url": reverse(name), "current": name == here} for name, label in names]


class JourneyList(ViewedList):
    """The journeys: how far each is, what it waits for, whose turn that is."""

    kinds = frozenset({Kind.VENDOR})
    permission = VIEW_JOURNEYS
    template_name = "desk/onboarding/list.html"
    results_template = "desk/onboarding/results.html"
    viewed_as = "desk:onboarding"
    filterset_class = JourneyFilter
    orders = {"started": ("started_at",), "partner": ("enrollment__partner__name",), "ended": ("ended_at",)}
    default_order = "-started"
    export_name = "onboarding"
    columns = (
        (gettext_lazy("Partner"), lambda journey: journey.enrollment.partner.name),
        (gettext_lazy("Program"), lambda journey: journey.enrollment.program.name),
        (gettext_lazy("Journey"), lambda journey: str(journey.version)),
        (gettext_lazy("State"), lambda journey: str(journey.get_state_display())),
        (gettext_lazy("Steps"), lambda journey: journey.told["all"]),
        (gettext_lazy("Ended"), lambda journey: journey.told["ended"]),
        (gettext_lazy("Overdue"), lambda journey: journey.told["late"]),
        (gettext_lazy("Failed"), lambda journey: journey.told["failed"]),
        (gettext_lazy("Waits for"), _first("name")),
        (gettext_lazy("Whose turn"), lambda journey: turn_of(journey.first)[0]),
        (gettext_lazy("Error"), _first("error")),
        (gettext_lazy("Partner manager"), lambda journey: str(journey.enrollment.manager or "")),
        (gettext_lazy("Started"), lambda journey: at(journey.started_at)),
        (gettext_lazy("Finished"), lambda journey: at(journey.ended_at)),
    )

    def rows(self) -> QuerySet[Any]:
        """Return the vendor's journeys."""
        return counted(journeys_of(self.actor))

    def further_context(self, page: Page) -> dict[str, Any]:
        """Return the rows with their looks."""
        words = ngettext("%(count)s journey", "%(count)s journeys", page.count) % {"count": page.counted}
        return {
            "rows": [
                {
                    "journey": row,
                    "look": JOURNEY_LOOK[row.state],
                    "turn": turn_of(row.first),
                    "due": due_of(row.first),
                }
                for row in page.rows
            ],
            "count_words": words,
            "saved": self.saved(),
            "filtered": self.request.GET and any(self.request.GET.get(name) for name in JourneyFilter.base_filters),
            "tabs": tabs("desk:onboarding"),
            "running": JourneyState.RUNNING,
        }


class TaskList(ViewedList):
    """What waits for the vendor's people in journeys, the most urgent first."""

    kinds = frozenset({Kind.VENDOR})
    permission = VIEW_JOURNEYS
    template_name = "desk/onboarding/tasks.html"
    results_template = "desk/onboarding/tasks_results.html"
    viewed_as = "desk:onboarding-tasks"
    filterset_class = TaskFilter
    orders = {"due": ("due_at",), "partner": ("enrollment__partner__name",)}
    default_order = "due"
    export_name = "onboarding-tasks"
    columns = (
        (gettext_lazy("Task"), lambda step: step.name),
        (gettext_lazy("Partner"), lambda step: step.enrollment.partner.name),
        (gettext_lazy("Program"), lambda step: step.enrollment.program.name),
        (gettext_lazy("Stage"), lambda step: step.stage),
        (gettext_lazy("State"), lambda step: str(step.get_state_display())),
        (gettext_lazy("Error"), lambda step: step.error),
        (gettext_lazy("Due"), lambda step: at(step.due_at)),
        (gettext_lazy("Owner"), lambda step: str(step.owner or step.enrollment.manager or "")),
    )

    def rows(self) -> QuerySet[Any]:
        """Return the open and failed steps."""
        return tasks_of(self.actor)

    def further_context(self, page: Page) -> dict[str, Any]:
        """Return the rows with their looks."""
        words = ngettext("%(count)s task", "%(count)s tasks", page.count) % {"count": page.counted}
        return {
            "rows": [
                {"step": row, "look": STEP_LOOK[row.state], "kind": STEP_KINDS.get(row.kind)} for row in page.rows
            ],
            "count_words": words,
            "saved": self.saved(),
            "mine": MINE,
            "filtered": any(self.request.GET.get(name) for name in TaskFilter.base_filters),
            "tabs": tabs("desk:onboarding-tasks"),
        }
