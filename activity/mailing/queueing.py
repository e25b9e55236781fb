"""Mails are written as rows: rendered for each recipient, in its language and time zone, in the vendor's own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone, translation

from activity.mailing.letters import TEMPLATES, Footer, Letter, one_line, render
from activity.mailing.stopping import footer_for
from activity.mailing.texts import texts_for, worded_letter
from activity.models import Mail
from activity.muting import happened_muted
from activity.registry import NoticeKind, title_of
from people.models import Person

if TYPE_CHECKING:
    from activity.models import Event


@dataclass(frozen=True, slots=True)
class Addressee:
    """A person who is mailed, and the seat that makes it its business."""

    person: Person
    seat_id: int | None


def queue_notices(*, event: Event, kind: NoticeKind, to: Sequence[Addressee], facts: Mapping[str, Any]) -> int:
    """Write a mail about a notification for each addressee. Returns how many are new.

    A second call with the same event, person and template writes nothing.
    """
    if not to:
        return 0
    texts = texts_for(event.vendor_id, kind.mail)
    rows = []
    for addressee in to:
        person = addressee.person
        with translation.override(person.language), timezone.override(person.time_zone):
            worded = {**facts, "title": title_of(kind.name, facts)}
            letter = worded_letter(TEMPLATES[kind.mail], worded, texts.get(person.language))
            mail = _mail(letter, person.email, footer_for(person.pk, kind.name))
        mail.person, mail.event, mail.seat_id = person, event, addressee.seat_id
        mail.vendor_id, mail.kind, mail.template = event.vendor_id, kind.name, kind.mail
        rows.append(mail)
    return len(Mail.objects.bulk_create(rows, ignore_conflicts=True))


def queue_mail(*, event: Event, template: str, people: list[Person], facts: Mapping[str, Any]) -> int:
    """Write a mail about an event that no kind of notification announces. Returns how many are new.

    It is sent to whoever sees the event's subject from one of its seats. A second call with the same event, person and
    template writes nothing, nor does one about what happened while the vendor was muted.
    """
    if happened_muted(event):
        return 0
    texts = texts_for(event.vendor_id, template)
    rows = []
    for person in people:
        with translation.override(person.language), timezone.override(person.time_zone):
            letter = worded_letter(TEMPLATES[template], facts, texts.get(person.language))
            mail = _mail(letter, person.email, footer_for(person.pk, ""))
        mail.person, mail.event, mail.vendor_id, mail.template = person, event, event.vendor_id, template
        rows.append(mail)
    return len(Mail.objects.bulk_create(rows, ignore_conflicts=True))


def queue_to_address(*, to: str, template: str, facts: Mapping[str, Any], vendor_id: int | None = None) -> Mail:
    """Write a mail that no event caused, to an address: in its person's language where one signs in with it.

    With `vendor_id` in that vendor's own words, where it has any.
    """
    person = Person.objects.at_address(to).first()
    language = person.language if person else translation.get_language()
    with translation.override(language):
        letter = worded_letter(TEMPLATES[template], facts, texts_for(vendor_id, template).get(language))
        mail = _mail(letter, to, Footer())
    mail.person, mail.template = person, template
    mail.save()
    return mail


def queue_plain_mail(*, to: str, subject: str, text: str, template: str) -> None:
    """Write a mail that another library worded, such as a password reset."""
    person = Person.objects.at_address(to).first()
    Mail.objects.create(person=person, template=template, to=to, subject=one_line(subject), text=text)


def queue_letter(*, person: Person, letter: Letter, template: str) -> Mail:
    """Write a letter that the person asked for to the person itself, such as a test."""
    mail = _mail(letter, person.email, Footer())
    mail.person, mail.template = person, template
    mail.save()
    return mail


def _mail(letter: Letter, to: str, footer: Footer) -> Mail:
    """Return the unsaved mail of a letter, drawn in the active language."""
    text, html = render(letter, footer)
    return Mail(
        to=to,
        subject=one_line(letter.subject),
        text=text,
        html=html,
        sender_name=one_line(letter.brand.get("name", ""))[:120],
        reply_to=letter.brand.get("reply_to", ""),
    )
