"""Mails: built from words and facts, kept as rows, sent by workers outside the transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import TYPE_CHECKING, Any

import structlog
from css_inline import CSSInliner
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from activity.enums import MailState
from activity.models import Mail
from activity.relay import backoff
from people.models import Person

if TYPE_CHECKING:
    from activity.models import Event

log = structlog.get_logger(__name__)

ATTEMPTS = 6
LEASE = timedelta(minutes=5)
FIRST_WAIT_SECONDS = 30
BATCH = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a mail says.

    said: what another person wrote, set off from the rest. button: a label and a path. why: why the person gets it.
    brand: the vendor's name, hue and chroma.
    """

    subject: str
    heading: str
    paragraphs: tuple[str, ...]
    said: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    button: tuple[str, str] | None = None
    why: str = ""
    brand: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MailTemplate:
    """A kind of mail: builds its letter from an event's facts; `sample` is what the preview shows."""

    name: str
    build: Callable[[Mapping[str, Any]], Letter]
    sample: Mapping[str, Any]


TEMPLATES: dict[str, MailTemplate] = {}


def mail_template(
    name: str, *, sample: Mapping[str, Any]
) -> Callable[[Callable[[Mapping[str, Any]], Letter]], Callable[[Mapping[str, Any]], Letter]]:
    """Register a function that builds a letter from facts, with a sample for its preview."""

    def register(build: Callable[[Mapping[str, Any]], Letter]) -> Callable[[Mapping[str, Any]], Letter]:
        TEMPLATES[name] = MailTemplate(name, build, sample)
        return build

    return register


def render(letter: Letter) -> tuple[str, str]:
    """Return the letter as plain text and as HTML with its styles inlined."""
    context = {
        "subject": letter.subject,
        "heading": letter.heading,
        "paragraphs": letter.paragraphs,
        "said": letter.said,
        "facts": letter.facts,
        "button_label": letter.button[0] if letter.button else "",
        "button_url": settings.SITE_URL + letter.button[1] if letter.button else "",
        "reason": letter.why,
        "brand_name": letter.brand.get("name", ""),
        "brand_hue": letter.brand.get("hue"),
        "brand_chroma": letter.brand.get("chroma"),
    }
    text = render_to_string("mail/base.txt", context).strip() + "\n"
    html = _inliner().inline(render_to_string("mail/base.html", context))
    return text, html


_inliners: list[CSSInliner] = []


def _inliner() -> CSSInliner:
    if not _inliners:
        _inliners.append(CSSInliner(keep_style_tags=True, load_remote_stylesheets=False))
    return _inliners[0]


def one_line(subject: str) -> str:
    """Return a subject that fits into one header line: a line break in a customer's name must not make another."""
    return " ".join(subject.split())[:250]


def queue_mail(*, event: Event, template: str, people: list[Person], facts: Mapping[str, Any]) -> int:
    """Write a mail for each person, in that person's language and time zone. Returns how many are new.

    A second call with the same event, person and template writes nothing.
    """
    rows = []
    for person in people:
        with translation.override(person.language), timezone.override(person.time_zone):
            letter = TEMPLATES[template].build(facts)
            text, html = render(letter)
        rows.append(
            Mail(
                person=person,
                event=event,
                template=template,
                to=person.email,
                subject=one_line(letter.subject),
                text=text,
                html=html,
            )
        )
    return len(Mail.objects.bulk_create(rows, ignore_conflicts=True))


def queue_to_address(*, to: str, template: str, facts: Mapping[str, Any]) -> None:
    """Write a mail that no event caused, to an address: in its person's language where one signs in with it."""
    person = Person.objects.filter(email__iexact=to).first()
    language = person.language if person else translation.get_language()
    with translation.override(language):
        letter = TEMPLATES[template].build(facts)
        text, html = render(letter)
    Mail.objects.create(person=person, template=template, to=to, subject=letter.subject[:250], text=text, html=html)


def queue_plain_mail(*, to: str, subject: str, text: str, template: str) -> None:
    """Write a mail that another library worded, such as a password reset."""
    person = Person.objects.filter(email__iexact=to).first()
    Mail.objects.create(person=person, template=template, to=to, subject=one_line(subject), text=text)


def send_due() -> int:
    """Claim due mails and send them, each outside any transaction. Returns how many were sent."""
    sent = 0
    while mails := _claim():
        sent += sum(_send(mail) for mail in mails)
    return sent


def _claim() -> list[Mail]:
    with transaction.atomic():
        mails = list(Mail.objects.due(timezone.now()).select_for_update(skip_locked=True)[:BATCH])
        Mail.objects.all().claim([mail.pk for mail in mails], timezone.now() + LEASE)
    return mails


def _send(mail: Mail) -> bool:
    message = EmailMultiAlternatives(mail.subject, mail.text, to=[mail.to], headers={"X-Mail-Id": str(mail.pk)})
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    try:
        message.send()
    except SMTPRecipientsRefused as error:
        _give_up(mail, str(error))
    except Exception as error:  # noqa: BLE001  (one mail that can't be sent must not hold up the others)
        _retry(mail, f"{type(error).__name__}: {error}")
    else:
        Mail.objects.all().mark_sent(mail.pk)
        return True
    return False


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
