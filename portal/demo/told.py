"""What people were told lately: lines behind the bell, and mails, with the same words as the handlers'."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone, translation

from activity.enums import Cadence, MailState
from activity.mailing import TEMPLATES, render
from activity.mailing.stopping import footer_for
from activity.models import Mail, Notification
from dealreg import emails, emails_appeals, emails_protection, events, pipeline_emails, price_notices
from dealreg.enums import CommentAudience
from dealreg.handlers import facts_of
from dealreg.models import Comment
from prm.kernel.actors import VENDOR_ROLES, Role

if TYPE_CHECKING:
    from activity.models import Event
    from activity.registry import NoticeKind
    from partners.models import Seat
    from portal.demo.stories import Happening
    from portal.demo.world import World

BELL = timedelta(days=30)
MAILS = timedelta(days=4)
UNREAD = {True: 9, False: 4}
"""How many of the newest are still unread: of vendor staff's, of partner people's."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Who is told of an event, and how. roles: the vendor's; none means the partner's people."""

    kind: NoticeKind
    roles: tuple[Role, ...] = ()

    @property
    def mail(self) -> str:
        """Its mail, where people get one at once."""
        return self.kind.mail if self.kind.default == Cadence.IMMEDIATE else ""


DECIDERS = (Role.APPROVER,)
TELLINGS = {
    events.SUBMITTED.name: Telling(emails.SUBMITTED, DECIDERS),
    events.ASKED.name: Telling(emails.ASKED),
    events.ANSWERED.name: Telling(emails.ANSWERED, DECIDERS),
    events.APPROVED.name: Telling(emails.APPROVED),
    events.DECLINED.name: Telling(emails.DECLINED),
    events.WITHDRAWN.name: Telling(emails.WITHDRAWN, DECIDERS),
    events.EXPIRING.name: Telling(emails.EXPIRING),
    events.EXPIRED.name: Telling(emails.EXPIRED),
    events.OVERDUE.name: Telling(emails.OVERDUE, (Role.MANAGER, Role.APPROVER)),
    events.WON.name: Telling(emails.WON, (Role.MANAGER,)),
    events.LOST.name: Telling(emails.LOST, (Role.MANAGER,)),
    events.HANDED_OVER.name: Telling(emails.HANDED_OVER),
    events.PRICE_ASKED.name: Telling(price_notices.ASKED, DECIDERS),
    events.PRICE_DECIDED.name: Telling(price_notices.DECIDED),
    events.EXTENSION_ASKED.name: Telling(emails_protection.EXTENSION_ASKED, DECIDERS),
    events.EXTENDED.name: Telling(emails_protection.EXTENDED),
    events.EXTENSION_REFUSED.name: Telling(emails_protection.EXTENSION_REFUSED),
    events.OFFERED.name: Telling(emails_appeals.OFFERED),
    events.APPEALED.name: Telling(emails_appeals.APPEALED, (Role.MANAGER, Role.APPROVER)),
    events.APPEAL_UPHELD.name: Telling(emails_appeals.DECIDED[events.APPEAL_UPHELD.name]),
    events.STALLED.name: Telling(pipeline_emails.STALLED),
    events.TERM_ENDING.name: Telling(pipeline_emails.TERM_ENDING),
}


def write_told(world: World, told: list[tuple[Happening, Event]]) -> None:
    """Write notifications of the last weeks and mails of the last days."""
    notes: list[Notification] = []
    mails: list[Mail] = []
    for happening, event in told:
        telling = _telling_of(happening)
        if telling is None or happening.at < world.now - BELL:
            continue
        facts, path = _facts(happening, event, telling)
        for seat in _recipients(world, happening, telling):
            notes.append(_note(event, telling, seat, facts, path))
            if telling.mail and happening.at > world.now - MAILS:
                mails.append(_mail(event, telling, seat, facts))
    _mark_read(world, notes)
    Notification.objects.bulk_create(notes)
    Mail.objects.bulk_create(mails)


def _telling_of(happening: Happening) -> Telling | None:
    if happening.kind is events.COMMENTED and isinstance(happening.link, Comment):
        vendor_wrote = happening.seat is not None and happening.seat.role in VENDOR_ROLES
        shared = happening.link.audience == CommentAudience.SHARED
        return Telling(emails.COMMENTED, () if vendor_wrote else DECIDERS) if shared else None
    return TELLINGS.get(happening.kind.name)


def _facts(happening: Happening, event: Event, telling: Telling) -> tuple[dict[str, Any], str]:
    deal = happening.deal
    path = deal.get_desk_url() if telling.roles else deal.get_absolute_url()
    facts = {**facts_of(deal, event), "path": path}
    if isinstance(happening.link, Comment):
        facts["message"] = happening.link.text
    return facts, path


def _recipients(world: World, happening: Happening, telling: Telling) -> list[Seat]:
    deal = happening.deal
    untold = {happening.seat.person_id if happening.seat else None, happening.apart}
    where = deal.vendor.slug if telling.roles else deal.partner.slug
    if not telling.roles and not deal.enrollment.is_live:
        return []
    return [
        seat
        for (_email, place), seat in world.seats.items()
        if place == where
        and seat.person_id not in untold
        and (
            seat.role in (telling.roles or (Role.ADMINISTRATOR,))
            or (not telling.roles and seat.person_id == deal.owner_id)
        )
    ]


def _note(event: Event, telling: Telling, seat: Seat, facts: dict[str, Any], path: str) -> Notification:
    return Notification(
        person=seat.person,
        seat_id=seat.pk,
        event=event,
        kind=telling.kind.name,
        facts=facts,
        path=path,
        created_at=event.occurred_at + timedelta(seconds=4),
    )


def _mark_read(world: World, notes: list[Notification]) -> None:
    """Let everyone have read all but the newest."""
    vendor_seats = {seat.pk for seat in world.seats.values() if seat.role in VENDOR_ROLES}
    unread: Counter[int] = Counter()
    for note in reversed(notes):
        unread[note.seat_id] += 1
        if unread[note.seat_id] > UNREAD[note.seat_id in vendor_seats]:
            note.read_at = min(note.created_at + timedelta(hours=world.rng.uniform(0.2, 20)), world.now)


def _mail(event: Event, telling: Telling, seat: Seat, facts: dict[str, Any]) -> Mail:
    template = telling.mail
    person, at = seat.person, event.occurred_at + timedelta(seconds=5)
    with translation.override(person.language), timezone.override(person.time_zone):
        letter = TEMPLATES[template].letter(facts)
        text, html = render(letter, footer_for(person.pk, telling.kind.name))
    return Mail(
        person=person,
        event=event,
        vendor_id=event.vendor_id,
        seat_id=seat.pk,
        kind=telling.kind.name,
        template=template,
        to=person.email,
        subject=letter.subject[:250],
        text=text,
        html=html,
        state=MailState.SENT,
        attempts=1,
        due_at=at,
        created_at=at,
        sent_at=at + timedelta(seconds=2),
    )
