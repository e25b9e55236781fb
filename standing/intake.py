"""How facts come in from outside: by file or API, once each, with a work list for what can't be booked.

A *kind* is registered by the app that owns the rows. Every row names the system that it comes from (`source`) and its
number there (`external_id`): the same row again changes nothing, another one under the same number corrects it, and a
cancelled one takes it back. Corrections are counter-entries: what was known on a past day stays readable.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, get_type_hints

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from partners.models import Enrollment
from prm.kernel.errors import Forbidden, RuleViolation
from prm.kernel.recording import record
from standing.permissions import RECORD_FACTS
from standing.waiting import Entry, answers_for, forget_run, keep_entries

if TYPE_CHECKING:
    from uuid import UUID

    from django.utils.functional import Promise

    from prm.kernel.actors import Actor
    from prm.kernel.recording import EventKind

MOST_ROWS = 1000
LOCK = "SELECT pg_advisory_xact_lock(hashtext('facts'), %s)"


class Result(StrEnum):
    """What became of a row."""

    BOOKED = "booked"
    CORRECTED = "corrected"
    UNCHANGED = "unchanged"
    CANCELLED = "cancelled"
    WAITING = "waiting"
    REFUSED = "refused"


SETTLED = frozenset({Result.BOOKED, Result.CORRECTED, Result.UNCHANGED, Result.CANCELLED})


class Unknown(StrEnum):
    """What is done about a customer that no account is found for."""

    WAIT = "wait"
    CREATE = "create"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What every row from outside says.

    partner: the vendor's number for it, its slug, domain or name. program: where it is in several. chosen: what a
    person decided where the row itself isn't enough: ids under "enrollment", "account", "product", "credential".
    """

    source: str
    external_id: str
    partner: str = ""
    program: str = ""
    cancelled: bool = False
    chosen: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a row: the result, what it waits for (`standing.enums.Problem`), or why it was refused.

    enrollments: ids of those for which it changed something.
    """

    external_id: str
    result: Result
    problems: tuple[str, ...] = ()
    message: str | Promise = ""
    enrollments: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """One batch: for which vendor, by whom, as part of which import (`run`), and how unknown customers are met."""

    actor: Actor
    vendor_id: int
    run: UUID | None = None
    unknown: Unknown = Unknown.WAIT


@dataclass(frozen=True, slots=True, kw_only=True)
class FactKind:
    """A kind of fact from outside.

    name: "sales-lines", in addresses and rows. label: plural. row: the dataclass of its rows. book: writes a batch and
    says what became of each row, in order. event: recorded once for each enrollment that a batch touched. undo: takes
    back what an import booked; returns how many rows.
    """

    name: str
    label: str | Promise
    row: type[Row]
    book: Callable[[Intake, Sequence[Any]], list[Outcome]]
    event: EventKind
    undo: Callable[[Intake], int]


KINDS: dict[str, FactKind] = {}


def fact_kind(name: str, **details: Any) -> FactKind:
    """Register a kind; `details` are the fields of `FactKind`.

    Raises:
        ValueError: the name is taken.
    """
    if name in KINDS:
        raise ValueError(f"fact kind {name} is declared twice")
    KINDS[name] = FactKind(name=name, **details)
    return KINDS[name]


@transaction.atomic
def take_in(
    *,
    actor: Actor,
    kind: str,
    rows: Sequence[Row],
    run: UUID | None = None,
    unknown: Unknown = Unknown.WAIT,
) -> list[Outcome]:
    """Book a batch of facts for the actor's vendor; returns what became of each, in order.

    What can't be booked goes to the work list. One vendor's batches follow one another: they never meet under a number.

    Raises:
        Forbidden: the right is missing. RuleViolation: more than 1,000 rows.
    """
    if not actor.may(RECORD_FACTS) or actor.vendor_id is None:
        raise Forbidden("not_allowed", _("Your role doesn't record facts."))
    if len(rows) > MOST_ROWS:
        raise RuleViolation("too_many_rows", _("At most 1,000 rows at once."), "rows")
    intake = Intake(actor=actor, vendor_id=actor.vendor_id, run=run, unknown=unknown)
    lock_facts(intake.vendor_id)
    found = KINDS[kind]
    names = Counter((row.source, row.external_id) for row in rows)
    once = with_answers(intake.vendor_id, kind, [row for row in rows if names[row.source, row.external_id] == 1])
    booked = iter(found.book(intake, once))
    outcomes = [next(booked) if names[row.source, row.external_id] == 1 else _named_twice(row) for row in rows]
    _keep_waiting(intake, found, rows, outcomes)
    _tell(intake, found, outcomes)
    return outcomes


def with_answers(vendor_id: int, kind: str, rows: Sequence[Row]) -> list[Row]:
    """Return rows with what people once answered about them, or about the partner as they name it."""
    answers = answers_for(vendor_id, kind, [(row.source, row.external_id, row.partner) for row in rows])
    return [replace(row, chosen={**kept, **row.chosen}) for row, kept in zip(rows, answers, strict=True)]


def lock_facts(vendor_id: int) -> None:
    """Let one transaction at a time write a vendor's facts from outside."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [vendor_id % 2**31])


def undo_run(*, actor: Actor, kind: str, run: UUID) -> int:
    """Take back what an import booked, by counter-entries; what it had corrected stands again. Returns how many rows.

    What waits of it leaves the work list.

    Raises:
        Forbidden: the right is missing.
    """
    if not actor.may(RECORD_FACTS) or actor.vendor_id is None:
        raise Forbidden("not_allowed", _("Your role doesn't record facts."))
    with transaction.atomic():
        lock_facts(actor.vendor_id)
        forget_run(actor.vendor_id, kind, run)
        return KINDS[kind].undo(Intake(actor=actor, vendor_id=actor.vendor_id, run=run))


def plain(row: Row) -> dict[str, Any]:
    """Return a row as the work list keeps it."""
    values = {key: value for key, value in asdict(row).items() if key not in {"chosen", "source", "external_id"}}
    found: dict[str, Any] = json.loads(json.dumps(values, cls=DjangoJSONEncoder))
    return found


def row_of(kind: str, content: Mapping[str, Any], **more: Any) -> Row:
    """Return the row that `plain` wrote down."""
    made = KINDS[kind].row
    hints = get_type_hints(made)
    known = {one.name for one in fields(made)}
    values = {key: _typed(value, str(hints[key])) for key, value in content.items() if key in known}
    return made(**{**values, **more})


def _typed(value: Any, hint: str) -> Any:
    if value is None or value == "":
        return value
    if "Decimal" in hint:
        return Decimal(value)
    return date.fromisoformat(value) if "date" in hint else value


def _named_twice(row: Row) -> Outcome:
    return Outcome(
        external_id=row.external_id, result=Result.REFUSED, message=_("This number is in the batch more than once.")
    )


def _keep_waiting(intake: Intake, kind: FactKind, rows: Sequence[Row], outcomes: Sequence[Outcome]) -> None:
    settled = [(row.source, row.external_id) for row, one in zip(rows, outcomes, strict=True) if one.result in SETTLED]
    waiting = [
        Entry(row.source, row.external_id, row.partner, plain(row), one.problems)
        for row, one in zip(rows, outcomes, strict=True)
        if one.result == Result.WAITING
    ]
    keep_entries(intake.vendor_id, kind.name, waiting, settled, intake.run)


def _tell(intake: Intake, kind: FactKind, outcomes: Sequence[Outcome]) -> None:
    changed = {Result.BOOKED, Result.CORRECTED, Result.CANCELLED}
    counts = Counter(pk for one in outcomes if one.result in changed for pk in one.enrollments)
    for enrollment in Enrollment.objects.filter(pk__in=list(counts)).order_by("pk"):
        record(kind.event, actor=intake.actor, subject=enrollment, data={"count": counts[enrollment.pk]})
