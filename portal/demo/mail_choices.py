"""What people chose about their mails, a summary that came, a mail in Northwind's words, and mails that came back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from activity.enums import Cadence, MailState, SuppressionReason
from activity.mailing.digests import queue_digest
from activity.models import DigestHour, DigestLine, Mail, MailText, Notification, Preference, Suppression
from activity.slots import next_slot
from portal.demo.brightpath_deals import MARA

if TYPE_CHECKING:
    from partners.models import Seat
    from portal.demo.world import World

MANAGER = "manager@northwind.example"
WISHES = (
    (MARA, "brightpath", {"deal.commented": Cadence.HOURLY, "deal.expiring": Cadence.DAILY}, 7),
    (MANAGER, "northwind", {"deal.lost": Cadence.OFF}, 8),
)
SUMMED_UP = {"deal.won", "deal.withdrawn", "deal.commented", "deal.expiring", "deal.expired"}
MOST_LINES = 6
SAID_BY_SERVERS = (
    ("550 5.1.1 The email account that you tried to reach does not exist.", SuppressionReason.REFUSED),
    ("552 5.2.2 The mailbox is full.", None),
    ("SMTPServerDisconnected: Connection unexpectedly closed", None),
)
APPROVED = MailText(
    template="deal_approved",
    language="en",
    subject="Go ahead: {customer} is yours",
    heading="{customer} is yours, {partner}",
    paragraphs="Good work. {decider} has approved your registration, and it is protected until {until}.\n\n"
    "Our presales team in Hamburg helps with layouts and site visits: write to it early.",
    button="See what comes next",
)


def write_mail_choices(world: World) -> None:
    """Write them."""
    for email, where, cadences, hour in WISHES:
        seat = world.seat(email, where)
        DigestHour.objects.create(person=seat.person, hour=hour)
        Preference.objects.bulk_create(
            Preference(person=seat.person, kind=kind, cadence=cadence) for kind, cadence in cadences.items()
        )
        _sum_up(world, seat, hour)
    _word_approval(world)
    _bring_back(world)


def _sum_up(world: World, seat: Seat, hour: int) -> None:
    """Write today's summary of what the person was told lately, as sent."""
    found = Notification.objects.filter(person=seat.person, seat_id=seat.pk, kind__in=SUMMED_UP).order_by("-created_at")
    start = world.now - timedelta(days=1)
    slot = next_slot(Cadence.DAILY, start, seat.person.time_zone, hour)
    notes = [note for note in found[: MOST_LINES * 2] if note.created_at < slot][:MOST_LINES]
    if not notes:
        return
    DigestLine.objects.bulk_create(
        DigestLine(
            person=seat.person, seat_id=seat.pk, event_id=note.event_id, kind=note.kind, cadence=Cadence.DAILY,
            facts=note.facts, path=note.path, due_at=slot,
        )
        for note in reversed(notes)
    )  # fmt: skip
    queue_digest(seat.person_id, world.now)
    at = slot + timedelta(seconds=40)
    Mail.objects.filter(person=seat.person, slot=slot).update(
        state=MailState.SENT, attempts=1, created_at=at, due_at=at, sent_at=at + timedelta(seconds=2)
    )


def _word_approval(world: World) -> None:
    seat = world.seat(MANAGER, "northwind")
    MailText.objects.create(
        vendor_id=world.sides["northwind"].vendor.pk,
        person=seat.person,
        changed_at=world.now - timedelta(days=12),
        **{
            name: getattr(APPROVED, name)
            for name in ("template", "language", "subject", "heading", "paragraphs", "button")
        },
    )


def _bring_back(world: World) -> None:
    """Let a few of Northwind's mails to partners come back, each for another reason."""
    vendor_id = world.seat(MANAGER, "northwind").vendor_id
    mails = Mail.objects.filter(vendor_id=vendor_id, person__seats__partner__isnull=False).order_by("-created_at")
    chosen: dict[str, Mail] = {}
    for mail in mails.exclude(to__endswith="@brightpath.example")[:60]:
        chosen.setdefault(mail.to, mail)
    for mail, (said, reason) in zip(chosen.values(), SAID_BY_SERVERS, strict=False):
        attempts = 1 if said[0] == "5" else 6
        Mail.objects.filter(pk=mail.pk).update(state=MailState.DEAD, sent_at=None, error=said, attempts=attempts)
        if reason is not None:
            Suppression.objects.create(address=mail.to, reason=reason, detail=said, since=mail.created_at)
