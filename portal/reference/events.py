"""The page of events: what can happen, how a timeline says it, and who reacts."""

from __future__ import annotations

from activity.registry import BY_EVENT, EVENTS, Effect, Handler
from portal.reference.markdown import code, first_sentence, page, table
from prm.kernel.recording import Audience, EventKind

ABOUT = (
    "An event is a row: audit trail, timeline and queue in one. The sentence follows the name of who did it; words in "
    "braces come from the event's data. Handlers run in workers, each on its own; how is told in "
    "[Events](../explanation/events.md)."
)
READERS = {Audience.SHARED: "", Audience.VENDOR: "yes"}
EFFECTS = {Effect.DATABASE: "exactly once", Effect.OUTSIDE: "at least once"}


def events_page() -> str:
    """Return the page."""
    kinds = [EVENTS[name] for name in sorted(EVENTS)]
    happens = table(["Event", "After a name", "Alone", "Vendor only", "Handlers"], [_row(kind) for kind in kinds])
    handlers = [_handler(one) for kind in kinds for one in BY_EVENT.get(kind.name, [])]
    reacts = table(["Handler", "On", "Does", "Runs"], handlers)
    return page("Events", ABOUT, f"## What happens\n\n{happens}", f"## Who reacts\n\n{reacts}")


def _row(kind: EventKind) -> list[str]:
    handlers = code(*(one.name for one in BY_EVENT.get(kind.name, [])))
    return [code(kind.name), str(kind.sentence), str(kind.alone), READERS[kind.audience], handlers]


def _handler(one: Handler) -> list[str]:
    return [code(one.name), code(one.event), first_sentence(one.run), EFFECTS[one.effect]]
