"""Reads about the machinery: what waits, what gave up. Without any tenant's facts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Min, Q

from activity.enums import DeliveryState, MailState
from activity.heartbeat import last_beat
from activity.models import Delivery, Mail

if TYPE_CHECKING:
    from django.db.models import QuerySet

LATE = timedelta(minutes=1)
SILENT = timedelta(seconds=30)
FRAME = re.compile(r'^  File "([^"]*)", line (\d+), in (\S+)$', re.MULTILINE)
KIND = re.compile(r"[A-Za-z_][\w.]{0,120}")
UNKNOWN = "Error"
LONGEST_SENTENCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How the machinery does. `waiting_since` is when the oldest due delivery was due."""

    waiting: int
    late: int
    waiting_since: datetime | None
    dead: int
    mails_waiting: int
    mails_dead: int
    worker_seen: datetime | None
    worker_is_silent: bool


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A delivery that gave up: what was to react to what, and where the code failed."""

    id: int
    event_id: int
    handler: str
    kind: str
    attempts: int
    failed: str
    where: str
    happened_at: datetime


def health_at(now: datetime) -> Health:
    """Return the machinery's state. Three queries, each on a partial index."""
    due = Q(due_at__lte=now)
    waiting = Delivery.objects.filter(state=DeliveryState.PENDING).aggregate(
        waiting=Count("id", filter=due),
        late=Count("id", filter=Q(due_at__lte=now - LATE)),
        since=Min("due_at", filter=due),
    )
    mails = Mail.objects.filter(state__in=[MailState.QUEUED, MailState.SENDING]).count()
    seen = last_beat()
    return Health(
        waiting=waiting["waiting"],
        late=waiting["late"],
        waiting_since=waiting["since"],
        dead=Delivery.objects.dead().count(),
        mails_waiting=mails,
        mails_dead=Mail.objects.filter(state=MailState.DEAD).count(),
        worker_seen=seen,
        worker_is_silent=seen is None or now - seen > SILENT,
    )


def dead_letters(limit: int = 50) -> list[DeadLetter]:
    """Return the newest deliveries that gave up. One query."""
    found = (
        Delivery.objects.dead()
        .select_related("event")
        .only("handler", "attempts", "error", "event__kind", "event__occurred_at")
    )
    return [_dead_letter(delivery) for delivery in found.order_by("-id")[:limit]]


def _dead_letter(delivery: Delivery) -> DeadLetter:
    failed, where = told_by(delivery.error)
    event = delivery.event
    return DeadLetter(
        delivery.pk, event.pk, delivery.handler, event.kind, delivery.attempts, failed, where, event.occurred_at
    )


def told_by(error: str) -> tuple[str, str]:
    """Return the kind of an error and where in the code it arose.

    A traceback's message is left out: it may quote a tenant's facts, which an operator doesn't read. What is no
    traceback is our own short sentence, and stays.
    """
    frames = list(FRAME.finditer(error))
    if not frames:
        is_ours = len(error) <= LONGEST_SENTENCE and not error.startswith("Traceback")
        return (error if is_ours else UNKNOWN), ""
    # The first line after the last frame that isn't indented names the exception; all that follows is its message.
    after = error[frames[-1].end() :].splitlines()
    named = next((line for line in after if line and not line[0].isspace()), "")
    kind = named.partition(":")[0]
    path, line, function = frames[-1].groups()
    place = "/".join(path.split("/")[-2:])
    return (kind if KIND.fullmatch(kind) else UNKNOWN), f"{place}:{line} {function}"


def mails_to_nobody() -> QuerySet[Mail]:
    """Return the mails to addresses with which nobody signs in, such as applicants'. For the demo's outbox only."""
    return Mail.objects.filter(person=None)
