"""A partner's onboarding: the journeys that it is on, and what is done, what is next and whose turn it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onboarding.enums import JourneyState, Side, StepState
from onboarding.models import Journey
from onboarding.permissions import VIEW_JOURNEYS, WORK_PARTNER_STEPS
from onboarding.progress import Progress, StageLine, StepLine
from onboarding.reports_journeys import counted, journeys_of, progress, usual_length
from partners.middleware import focused_vendor
from portal.journeys import ACTIONS, minutes_text
from prm.kernel.actors import Kind, Role
from prm.kernel.pages import ActorView

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

MOST_JOURNEYS = 50


@dataclass(frozen=True, slots=True)
class Told:
    """A step as the partner reads it: tone and icon of its state, a line about it, and what can be done."""

    line: StepLine
    tone: str
    icon: str
    state: str
    note: str
    by: str = ""
    url: str = ""
    action: str = ""


class JourneyList(ActorView):
    """The journeys of all vendors; with a single one, its page."""

    kinds = frozenset({Kind.PARTNER})
    permission = VIEW_JOURNEYS

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them, those under way first."""
        found = counted(journeys_of(self.actor)).order_by("ended_at", "-started_at", "-pk")
        focus = focused_vendor(request)
        rows = list((found.filter(vendor_id=focus) if focus is not None else found)[:MOST_JOURNEYS])
        # NULLs come last: what has not ended is put first here.
        rows.sort(key=lambda row: row.ended_at is not None)
        if len(rows) == 1:
            return redirect("portal:journey", key=rows[0].key)
        return render(request, "partner/onboarding/list.html", {"journeys": rows})


class JourneyView(ActorView):
    """A page about one journey."""

    kinds = frozenset({Kind.PARTNER})
    permission = VIEW_JOURNEYS

    def journey(self, key: UUID) -> Journey:
        """Return the journey that the address names, or 404."""
        journey: Journey = get_object_or_404(journeys_of(self.actor), key=key)
        return journey

    def crumbs(self, journey: Journey, *further: str) -> list[dict[str, str]]:
        """Return the way here."""
        return [
            {"label": _("Onboarding"), "url": reverse("portal:onboarding")},
            {"label": journey.vendor.name, "url": reverse("portal:journey", args=[journey.key]) if further else ""},
            *({"label": each, "url": ""} for each in further),
        ]


class JourneyPage(JourneyView):
    """A journey: what is the partner's turn, what others do, the whole way, and when it will be done."""

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Show it."""
        journey = self.journey(key)
        found = progress(journey, self.actor)
        mine = [told(line, journey, self.actor) for line in found.turn_of(Side.PARTNER)]
        context = {
            "journey": journey,
            "progress": found,
            "title": title_for(found),
            "mine": mine,
            "others": [
                told(line, journey, self.actor) for side in (Side.VENDOR, Side.SYSTEM) for line in found.turn_of(side)
            ],
            "stages": [stage_told(stage, journey, self.actor) for stage in found.stages],
            "usual": usual_length(journey),
            "crumbs": self.crumbs(journey),
        }
        return render(request, "partner/onboarding/journey.html", context)


def stage_told(stage: StageLine, journey: Journey, actor: Actor) -> dict[str, Any]:
    """Return a stage with its steps as the partner reads them."""
    return {"stage": stage, "steps": [told(line, journey, actor) for line in stage.lines]}


def title_for(found: Progress) -> str:
    """Say what the reader has to know first."""
    vendor = found.journey.vendor.name
    if found.journey.state == JourneyState.FINISHED:
        return _("You are onboarded with %(vendor)s") % {"vendor": vendor}
    if found.journey.state == JourneyState.CANCELLED:
        return _("The onboarding with %(vendor)s was ended") % {"vendor": vendor}
    mine = found.turn_of(Side.PARTNER)
    if mine:
        words = ngettext("One step is your turn", "%(count)d steps are your turn", len(mine))
        return words % {"count": len(mine)}
    theirs = found.turn_of(Side.VENDOR)
    if theirs:
        return _("It is %(vendor)s’s turn: %(step)s") % {"vendor": vendor, "step": theirs[0].row.name}
    return _("Everything goes on by itself")


def told(line: StepLine, journey: Journey, actor: Actor) -> Told:
    """Return a step as the partner reads it; what went wrong at the vendor's is no matter of the partner's."""
    row = line.row
    if line.is_ended:
        tone, icon, state = (
            ("good", "done", _("Done")) if row.state == StepState.DONE else ("", "right", _("Not needed"))
        )
        return Told(line, tone, icon, state, row.why, _by(line, journey))
    if row.state == StepState.WAITING:
        after = _("after %(steps)s") % {"steps": ", ".join(f"“{name}”" for name in line.waits)} if line.waits else ""
        return Told(line, "", "todo", _("Not yet"), after)
    if row.state == StepState.FAILED:
        calm = _("%(vendor)s is looking into it. You need do nothing.") % {"vendor": journey.vendor.name}
        return Told(line, "warn", "warn", _("Held up"), calm)
    return _mine(line, journey, actor) if row.side == Side.PARTNER else _theirs(line, journey)


def _theirs(line: StepLine, journey: Journey) -> Told:
    if line.row.side == Side.VENDOR:
        state = _("%(vendor)s’s turn") % {"vendor": journey.vendor.name}
        return Told(line, "info", "clock", state, "", url=_meeting_url(line, journey))
    return Told(line, "info", "bolt", _("By itself"), "")


def _mine(line: StepLine, journey: Journey, actor: Actor) -> Told:
    notes = [minutes_text(line.minutes)] if line.minutes else []
    if line.role:
        notes.append(_("for: %(role)s") % {"role": Role(line.role).label})
    url = reverse("portal:journey-step", args=[journey.key, line.row.slug])
    action = ACTIONS.get(line.row.kind, _("Open")) if actor.may(WORK_PARTNER_STEPS) else ""
    return Told(
        line, "warn" if line.is_late else "info", "flag", _("Your turn"), ", ".join(notes), url=url, action=str(action)
    )


def _meeting_url(line: StepLine, journey: Journey) -> str:
    return reverse("portal:journey-step", args=[journey.key, line.row.slug]) if line.row.kind == "meeting" else ""


def _by(line: StepLine, journey: Journey) -> str:
    """Return who ended a step: a person of the partner's by name, the vendor as a whole."""
    if line.row.ended_by is None:
        return "" if line.row.side != Side.VENDOR else journey.vendor.name
    return journey.vendor.name if line.row.side == Side.VENDOR else str(line.row.ended_by.name)
