"""Telling people: a line behind the bell at once, and a mail when the person wants it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from activity.enums import DIGESTED, Cadence
from activity.mailing.queueing import Addressee, queue_notices
from activity.models import DigestLine, Notification
from activity.muting import happened_muted
from activity.preferences import Wishes, wishes_of
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
    queries for any number of recipients. What happened while the vendor was muted is told to nobody.
    """
    if happened_muted(event):
        return
    Notification.objects.bulk_create(
        [
            Notification(
                event=event, kind=kind.name, person_id=to.person_id, seat_id=to.seat_id, facts=dict(facts), path=path
            )
            for to in recipients
        ],
        ignore_conflicts=True,
    )
    wishes = wishes_of({to.person_id for to in recipients}, {kind.name})
    concerns = [Concern(to.person_id, to.seat_id, kind.name, event) for to in recipients]
    reasons = reasons_to_withhold(concerns, wishes)
    told = [to for to, reason in zip(recipients, reasons, strict=True) if reason is None]
    people = Person.objects.in_bulk({to.person_id for to in told})
    line = DigestLine(event=event, kind=kind.name, facts=dict(facts), path=path)
    DigestLine.objects.bulk_create(
        [_line_for(to, people[to.person_id], line, wishes) for to in told if _cadence(to, wishes, kind) in DIGESTED],
        ignore_conflicts=True,
    )
    at_once = [to for to in told if _cadence(to, wishes, kind) == Cadence.IMMEDIATE]
    addressees = [Addressee(people[to.person_id], to.seat_id) for to in at_once]
    queue_notices(event=event, kind=kind, to=addressees, facts={**facts, "path": path})


def _cadence(to: Recipient, wishes: Wishes, kind: NoticeKind) -> Cadence:
    return wishes.cadence(to.person_id, kind)


def _line_for(to: Recipient, person: Person, like: DigestLine, wishes: Wishes) -> DigestLine:
    """Return a recipient's own unsaved line of a digest, due at its next slot."""
    cadence = _cadence(to, wishes, NOTICES[like.kind])
    due = next_slot(cadence, timezone.now(), person.time_zone, wishes.hour(person.pk))
    return DigestLine(
        person=person,
        seat_id=to.seat_id,
        event=like.event,
        kind=like.kind,
        cadence=cadence,
        facts=like.facts,
        path=like.path,
        due_at=due,
    )
