"""Telling people: a line behind the bell at once, and a mail when the person wants it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from activity.enums import Cadence
from activity.mailing.queueing import Addressee, queue_notices
from activity.models import DigestLine, Notification
from activity.preferences import is_digested, wishes_of
from activity.registry import NOTICES, NoticeGroup, NoticeKind, notice, title_of
from activity.sight import Concern, reasons_to_withhold
from activity.slots import next_slot
from people.models import Person

if TYPE_CHECKING:
    from activity.models import Event

__all__ = ["NOTICES", "NoticeGroup", "NoticeKind", "Recipient", "notice", "notify", "title_of"]


@dataclass(frozen=True, slots=True)
class Recipient:
    """Someone to be told, at the seat that makes it their business."""

    person_id: int
    seat_id: int


def notify(*, event: Event, kind: NoticeKind, recipients: list[Recipient], facts: Mapping[str, Any], path: str) -> None:
    """Tell each recipient: write the line behind the bell, and a mail or a line for the next digest, as each one wants.

    `path` is the address, within this site, that the line opens. A second call with the same event and kind writes
    nothing. Nobody is mailed about what it may not open, or what isn't its role's business. Costs the same number of
    queries for any number of recipients.
    """
    Notification.objects.bulk_create(
        [
            Notification(
                event=event, kind=kind.name, person_id=to.person_id, seat_id=to.seat_id, facts=dict(facts), path=path
            )
            for to in recipients
        ],
        ignore_conflicts=True,
    )
    concerns = [Concern(to.person_id, to.seat_id, kind.name, event) for to in recipients]
    reasons = reasons_to_withhold(concerns)
    told = [concern for concern, reason in zip(concerns, reasons, strict=True) if reason is None]
    people = Person.objects.in_bulk({concern.person_id for concern in told})
    wishes = wishes_of(people, {kind.name}) if told else None
    at_once, later = [], []
    for concern in told:
        cadence = wishes.cadence(concern.person_id, kind) if wishes else Cadence.OFF
        person = people[concern.person_id]
        if is_digested(cadence):
            hour = wishes.hour(person.pk) if wishes else 0
            due = next_slot(cadence, timezone.now(), person.time_zone, hour)
            later.append(
                DigestLine(
                    person=person, seat_id=concern.seat_id, event=event, kind=kind.name, cadence=cadence,
                    facts=dict(facts), path=path, due_at=due,
                )
            )  # fmt: skip
        elif cadence == Cadence.IMMEDIATE:
            at_once.append(Addressee(person, concern.seat_id))
    DigestLine.objects.bulk_create(later, ignore_conflicts=True)
    queue_notices(event=event, kind=kind, to=at_once, facts={**facts, "path": path})
