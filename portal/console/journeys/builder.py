"""A version on one page, in plain language with its drawing; on a draft each part can be changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from onboarding.enums import JourneyState, VersionState
from onboarding.journeys.duration import expected_days
from onboarding.journeys.editing import NoSuchPlace, removed, shifted
from onboarding.journeys.faults import JourneyRefused
from onboarding.models import Journey, JourneyVersion
from onboarding.services import change_journey, faults_of
from portal.charts.journeys import journey_flow
from portal.console.journeys.base import LOOKS, JourneyBase, anchor, shape_of
from portal.console.journeys.setting_fields import offers_for
from portal.console.journeys.telling import sentences, side_of, stage_lines
from portal.console.schemes.base import revision_in
from prm.kernel.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onboarding.journeys import Definition
    from portal.console.journeys.telling import Names
    from prm.kernel.documents import Fault


@dataclass(frozen=True, slots=True)
class Shown:
    """A stage or step with its words and what is wrong with it."""

    place: str
    name: str
    sentences: list[str]
    faults: tuple[Fault, ...]
    is_first: bool
    is_last: bool
    steps: tuple[Shown, ...] = ()
    side: str = ""

    @property
    def anchor(self) -> str:
        """Where faults lead to."""
        return anchor(self.place)


def shown_stages(definition: Definition, faults: Sequence[Fault], names: Names) -> list[Shown]:
    """Return the stages with their steps, each fault where it belongs."""
    found, last = [], len(definition.stages) - 1
    for at, stage in enumerate(definition.stages):
        place = f"stages.{at}"
        steps = tuple(
            Shown(
                f"{place}.steps.{number}",
                step.name,
                sentences(step, definition, names),
                _at(faults, f"{place}.steps.{number}"),
                at == 0 and number == 0,
                at == last and number == len(stage.steps) - 1,
                side=side_of(step),
            )
            for number, step in enumerate(stage.steps)
        )
        found.append(Shown(place, stage.name, stage_lines(stage), _at(faults, place), at == 0, at == last, steps))
    return found


def _at(faults: Sequence[Fault], place: str) -> tuple[Fault, ...]:
    return tuple(fault for fault in faults if anchor(fault.place) == anchor(place))


class JourneyPage(JourneyBase):
    """A version."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        version = self.find(pk)
        may_change = version.state == VersionState.DRAFT
        faults = faults_of(version) if may_change else ()
        shape = shape_of(version)
        running = Journey.objects.visible_to(self.actor).filter(version=version, state=JourneyState.RUNNING)
        context = {
            "version": version,
            "look": LOOKS[VersionState(version.state)],
            "may_change": may_change,
            "stages": shown_stages(shape, faults, offers_for(version, self.actor).names) if shape else [],
            "flow": journey_flow(shape) if shape else None,
            "days": expected_days(shape) if shape else 0,
            "steps": len(shape.steps) if shape else 0,
            "faults": [(fault, anchor(fault.place)) for fault in faults],
            "running": running.count(),
            "others": JourneyVersion.objects.visible_to(self.actor)
            .filter(template_id=version.template_id)
            .exclude(pk=pk)
            .exists(),
            "crumbs": self.crumbs(version)[:1],
        }
        return render(request, "console/journeys/journey.html", context)


class JourneyMove(JourneyBase):
    """Moves a part or takes it out."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do what the button says: "up stages.1.steps.0"."""
        version = self.draft(pk)
        deed, _space, place = request.POST.get("do", "").partition(" ")
        try:
            changed = self._changed(version.definition, deed, place)
        except (NoSuchPlace, ValueError, TypeError, AttributeError):
            raise Conflict("changed_meanwhile", _("That part isn’t there any more. Open the draft again.")) from None
        url = reverse("console:journey", args=[pk])
        try:
            change_journey(actor=self.actor, version=version, definition=changed, revision=revision_in(request))
        except JourneyRefused as refused:
            messages.error(request, str(refused.message))
        else:
            if deed == "remove":
                messages.success(request, _("Taken out."))
        return redirect(f"{url}#{anchor(place)}")

    @staticmethod
    def _changed(definition: dict[str, Any], deed: str, place: str) -> dict[str, Any]:
        if deed in {"up", "down"}:
            return shifted(definition, place, -1 if deed == "up" else 1)
        if deed != "remove":
            raise NoSuchPlace
        return removed(definition, place)
