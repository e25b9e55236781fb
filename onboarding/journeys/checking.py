"""What a journey can't be: refused with the sentence that explains it, before anybody relies on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from onboarding.enums import Side
from onboarding.journeys.facts import FACTS
from onboarding.journeys.faults import JourneyRefused
from onboarding.journeys.shape import Op
from onboarding.permissions import RUN_JOURNEYS, WORK_PARTNER_STEPS
from onboarding.step_kinds import STEP_KINDS, settings_problems
from prm.kernel.actors import Role
from prm.kernel.documents import Fault

if TYPE_CHECKING:
    from onboarding.journeys.shape import Condition, Definition, Step
    from onboarding.step_kinds import StepKind

DOERS = {Side.PARTNER: WORK_PARTNER_STEPS.roles, Side.VENDOR: RUN_JOURNEYS.roles}
"""Which roles do a side's steps."""


def check(definition: Definition) -> None:
    """Refuse what can't work.

    Raises:
        JourneyRefused: with every fault. Faults that hide others, such as a circle, come alone.
    """
    faults = list(_names(definition)) or list(_order(definition))
    if not faults:
        faults = [fault for find in FURTHER for fault in find(definition)]
    if faults:
        raise JourneyRefused(faults)


# -- Names


def _names(definition: Definition) -> Iterator[Fault]:
    if not definition.stages:
        yield Fault("stages", _("A journey needs at least one stage with a step in it."))
    for at, stage in enumerate(definition.stages):
        if not stage.steps:
            words = _("The stage “%(stage)s” has no step: it would never begin or end. Add one, or take the stage out.")
            yield Fault(f"stages.{at}", words % {"stage": stage.name})
    for slug, times in Counter(each.slug for each in definition.stages).items():
        if times > 1:
            words = _("Two stages are called “%(slug)s” inside. Each needs a name of its own.")
            yield Fault("stages", words % {"slug": slug})
    often = Counter(each.slug for each in definition.steps)
    for place, _stage, step in definition.placed():
        if often[step.slug] > 1:
            words = _("“%(slug)s” is there %(times)d times. Each step needs a name of its own, for others to wait for.")
            yield Fault(place, words % {"slug": step.slug, "times": often[step.slug]})


# -- What waits for what


def _order(definition: Definition) -> Iterator[Fault]:
    missing = False
    for place, _stage, step in definition.placed():
        for slug in step.after or ():
            if slug not in definition.step:
                missing = True
                words = _("“%(step)s” waits for “%(slug)s”, which isn’t in this journey: it would never open.")
                yield Fault(f"{place}.after", words % {"step": step.name, "slug": slug})
    if not missing:
        yield from _circles(definition)


def _circles(definition: Definition) -> Iterator[Fault]:
    ended: set[str] = set()
    left = dict(definition.waits)
    while ready := [slug for slug, waits in left.items() if ended.issuperset(waits)]:
        ended.update(ready)
        for slug in ready:
            del left[slug]
    if not left:
        return
    way = _way_round(left)
    place = next(place for place, _stage, step in definition.placed() if step.slug == way[0])
    told = " → ".join(f"“{definition.step[slug].name}”" for slug in way)
    words = _(
        "These steps wait for each other in a circle: %(way)s. None of them would ever open, and the journey would "
        "never end."
    )
    yield Fault(f"{place}.after", words % {"way": told})


def _way_round(left: dict[str, tuple[str, ...]]) -> list[str]:
    """Return a circle among steps of which each waits for at least one of them; its first stands at its end again."""
    way = [next(iter(left))]
    while True:
        found = next(slug for slug in left[way[-1]] if slug in left)
        if found in way:
            return [*way[way.index(found) :], found]
        way.append(found)


# -- Conditions and times


def _conditions(definition: Definition) -> Iterator[Fault]:
    for place, _stage, step in definition.placed():
        for condition in step.when.conditions if step.when else ():
            yield from _condition(condition, f"{place}.when")


def _condition(condition: Condition, place: str) -> Iterator[Fault]:
    fact = FACTS.get(condition.fact)
    if fact is None:
        words = _("Nothing called “%(fact)s” is known about partners. Known are: %(known)s.")
        yield Fault(place, words % {"fact": condition.fact, "known": ", ".join(FACTS)})
        return
    if fact.is_number != (condition.op in {Op.AT_LEAST, Op.AT_MOST}):
        words = (
            _("“%(fact)s” is a number: say at least or at most.")
            if fact.is_number
            else _("“%(fact)s” is no number: say which values.")
        )
        yield Fault(place, words % {"fact": fact.label})
    unknown = [value for value in condition.values if fact.choices and value not in fact.choices]
    if unknown:
        words = _("“%(fact)s” is never “%(value)s”: the step would always, or never, be left out.")
        yield Fault(place, words % {"fact": fact.label, "value": unknown[0]})


def _times(definition: Definition) -> Iterator[Fault]:
    for place, _stage, step in definition.placed():
        if step.escalate is not None and step.remind and step.escalate < min(step.remind):
            words = _("“%(step)s” is escalated on day %(day)d, before anybody was reminded of it.")
            yield Fault(f"{place}.escalate", words % {"step": step.name, "day": step.escalate})


def _needed(definition: Definition) -> Iterator[Fault]:
    """Refuse a journey that might be nothing: each of its steps depends on a condition."""
    if all(step.when for step in definition.steps):
        yield Fault(
            "stages", _("Every step has a condition: for a partner that meets none the journey would be over at once.")
        )


def _kinds(definition: Definition) -> Iterator[Fault]:
    for place, _stage, step in definition.placed():
        kind = STEP_KINDS.get(step.kind)
        if kind is None:
            words = _("There is no kind of step called “%(kind)s”. There are: %(known)s.")
            yield Fault(f"{place}.kind", words % {"kind": step.kind, "known": ", ".join(STEP_KINDS)})
            continue
        if step.side and step.side not in kind.sides:
            words = _("“%(kind)s” is never the turn of: %(side)s. It is the turn of: %(sides)s.")
            sides = ", ".join(str(Side(side).label) for side in Side if side in kind.sides)
            told = {"kind": kind.label, "side": Side(step.side).label, "sides": sides}
            yield Fault(f"{place}.side", words % told)
        for name, sentence in settings_problems(kind, step.settings).items():
            yield Fault(f"{place}.settings.{name}", sentence)
        yield from _owner(step, kind, place)


def _owner(step: Step, kind: StepKind, place: str) -> Iterator[Fault]:
    side = step.side or kind.default_side
    if step.owner and step.owner not in DOERS.get(Side(side), frozenset()):
        words = _("“%(step)s” is the turn of %(side)s: the role “%(role)s” does no steps there.")
        told = {"step": step.name, "side": Side(side).label, "role": Role(step.owner).label}
        yield Fault(f"{place}.owner", words % told)


FURTHER: list[Callable[[Definition], Iterator[Fault]]] = [_conditions, _times, _needed, _kinds]
