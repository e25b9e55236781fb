"""The relay: takes deliveries from Postgres and runs their handlers.

Exactly once for handlers that only write to the database: handler and done-mark commit together, so a killed worker
leaves the row as it was. At least once for handlers that talk to the outside, under the delivery's id as key.
"""

from __future__ import annotations

import random
import traceback
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from activity.enums import DeliveryState
from activity.models import Delivery
from activity.registry import HANDLERS, Effect, Handler
from prm.kernel.composed import composed

if TYPE_CHECKING:
    from django.db.models import QuerySet

log = structlog.get_logger(__name__)

ATTEMPTS = 8
LEASE = timedelta(minutes=2)
FIRST_WAIT_SECONDS = 5


def drain(limit: int = 500) -> int:
    """Run due deliveries, one transaction each, until none is left or `limit` is reached. Returns how many ran."""
    done = 0
    while done < limit and run_next():
        done += 1
    return done


def run_next() -> bool:
    """Run the oldest due delivery that no other worker holds. False when there is none."""
    with transaction.atomic():
        delivery = next(iter(_next_due(timezone.now())), None)
        if delivery is None:
            return False
        handler = HANDLERS.get(delivery.handler)
        if handler is None:
            give_up(delivery, f"no handler is called {delivery.handler}")
            return True
        if handler.effect is Effect.DATABASE:
            _run_inside(delivery, handler)
            return True
        delivery.due_at = timezone.now() + LEASE
        delivery.save(update_fields=["due_at"])
    _run_outside(delivery, handler)
    return True


@composed
def _next_due(now: datetime) -> QuerySet[Delivery]:
    """Return the oldest due delivery that nobody else holds, locked, with its event; asked for all day."""
    due = Delivery.objects.due(now).select_related("event")
    return due.select_for_update(skip_locked=True, of=("self",))[:1]


def _run_inside(delivery: Delivery, handler: Handler) -> None:
    try:
        with transaction.atomic():
            handler.run(delivery.event)
    except Exception as error:  # noqa: BLE001  (whatever fails is kept with the delivery and retried)
        retry_later(delivery, error)
    else:
        mark_done(delivery)


def _run_outside(delivery: Delivery, handler: Handler) -> None:
    try:
        handler.run(delivery.event)
    except Exception as error:  # noqa: BLE001  (as above)
        retry_later(delivery, error)
    else:
        mark_done(delivery)


def mark_done(delivery: Delivery) -> None:
    """Record that the handler ran."""
    Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.DONE, done_at=timezone.now(), error="")


def retry_later(delivery: Delivery, error: Exception) -> None:
    """Keep the error; try again after a doubling wait with jitter, or give up after the last attempt."""
    attempts = delivery.attempts + 1
    log.warning("delivery_failed", handler=delivery.handler, event_id=delivery.event_id, attempts=attempts)
    words = "".join(traceback.format_exception(error))[-4000:]
    if attempts >= ATTEMPTS:
        give_up(delivery, words)
        return
    Delivery.objects.filter(pk=delivery.pk).update(
        attempts=attempts, due_at=timezone.now() + backoff(attempts, FIRST_WAIT_SECONDS), error=words
    )


def give_up(delivery: Delivery, reason: str) -> None:
    """Move it to the dead letters, where an operator sees it and can retry; tell the handler, if it wants to know.

    A handler that fails at being told leaves no more than a line in the log: the dead letter is there all the same.
    """
    dead = {"state": DeliveryState.DEAD, "attempts": F("attempts") + 1, "error": reason}
    handler = HANDLERS.get(delivery.handler)
    with transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).update(**dead)
        if handler is None or handler.given_up is None:
            return
        try:
            with transaction.atomic():
                handler.given_up(delivery.event, reason)
        except Exception:
            log.exception("given_up_failed", handler=delivery.handler, event_id=delivery.event_id)


def revive(delivery_id: int) -> int:
    """Put a dead delivery back into the queue. Returns 1, or 0 when it isn't dead."""
    return (
        Delivery.objects.dead()
        .filter(pk=delivery_id)
        .update(state=DeliveryState.PENDING, attempts=0, due_at=timezone.now(), error="")
    )


def backoff(attempts: int, first_seconds: float) -> timedelta:
    """Return a doubling wait with up to 30 % jitter, at most an hour."""
    seconds = min(first_seconds * 2 ** (attempts - 1), 3600)
    return timedelta(seconds=seconds * random.uniform(1, 1.3))  # noqa: S311  (spreading load, not secrecy)


def overdue(now: datetime) -> int:
    """Return how many deliveries have waited for more than a minute: a figure for the health page."""
    return Delivery.objects.due(now - timedelta(minutes=1)).count()
