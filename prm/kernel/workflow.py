"""State machines as data, and the one engine that moves a row from state to state."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record

if TYPE_CHECKING:
    from django.db.models import Model
    from django.utils.functional import Promise

    from prm.kernel.actors import Actor, Permission
    from prm.kernel.recording import EventKind

Guard = Callable[[Any, "Actor", Mapping[str, Any]], "RuleViolation | None"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One way from some states to one state.

    name: the verb, in URLs and API. label: on the button. sources, target: states. permission: who may. event: what
    is recorded. required: facts that must be given and not be empty. guard: a pure rule over the locked row, actor
    and facts that returns a refusal or None. tone: of the button.
    """

    name: str
    label: str | Promise
    sources: frozenset[str]
    target: str
    permission: Permission
    event: EventKind
    required: tuple[str, ...] = ()
    guard: Guard | None = None
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The states of one field of one model, and every way between them."""

    name: str
    model: str
    field: str
    initial: frozenset[str]
    transitions: tuple[Transition, ...]
    _by_name: dict[str, Transition] = dataclasses.field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._by_name.update({transition.name: transition for transition in self.transitions})

    def __getitem__(self, name: str) -> Transition:
        return self._by_name[name]

    def available(self, row: Model, actor: Actor) -> list[Transition]:
        """Return the transitions that `actor` may take from the row's present state, guards included. No query."""
        state = getattr(row, self.field)
        return [
            transition
            for transition in self.transitions
            if state in transition.sources
            and actor.may(transition.permission)
            and not (transition.guard and transition.guard(row, actor, {}))
        ]


def locked(row: Model, actor: Actor) -> Any:
    """Return the row again, locked until the transaction ends, as `actor` sees it.

    Raises:
        Http404: the actor doesn't see it.
    """
    found = type(row)._default_manager.visible_to(actor).select_for_update(of=("self",)).filter(pk=row.pk).first()  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    return found


def move(  # noqa: PLR0913  (the engine's whole input)
    machine: Machine,
    name: str,
    *,
    row: Model,
    actor: Actor,
    facts: Mapping[str, Any] | None = None,
    changes: Mapping[str, Any] | Callable[[Any], Mapping[str, Any]] | None = None,
    data: Mapping[str, Any] | None = None,
    about: Model | None = None,
) -> Any:
    """Move `row` along the named transition, within the caller's transaction, and record its event.

    Locks the row; checks sight, right, source state, required facts and guard, in this order. `changes` are further
    fields to write, or a function of the locked row that returns them. `about` is the record that the event is told of,
    for a row that belongs to one: the row itself without it. Returns the fresh, saved row.

    Raises:
        Http404: the row is out of sight. Forbidden: the right is missing.
        Conflict: the row is in another state by now; carries the fresh row. RuleViolation: fact missing, or guard.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a transition needs the caller's transaction")
    transition, facts = machine[name], facts or {}
    fresh = locked(row, actor)
    _check(machine, transition, fresh, actor, facts)
    further = dict(changes(fresh) if callable(changes) else changes or {})
    before = {machine.field: getattr(fresh, machine.field), **{key: getattr(fresh, key) for key in further}}
    after = {machine.field: transition.target, **further}
    for key, value in after.items():
        setattr(fresh, key, value)
    touched = set(after)
    if hasattr(fresh, "revision"):
        fresh.revision += 1
        touched |= {"revision", "updated_at"}
    fresh.save(update_fields=touched)
    record(transition.event, actor=actor, subject=about or fresh, before=before, after=after, data=data)
    return fresh


def _check(machine: Machine, transition: Transition, row: Model, actor: Actor, facts: Mapping[str, Any]) -> None:
    if not actor.may(transition.permission):
        raise Forbidden("not_allowed", _("Your role doesn't allow this."))
    if getattr(row, machine.field) not in transition.sources:
        raise Conflict(
            "state_changed",
            _("Someone was faster: it is now “%(state)s”. Nothing of yours was changed.")
            % {"state": getattr(row, f"get_{machine.field}_display")()},
            fresh=row,
        )
    for name in transition.required:
        if facts.get(name) in (None, "", [], ()):
            raise RuleViolation("required", _("This is needed."), field=name)
    refusal = transition.guard(row, actor, facts) if transition.guard else None
    if refusal:
        raise refusal
