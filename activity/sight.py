"""Whether a person may still be told: judged before a mail is written, before a digest is built, right before sending.

A mail never describes a row that its reader may not open. Between an event and its mail a seat may end, a role change,
an enrollment be suspended, a person be disabled; so what was right when the recipients were chosen is asked again.

The questions are asked in bulk: for any number of concerns one query for the people with their seats, one for each
model of subject, one for addresses and two for preferences. Only a model that narrows `visible_to` by a query of its
own, or whose paths lead through another table, costs one more per reader.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.apps import apps
from django.db.models import Model

from activity.enums import Cadence, Withheld
from activity.models import Event, Suppression
from activity.preferences import Wishes, wishes_of
from activity.registry import NOTICES
from people.models import Person
from prm.kernel.actors import Actor
from prm.kernel.recording import Audience
from prm.kernel.scoping import Scope, ScopedQuerySet, holds

ActorsOf = Callable[[Iterable[int]], dict[int, tuple[Actor, ...]]]
_actors_of: list[ActorsOf] = []


def set_actor_source(source: ActorsOf) -> None:
    """Plug in the function that returns, for people's ids, the actors of each one's active seats.

    It leaves out people who may not sign in. `partners` plugs it in at start-up; this app stands below it.
    """
    _actors_of[:] = [source]


class Told(Protocol):
    """What is asked about: a mail, a line of a digest or a notification."""

    person_id: int | None
    seat_id: int | None
    kind: str
    event: Event | None


@dataclass(frozen=True, slots=True)
class Concern:
    """Someone who is to be told of an event; without a seat, at whichever of the person's seats sees it."""

    person_id: int
    seat_id: int | None
    kind: str
    event: Event


def reasons_to_withhold(concerns: Sequence[Concern], wishes: Wishes | None = None) -> list[Withheld | None]:
    """Return, for each concern, why the person must not be mailed, or None. `wishes`, where they were read already."""
    people = {concern.person_id for concern in concerns}
    if not people:
        return []
    actors = _actors_of[0](people)
    sight = Sight([concern.event for concern in concerns])
    bouncing = set(
        Person.objects.filter(Suppression.objects.all().of_person(), pk__in=people).values_list("pk", flat=True)
    )
    wanted = wishes or wishes_of(people, {concern.kind for concern in concerns})

    def reason(concern: Concern) -> Withheld | None:
        found = _out_of_place(concern, actors.get(concern.person_id), sight)
        if found is not None:
            return found
        if concern.person_id in bouncing:
            return Withheld.ADDRESS
        kind = NOTICES.get(concern.kind)
        is_off = kind is not None and wanted.cadence(concern.person_id, kind) == Cadence.OFF
        return Withheld.OFF if is_off else None

    return [reason(concern) for concern in concerns]


def _out_of_place(concern: Concern, actors: tuple[Actor, ...] | None, sight: Sight) -> Withheld | None:
    """Return why the person may not be told of the event, whatever the person wants."""
    if actors is None:
        return Withheld.PERSON
    if concern.seat_id is not None:
        actors = tuple(actor for actor in actors if actor.seat_id == concern.seat_id)
        if not actors:
            return Withheld.SEAT
    kind = NOTICES.get(concern.kind)
    if kind is not None:
        actors = tuple(actor for actor in actors if actor.role is None or actor.role in kind.roles)
        if not actors:
            return Withheld.ROLE
    return None if any(sight.shows(concern.event, actor) for actor in actors) else Withheld.SIGHT


class Sight:
    """Which events' subjects an actor sees, over many events."""

    def __init__(self, events: Iterable[Event]) -> None:
        """Read the subjects: one query for each of their models."""
        ids: dict[str, set[int]] = defaultdict(set)
        for event in events:
            ids[event.subject_type].add(event.subject_id)
        self._ids = ids
        self._rows: dict[str, dict[int, Model]] = {
            label: _model(label)._base_manager.in_bulk(found) for label, found in ids.items()
        }
        self._seen: dict[tuple[str, Actor], set[int]] = {}

    def shows(self, event: Event, actor: Actor) -> bool:
        """Whether the actor may open the event's subject now, and the event is for its side."""
        if actor.is_partner and event.audience != Audience.SHARED:
            return False
        row = self._rows[event.subject_type].get(event.subject_id)
        if row is None:
            return False
        if _is_told_by_columns(type(row)):
            return holds(row, actor)
        key = (event.subject_type, actor)
        if key not in self._seen:
            found: Any = type(row)._default_manager
            ids = self._ids[event.subject_type]
            self._seen[key] = set(found.visible_to(actor).filter(pk__in=ids).values_list("pk", flat=True))
        return row.pk in self._seen[key]


def _model(label: str) -> type[Model]:
    return apps.get_model(label)


def _is_told_by_columns(model: type[Model]) -> bool:
    """Whether a row's own columns say who sees it: plain paths, and no `visible_to` of its own."""
    scope = getattr(model, "scope", None)
    if not isinstance(scope, Scope):
        return False
    paths = (scope.vendor, scope.partner, scope.enrollment, scope.owner, scope.person)
    narrowed: Any = type(model._default_manager.all())
    return narrowed.visible_to is ScopedQuerySet.visible_to and not any("__" in path for path in paths)
