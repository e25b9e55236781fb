"""The port through which services record what happened. `activity` plugs in; the kernel knows no app."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from django.utils.translation import gettext_lazy as _

from prm.kernel.errors import Forbidden

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import Model
    from django.utils.functional import Promise

    from prm.kernel.actors import Actor


class Audience(StrEnum):
    """Who sees an event on a timeline."""

    SHARED = "shared"
    VENDOR = "vendor"


@dataclass(frozen=True, slots=True)
class EventKind:
    """Something that can happen: its stable name, and how a timeline says it.

    `sentence` follows the person's name ("submitted the registration"); `alone` is the whole sentence when no person
    acted. `icon` and `tone` are the timeline's. Both sentences may use the event's data as `{name}`.
    """

    name: str
    sentence: str | Promise
    alone: str | Promise = ""
    icon: str = "info"
    tone: str = ""
    audience: Audience = Audience.SHARED


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What a service hands to the recorder: a kind, who did it to what, and the facts before and after."""

    kind: EventKind
    actor: Actor
    subject: Model
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)


class Recorder(Protocol):
    """Writes a happening into the running transaction and returns its id."""

    def __call__(self, happening: Happening, /) -> int: ...


class BatchRecorder(Protocol):
    """Writes many happenings of one kind by one actor into the running transaction, in their order."""

    def __call__(self, happenings: Sequence[Happening], /) -> None: ...


_recorder: list[tuple[Recorder, BatchRecorder]] = []


def set_recorder(recorder: Recorder, batch: BatchRecorder) -> None:
    """Plug in the recorder, and the one for many at once; called once at start-up."""
    _recorder[:] = [(recorder, batch)]


def record(
    kind: EventKind,
    *,
    actor: Actor,
    subject: Model,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
) -> int:
    """Record an event in the running transaction; returns its id.

    Raises:
        RuntimeError: no recorder is plugged in. Forbidden: the actor only looks, so that the service writes nothing.
    """
    recorder, _batch = _plugged_in(actor)
    return recorder(
        Happening(kind=kind, actor=actor, subject=subject, before=before or {}, after=after or {}, data=data or {})
    )


def record_each(happenings: Sequence[Happening]) -> None:
    """Record an event for each happening, all of one kind and by one actor, in one statement: for what is done in bulk.

    Raises:
        RuntimeError: no recorder is plugged in. Forbidden: the actor only looks, so that the service writes nothing.
    """
    if happenings:
        _recorder_of_one, batch = _plugged_in(happenings[0].actor)
        batch(happenings)


def _plugged_in(actor: Actor) -> tuple[Recorder, BatchRecorder]:
    if actor.read_only:
        raise Forbidden("read_only", _("You view the portal as the partner sees it: nothing can be changed."))
    if not _recorder:
        raise RuntimeError("no recorder is plugged in")
    return _recorder[0]
