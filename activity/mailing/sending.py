"""Mails are claimed by a worker, checked once more, and sent outside any transaction.

At least once: a worker that dies between the server's yes and the mark leaves the mail claimed, and another sends it
again when the claim ends, under the same Message-ID, by which mail programs and servers tell a repetition.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from email.utils import formataddr, parseaddr
from smtplib import SMTPRecipientsRefused

import structlog
from anymail.exceptions import AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone

from activity.enums import MailState, Withheld
from activity.mailing.digests import rebuild, withhold_lines
from activity.mailing.letters import address
from activity.mailing.stopping import DIGEST, stop_path
from activity.models import DigestLine, Mail
from activity.preferences import may_be_stopped
from activity.relay import backoff
from activity.sight import Concern, reasons_to_withhold
from activity.suppressing import refusal_in, suppress

log = structlog.get_logger(__name__)

ATTEMPTS = 6
LEASE = timedelta(minutes=5)
MARGIN = timedelta(minutes=1)
"""How long before the claim ends no further mail is begun: longer than a mail server may take to answer."""
FRESH = timedelta(seconds=5)
"""How old the check may be when a mail is sent."""
FIRST_WAIT_SECONDS = 30
BATCH = 50


def send_due() -> int:
    """Claim due mails and send them, each outside any transaction. Returns how many were sent."""
    sent = 0
    while mails := _claim():
        sent += _send_batch(mails)
    return sent


def _claim() -> list[Mail]:
    until = timezone.now() + LEASE
    with transaction.atomic():
        due = Mail.objects.due(timezone.now()).select_for_update(skip_locked=True, of=("self",))
        mails = list(due.select_related("person", "event")[:BATCH])
        Mail.objects.all().claim([mail.pk for mail in mails], until)
    for mail in mails:
        mail.due_at = until
    return mails


def _send_batch(mails: list[Mail]) -> int:
    """Send the claimed mails that may be sent; give back what can't be begun before the claim ends."""
    sent, checked_at, allowed = 0, None, set[int]()
    for number, mail in enumerate(mails):
        now = timezone.now()
        if now > mail.due_at - MARGIN:
            Mail.objects.all().release([other.pk for other in mails[number:]])
            break
        if checked_at is None or now - checked_at > FRESH:
            allowed, checked_at = _allowed(mails[number:], now), now
        sent += mail.pk in allowed and _send(mail)
    return sent


def _allowed(mails: list[Mail], now: datetime) -> set[int]:
    """Return which mails may be sent; the others are withheld, with the reason. Bounded queries for any number."""
    digests = [mail for mail in mails if mail.slot is not None]
    about = [mail for mail in mails if mail.event is not None and mail.person_id is not None]
    concerns = [Concern(mail.person_id or 0, mail.seat_id, mail.kind, mail.event) for mail in about if mail.event]
    found = {mail.pk for mail in mails} - {mail.pk for mail in digests}
    for mail, reason in zip(about, reasons_to_withhold(concerns), strict=True):
        if reason is not None:
            Mail.objects.all().withhold(mail.pk, reason)
            found.discard(mail.pk)
    return found | _allowed_digests(digests, now)


def _allowed_digests(digests: list[Mail], now: datetime) -> set[int]:
    """Take out of each digest what its reader may no longer open; withhold those of which nothing is left."""
    lines = list(DigestLine.objects.filter(mail__in=digests).select_related("event").order_by("id"))
    kept = withhold_lines(lines, now) if lines else []
    allowed = set()
    for mail in digests:
        before = [line for line in lines if line.mail_id == mail.pk]
        left = [line for line in kept if line.mail_id == mail.pk]
        if not left:
            reasons = DigestLine.objects.filter(pk__in=[line.pk for line in before]).values_list("withheld", flat=True)
            Mail.objects.all().withhold(mail.pk, next((reason for reason in reasons if reason), Withheld.SIGHT))
            continue
        if len(left) < len(before):
            rebuild(mail, left)
        allowed.add(mail.pk)
    return allowed


def _send(mail: Mail) -> bool:
    message = message_of(mail)
    try:
        message.send()
    except (SMTPRecipientsRefused, AnymailRecipientsRefused) as error:
        _refused(mail, error)
    except Exception as error:  # noqa: BLE001  (one mail that can't be sent must not hold up the others)
        _retry(mail, f"{type(error).__name__}: {error}")
    else:
        status = getattr(message, "anymail_status", None)
        Mail.objects.all().mark_sent(mail.pk, str(getattr(status, "message_id", None) or ""))
        return True
    return False


def message_of(mail: Mail) -> EmailMultiAlternatives:
    """Return the message: from the installation's address in the vendor's name, answers to the vendor's address."""
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    headers = {"X-Mail-Id": str(mail.pk), "Message-ID": message_id_of(mail), "Auto-Submitted": "auto-generated"}
    if mail.person_id is not None and (mail.kind == DIGEST or may_be_stopped(mail.kind)):
        headers["List-Unsubscribe"] = f"<{address(stop_path(mail.person_id, mail.kind))}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        from_email=formataddr((mail.sender_name, sender)) if mail.sender_name else settings.DEFAULT_FROM_EMAIL,
        to=[address_of(mail)],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers=headers,
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    message.metadata = {"mail": str(mail.pk)}  # type: ignore[attr-defined]  # mail services give it back with a bounce
    return message


def address_of(mail: Mail) -> str:
    """Return where it goes: a mail about an event follows its person to a new address."""
    return mail.person.email if mail.person is not None and mail.is_about_an_event else mail.to


def message_id_of(mail: Mail) -> str:
    """Return the mail's Message-ID: the same in every attempt, and not to be guessed."""
    digest = hmac.new(settings.SECRET_KEY.encode(), f"mail {mail.pk}".encode(), hashlib.sha256).hexdigest()[:24]
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{mail.pk}.{digest}@{domain}>"


def _refused(mail: Mail, error: Exception) -> None:
    """Give up on an address that the server knows not to exist, and send nothing there again; else try later."""
    refusal = refusal_in(error)
    if refusal.is_final:
        _give_up(mail, refusal.words)
    else:
        _retry(mail, refusal.words)
    if refusal.names_the_mailbox:
        suppress(address=address_of(mail), reason="refused", detail=refusal.words)


def _retry(mail: Mail, reason: str) -> None:
    attempts = mail.attempts + 1
    log.warning("mail_failed", mail_id=mail.pk, attempts=attempts, error=reason[:200])
    if attempts >= ATTEMPTS:
        _give_up(mail, reason)
        return
    due = timezone.now() + backoff(attempts, FIRST_WAIT_SECONDS)
    Mail.objects.filter(pk=mail.pk).update(state=MailState.QUEUED, due_at=due, error=reason[:4000])


def _give_up(mail: Mail, reason: str) -> None:
    Mail.objects.filter(pk=mail.pk).update(state=MailState.DEAD, error=reason[:4000])
