"""What can happen, who reacts and who is told: filled by each app's `events.py`, `handlers.py` and `emails.py`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from activity.enums import Cadence
from prm.kernel.actors import Role
from prm.kernel.recording import Audience, EventKind

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from activity.models import Event

EVENTS: dict[str, EventKind] = {}


class Facts(dict[str, Any]):
    """Facts for a sentence: one that is missing shows as an ellipsis."""

    def __missing__(self, key: str) -> str:
        return "…"


class Effect(StrEnum):
    """What a handler touches, which decides how it is run."""

    DATABASE = "database"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Handler:
    """A reaction to an event.

    A DATABASE handler commits together with its done-mark: exactly once. An OUTSIDE handler runs outside any
    transaction, at least once, and passes the delivery's id along as idempotency key. given_up: is called with the
    event and the error in the transaction that makes its delivery a dead letter.
    """

    name: str
    event: str
    run: Callable[[Event], Any]
    effect: Effect
    given_up: Callable[[Event, str], Any] | None = None


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
    name: str,
    *events: str,
    effect: Effect = Effect.DATABASE,
    given_up: Callable[[Event, str], Any] | None = None,
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
            HANDLERS[full] = Handler(full, event_name, run, effect, given_up)
            BY_EVENT[event_name].append(HANDLERS[full])
        return run

    return subscribe


@dataclass(frozen=True, slots=True)
class NoticeGroup:
    """Kinds of notification that stand together in a person's settings."""

    name: str
    label: str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeKind:
    """What a notification says, and how a person is mailed about it.

    title: the line's words; may use facts as `{name}`. label: what the kind is called in the settings. mail: its mail
    template; without one a mail says just the title. default: how often people are mailed who chose nothing. always:
    the reason why it can't be stopped; such a kind is mailed at once. roles: whom it concerns; nobody else is told.
    """

    name: str
    title: str | Promise
    icon: str = "info"
    tone: str = ""
    group: NoticeGroup
    label: str | Promise
    mail: str
    default: Cadence
    always: str | Promise = ""
    roles: frozenset[Role] = frozenset(Role)


OTHER = NoticeGroup("other", _("Other"))
NOTICES: dict[str, NoticeKind] = {}
PLAIN_MAIL = "notice"


def notice(name: str, title: str | Promise, *, mail: str = "", label: str | Promise = "", **details: Any) -> NoticeKind:
    """Register a kind of notification; `details` are further fields of `NoticeKind`.

    Without a mail template people are not mailed unless they ask for it.
    """
    default = Cadence.IMMEDIATE if mail else Cadence.OFF
    given: dict[str, Any] = {"group": OTHER, "default": default, **details}
    NOTICES[name] = NoticeKind(name=name, title=title, label=label or title, mail=mail or PLAIN_MAIL, **given)
    return NOTICES[name]


def title_of(kind: str, facts: Mapping[str, Any]) -> str:
    """Return a notification's words in the active language; a fact that is missing shows as an ellipsis."""
    found = NOTICES.get(kind)
    return str(found.title).format_map(Facts(facts)) if found else kind
