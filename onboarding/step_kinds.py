"""The kinds of steps that a journey may have: what each is called, asks for, and who or what does its work.

Our own stand in `onboarding.kinds`. A later area adds its kinds in a module `step_kinds.py` of an app above, where it
meets onboarding; what has no owner is not offered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from activity.registry import Effect
from onboarding.enums import Side

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from onboarding.models import Journey, JourneyStep
    from prm.kernel.actors import Actor


class Asks(StrEnum):
    """What a setting is given as."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    CHOICE = "choice"
    FIELDS = "fields"
    AGREEMENT = "agreement"
    STAFF = "staff"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Something that a kind is told by whoever builds the journey.

    asks: how it is given. choices: value and label. most: the longest text, the largest number, the most fields.
    """

    name: str
    label: str | Promise
    asks: Asks = Asks.TEXT
    required: bool = True
    choices: tuple[tuple[str, str | Promise], ...] = ()
    default: Any = ""
    help: str | Promise = ""
    most: int = 200


@dataclass(frozen=True, slots=True)
class Work:
    """What a step's work is done with. settings: of the version that the journey is on. actor: the vendor's system."""

    step: JourneyStep
    journey: Journey
    settings: Mapping[str, Any]
    actor: Actor


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a worker's work on a step ended: the step is done, or waits for somebody's turn or for an answer.

    result: what is kept with the step. why: one sentence. waits: it isn't done; `turn` says whether somebody has to
    act, so that the step is open, or something outside will answer, so that it goes on running.
    """

    result: dict[str, Any] = field(default_factory=dict)
    why: str = ""
    waits: bool = False
    turn: bool = False


Run = Callable[[Work], Outcome]
Accept = Callable[[Work, Mapping[str, Any]], dict[str, Any]]
Check = Callable[[Mapping[str, Any]], Mapping[str, str]]
Until = Callable[[Work], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepKind:
    """A kind of step.

    sides: whose turn it may be. settings: what it is told. check: what else its settings must hold: name to sentence.
    run: the work that workers do when it opens; None where there is none. effect: what that touches. accept: takes what
    a person gave who ends it, and returns what is kept; None where no person ends it. until: when a clock ends it.
    ends_by: how it ends otherwise, in words.
    """

    name: str
    label: str | Promise
    icon: str
    sides: frozenset[Side]
    summary: str | Promise = ""
    settings: tuple[Setting, ...] = ()
    check: Check | None = None
    run: Run | None = None
    effect: Effect = Effect.DATABASE
    accept: Accept | None = None
    until: Until | None = None
    ends_by: str | Promise = ""

    @property
    def automated(self) -> bool:
        """Whether it happens by itself from beginning to end."""
        return self.sides == {Side.SYSTEM}

    @property
    def default_side(self) -> Side:
        """Whose turn it is where the journey doesn't say."""
        order = (Side.SYSTEM, Side.PARTNER, Side.VENDOR)
        return next(side for side in order if side in self.sides)


STEP_KINDS: dict[str, StepKind] = {}


def step_kind(kind: StepKind) -> StepKind:
    """Register a kind of step.

    Raises:
        ValueError: the name is taken, or it is nobody's turn.
    """
    if kind.name in STEP_KINDS:
        raise ValueError(f"step kind {kind.name} is declared twice")
    if not kind.sides or not (kind.run or kind.accept or kind.until or kind.ends_by):
        raise ValueError(f"step kind {kind.name} has no side, or nothing that ends it")
    STEP_KINDS[kind.name] = kind
    return kind


def settings_problems(kind: StepKind, settings: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with a step's settings: the setting's name to the sentence that says it. No query."""
    known = {setting.name: setting for setting in kind.settings}
    found = {
        name: _("“%(kind)s” has no such setting.") % {"kind": kind.label} for name in settings if name not in known
    }
    for name, setting in known.items():
        sentence = _problem(setting, settings.get(name))
        if sentence:
            found[name] = sentence
    if not found and kind.check is not None:
        found.update(kind.check(settings))
    return found


def _problem(setting: Setting, given: Any) -> str:
    words = {"setting": setting.label, "most": setting.most}
    if given in (None, "", []):
        return _("“%(setting)s” is missing.") % words if setting.required else ""
    if setting.asks is Asks.NUMBER:
        whole = isinstance(given, int) and not isinstance(given, bool)
        return "" if whole and 1 <= given <= setting.most else _("“%(setting)s” is between 1 and %(most)d.") % words
    if setting.asks is Asks.FIELDS:
        fits = isinstance(given, list) and len(given) <= setting.most
        return "" if fits else _("“%(setting)s” is a list of at most %(most)d.") % words
    if not isinstance(given, str) or len(given) > setting.most:
        return _("“%(setting)s” is a text of at most %(most)d characters.") % words
    if setting.asks is Asks.CHOICE and given not in dict(setting.choices):
        return _("“%(setting)s” is none of the choices.") % words
    return ""
