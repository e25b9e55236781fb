"""The kinds of list: filled by each app's `imports.py` at start-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.http import Http404
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from activity.registry import event
from prm.kernel.recording import Audience, EventKind

if TYPE_CHECKING:
    from imports.kinds import ImportKind
    from prm.kernel.actors import Actor

KINDS: dict[str, ImportKind] = {}
IMPORTED: dict[str, EventKind] = {}
UNDONE: dict[str, EventKind] = {}
SENT: dict[str, EventKind] = {}

Kind = TypeVar("Kind", bound="type[ImportKind]")


def import_kind(kind: Kind) -> Kind:
    """Register a class as a kind of list, and declare its events.

    They are `<noun>.imported`, `<noun>.import_undone`, and `<noun>.sent` for rows that came by the API.

    Raises:
        ValueError: the name is taken.
    """
    if kind.name in KINDS:
        raise ValueError(f"import kind {kind.name} is declared twice")
    KINDS[kind.name] = kind()
    IMPORTED[kind.name] = _event(
        kind,
        "imported",
        _("imported {objects} from {{file}}: {{created}} new, {{updated}} updated, {{refused}} refused"),
        _("{objects} imported from {{file}}: {{created}} new, {{updated}} updated, {{refused}} refused"),
    )
    UNDONE[kind.name] = _event(
        kind,
        "import_undone",
        _("undid the import of {{file}}: {{removed}} {objects} removed, {{restored}} as before, {{kept}} stay"),
    )
    SENT[kind.name] = _event(
        kind, "sent", _("sent {objects}: {{created}} new, {{updated}} updated, {{refused}} refused")
    )
    return kind


def _event(kind: type[ImportKind], verb: str, sentence: Any, alone: Any = "") -> EventKind:
    return event(
        f"{kind.noun}.{verb}",
        format_lazy(sentence, objects=kind.objects),
        alone=format_lazy(alone, objects=kind.objects),
        icon="undo" if verb == "import_undone" else kind.icon,
        audience=Audience.VENDOR,
    )


def kinds_for(actor: Actor) -> list[ImportKind]:
    """Return the kinds of list that an actor may import, as registered."""
    return [kind for kind in KINDS.values() if actor.may(kind.permission)]


def kind_named(name: str) -> ImportKind:
    """Return a kind.

    Raises:
        Http404: there is none.
    """
    if name not in KINDS:
        raise Http404
    return KINDS[name]
