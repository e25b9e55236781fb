"""What did not reach people, as its vendor sees it: mails and reactions about the vendor's own events, with reasons."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from activity.enums import MailState, Withheld
from activity.models import Delivery, DigestLine, Event, Mail, Suppression
from activity.models.mails import UNDELIVERED
from activity.registry import EVENTS, title_of
from activity.reports import told_by
from activity.suppressing import Refusal
from prm.kernel.actors import Kind

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

MOST_DELIVERIES = 50
OUR_SIDE = re.compile(
    r"^(ConnectionRefusedError|ConnectionResetError|TimeoutError|gaierror|OSError|SSL\w*|"
    r"SMTP(Connect|Helo|Authentication)Error|SMTPServerDisconnected|SMTPSenderRefused)\b"
)
CODED = re.compile(r"^\(?([245]\d\d)\b")


@dataclass(frozen=True, slots=True)
class LostMail:
    """A mail that did not arrive. said: the mail server's words, where they are about the recipient."""

    id: int
    to: str
    about: str
    reason: str
    said: str
    at: datetime
    attempts: int
    bounces: bool


@dataclass(frozen=True, slots=True)
class LostDelivery:
    """A reaction to an event that gave up: `failed` is the kind of error, `where` its place in the code."""

    id: int
    about: str
    handler: str
    failed: str
    where: str
    at: datetime
    attempts: int


def undelivered_mails(actor: Actor) -> QuerySet[Any]:
    """Return the mails that did not arrive and tell, at least in part, of the actor's vendor's own events.

    `is_bouncing` says of each whether its address gets no mails at present.
    """
    if actor.kind is not Kind.VENDOR or actor.vendor_id is None:
        return Mail.objects.none()
    own_lines = DigestLine.objects.filter(mail=OuterRef("pk"), event__vendor_id=actor.vendor_id)
    own = Q(vendor_id=actor.vendor_id) | Q(vendor_id=None, slot__isnull=False) & Exists(own_lines)
    is_bouncing = Suppression.objects.all().of_person("to")
    return Mail.objects.filter(UNDELIVERED).filter(own).annotate(is_bouncing=is_bouncing)


def undelivered_deliveries(actor: Actor) -> QuerySet[Any]:
    """Return the reactions that gave up, to the actor's vendor's own events."""
    if actor.kind is not Kind.VENDOR:
        return Delivery.objects.none()
    return Delivery.objects.dead().filter(event__in=Event.objects.visible_to(actor))


def lost_mails(actor: Actor, mails: Sequence[Mail]) -> list[LostMail]:
    """Return mails as their vendor sees them: of a digest nothing but its own lines. One query for any number."""
    digests = [mail.pk for mail in mails if mail.slot is not None]
    titles: dict[int, list[str]] = defaultdict(list)
    if digests:
        lines = DigestLine.objects.filter(mail__in=digests, event__vendor_id=actor.vendor_id).order_by("id")
        for line in lines:
            titles[line.mail_id].append(title_of(line.kind, line.facts))
    return [_lost(mail, titles.get(mail.pk)) for mail in mails]


def _lost(mail: Any, titles: list[str] | None) -> LostMail:
    reason, said = reason_of(mail)
    about = "; ".join(titles) if titles else "" if mail.slot is not None else mail.subject
    return LostMail(mail.pk, mail.to, about, reason, said, mail.created_at, mail.attempts, bounces=mail.is_bouncing)


def reason_of(mail: Mail) -> tuple[str, str]:
    """Return why a mail did not arrive, in plain words, and what the recipient's mail server said, if it did."""
    if mail.state == MailState.WITHHELD:
        return str(Withheld(mail.withheld).label), ""
    if OUR_SIDE.match(mail.error):
        return _("Our own mail server did not take it. Whoever runs this installation knows more."), ""
    coded = CODED.match(mail.error)
    if coded and Refusal(int(coded.group(1)), mail.error).names_the_mailbox:
        return _("The mail server says that there is no such mailbox."), mail.error
    if coded or mail.sent_at is not None:
        return _("The recipient’s mail server refused it."), mail.error
    return _("It could not be sent."), ""


def lost_deliveries(actor: Actor) -> list[LostDelivery]:
    """Return the newest reactions that gave up. One query."""
    found = undelivered_deliveries(actor).select_related("event").order_by("-id")[:MOST_DELIVERIES]
    return [_lost_delivery(delivery) for delivery in found]


def _lost_delivery(delivery: Delivery) -> LostDelivery:
    failed, where = told_by(delivery.error)
    event = delivery.event
    name = str(event.data.get("reference") or event.data.get("name") or "")
    about = f"{name} {event.sentence}".strip() if event.kind in EVENTS else event.kind
    return LostDelivery(delivery.pk, about, delivery.handler, failed, where, event.occurred_at, delivery.attempts)
