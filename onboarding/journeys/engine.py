"""What happens next in a journey: a pure function of its definition, its steps' states and the profile's facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from onboarding.enums import StepState

if TYPE_CHECKING:
    from onboarding.journeys.shape import Definition, Step

ENDED = frozenset({StepState.DONE, StepState.SKIPPED})


@dataclass(frozen=True, slots=True)
class Skip:
    """A step that isn't needed, and the sentence that says why."""

    slug: str
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What follows from a journey as it stands: steps that open, steps that are skipped, and whether it has ended."""

    opens: tuple[str, ...]
    skips: tuple[Skip, ...]
    ended: bool


def plan(definition: Definition, states: Mapping[str, str], facts: Mapping[str, Any]) -> Plan:
    """Return what follows.

    A waiting step whose predecessors have all ended opens, or is skipped where its condition isn't met; what is skipped
    counts as ended at once, for those that wait for it. `states` are those of the definition's steps by slug.
    """
    now = dict(states)
    opens: list[str] = []
    skips: list[Skip] = []
    moved = True
    while moved:
        moved = False
        for step in definition.steps:
            if now[step.slug] != StepState.WAITING or not _free(definition, step, now):
                continue
            moved = True
            if step.when is None or step.when.holds(facts):
                now[step.slug] = StepState.OPEN
                opens.append(step.slug)
            else:
                now[step.slug] = StepState.SKIPPED
                skips.append(Skip(step.slug, why_not(step, facts)))
    return Plan(tuple(opens), tuple(skips), ended=all(now[step.slug] in ENDED for step in definition.steps))


def _free(definition: Definition, step: Step, states: Mapping[str, str]) -> bool:
    return all(states[slug] in ENDED for slug in definition.waits[step.slug])


def why_not(step: Step, facts: Mapping[str, Any]) -> str:
    """Return the sentence that says which conditions of a step aren't met, with the facts that were found."""
    unmet = [each for each in (step.when.conditions if step.when else ()) if not each.holds(facts)]
    found = "; ".join(f"{each.fact}: {_said(facts.get(each.fact))}" for each in unmet)
    return _("Not needed: its condition isn’t met (%(found)s).") % {"found": found}


def _said(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value) or "–"
    return "–" if value in (None, "") else str(value)


def due_at(step: Step, *, opened: datetime, started: datetime) -> datetime | None:
    """Return when a step is due that opens now, in a journey that started then."""
    if step.due is None:
        return None
    return (started if step.due.from_start else opened) + timedelta(days=step.due.days)


@dataclass(frozen=True, slots=True)
class Looks:
    """What a clock has to do about a step: whether to remind or to escalate now, and when to look again."""

    remind: bool
    escalate: bool
    again_at: datetime | None


def looks(
    step: Step, *, opened: datetime, reminded: datetime | None, escalated: datetime | None, now: datetime
) -> Looks:
    """Return what is due about an open step: reminders by their days (one for several missed), escalation once."""
    moments = [opened + timedelta(days=days) for days in step.remind]
    last = reminded or opened
    missed = [at for at in moments if last < at <= now]
    escalation = opened + timedelta(days=step.escalate) if step.escalate and escalated is None else None
    late = escalation is not None and escalation <= now
    ahead = [at for at in moments if at > now] + ([escalation] if escalation is not None and not late else [])
    return Looks(remind=bool(missed), escalate=late, again_at=min(ahead, default=None))
