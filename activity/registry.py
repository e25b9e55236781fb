"""What can happen, and who reacts: filled by each app's `events.py` and `handlers.py` at start-up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from prm.kernel.recording import Audience, EventKind

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from activity.models import Event

EVENTS: dict[str, EventKind] = {}


class Effect(StrEnum):
    """What a handler touches, which decides how it is run."""

    DATABASE = "database"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Handler:
    """A reaction to an event.

    A DATABASE handler commits together with its done-mark: exactly once. An OUTSIDE handler runs outside any
    transaction, at least once, and passes the delivery's id along as idempotency key.
    """

    name: str
    event: str
    run: Callable[[Event], Any]
    effect: Effect


HANDLERS: dict[str, Handler] = {}
BY_EVENT: dict[str, list[Handler]] = defaultdict(list)


def event(
    name: str,
    sentence: str | Promise,
    *,
    alone: str | Promise = "",
    icon: str = "info",
    tone: str = "",
    audience: Audience = Audience.SHARED,
) -> EventKind:
    """Declare and register a kind of event.

    Raises:
        ValueError: the name is taken.
    """
    if name in EVENTS:
        raise ValueError(f"event {name} is declared twice")
    EVENTS[name] = EventKind(name, sentence, alone, icon, tone, audience)
    return EVENTS[name]


def handler(
    name: str, *events: str, effect: Effect = Effect.DATABASE
) -> Callable[[Callable[[Event], Any]], Callable[[Event], Any]]:
    """Subscribe a function to events by name. `name` is kept in deliveries: never rename it lightly.

    Raises:
        ValueError: the name is taken.
    """

    def subscribe(run: Callable[[Event], Any]) -> Callable[[Event], Any]:
        for event_name in events:
            full = name if len(events) == 1 else f"{name}:{event_name}"
            if full in HANDLERS:
                raise ValueError(f"handler {full} is declared twice")
            HANDLERS[full] = Handler(full, event_name, run, effect)
            BY_EVENT[event_name].append(HANDLERS[full])
        return run

    return subscribe
