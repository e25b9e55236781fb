"""Digests: what waits for a person is told in one mail when it is due.

One transaction claims a person's due lines, writes the mail and settles the lines. A worker that dies leaves the lines
as they were; two workers at once don't see the same lines. A slot has one digest at most, which a constraint holds: a
line that comes too late for its slot (its transaction took longer than the digest's) moves to the next.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activity.enums import Withheld
from activity.mailing.letters import Letter, Section, mail_template, one_line, render
from activity.mailing.stopping import DIGEST, footer_for
from activity.models import DigestLine, Mail
from activity.preferences import wishes_of
from activity.registry import NOTICES, title_of
from activity.sight import Concern, reasons_to_withhold
from activity.slots import next_slot
from people.models import Person

LOCK = 0x64696765  # "dige"
MOST_LINES = 100
PEOPLE_AT_ONCE = 200


def queue_digests(now: datetime) -> int:
    """Write the digests that are due, each in a transaction of its own. Returns how many mails."""
    written = 0
    while people := _people_with_due_lines(now):
        outcomes = [_tried(person_id, now) for person_id in people]
        written += outcomes.count("written")
        if all(outcome == "held" for outcome in outcomes):
            break
    return written


def _tried(person_id: int, now: datetime) -> str:
    try:
        return queue_digest(person_id, now)
    except IntegrityError:
        # Another worker wrote the slot's digest meanwhile; what is left over moves when it is looked at next.
        return "held"


def _people_with_due_lines(now: datetime) -> list[int]:
    due = DigestLine.objects.waiting().filter(due_at__lte=now).order_by("person").values_list("person_id", flat=True)
    return list(due.distinct()[:PEOPLE_AT_ONCE])


@transaction.atomic
def queue_digest(person_id: int, now: datetime) -> str:
    """Write one person's digest of all lines due, and settle them.

    Returns "written"; "settled" where nothing was left to tell; "moved" where the slot had its digest already; "held"
    where another worker has the lines.
    """
    if not _alone_at(person_id):
        return "held"
    claimed = DigestLine.objects.due(now).filter(person=person_id).select_for_update(skip_locked=True, of=("self",))
    lines = list(claimed.select_related("event"))
    if not lines:
        return "held"
    person = Person.objects.get(pk=person_id)
    slot = max(line.due_at for line in lines)
    if Mail.objects.filter(person=person, slot=slot).exists():
        _move(person, lines, now)
        return "moved"
    lines = withhold_lines(lines, now)
    if not lines:
        return "settled"
    mail = _digest(person, lines)
    mail.slot = slot
    mail.save()
    DigestLine.objects.filter(pk__in=[line.pk for line in lines]).update(mail=mail, settled_at=now)
    return "written"


def _alone_at(person_id: int) -> bool:
    """Hold a person's digest until the transaction ends; whether nobody else does.

    Without it two workers that begin at once may each get a part of the lines: the second part would come late.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, person_id % 2**31])
        return bool(cursor.fetchone()[0])


def _move(person: Person, lines: Iterable[DigestLine], now: datetime) -> None:
    """Put lines that came too late for their slot into the next one."""
    hour = wishes_of([person.pk], ()).hour(person.pk)
    for line in lines:
        line.due_at = next_slot(line.cadence, now, person.time_zone, hour)
        line.save(update_fields=["due_at"])


def withhold_lines(lines: Sequence[DigestLine], now: datetime) -> list[DigestLine]:
    """Settle the lines that the person must not be told any more, with the reason; return the others."""
    concerns = [Concern(line.person_id, line.seat_id, line.kind, line.event) for line in lines]
    gone: dict[Withheld, list[int]] = defaultdict(list)
    kept = []
    for line, reason in zip(lines, reasons_to_withhold(concerns), strict=True):
        if reason is None:
            kept.append(line)
        else:
            gone[reason].append(line.pk)
    for reason, ids in gone.items():
        DigestLine.objects.filter(pk__in=ids).update(withheld=reason, settled_at=now, mail=None)
    return kept


def rebuild(mail: Mail, lines: Sequence[DigestLine]) -> None:
    """Word a digest again from fewer lines, before it is sent."""
    assert mail.person is not None  # noqa: S101  (a digest has one; this tells the type checker)
    fresh = _digest(mail.person, lines)
    mail.subject, mail.text, mail.html = fresh.subject, fresh.text, fresh.html
    mail.save(update_fields=["subject", "text", "html"])


def _digest(person: Person, lines: Sequence[DigestLine]) -> Mail:
    with translation.override(person.language), timezone.override(person.time_zone):
        letter = digest_letter({"lines": [(line.kind, line.facts, line.path) for line in lines]})
        text, html = render(letter, footer_for(person.pk, DIGEST))
    return Mail(
        person=person,
        template=DIGEST,
        kind=DIGEST,
        to=person.email,
        subject=one_line(letter.subject),
        text=text,
        html=html,
    )


SAMPLE: dict[str, Any] = {
    "lines": [
        ("deal.won", {"partner": "Brightpath", "customer": "Castellan Foods GmbH"}, "/desk/deals/NW-4K7Q-2M9P/"),
        ("deal.withdrawn", {"partner": "Kappel", "customer": "Orbit Logistics"}, "/desk/deals/NW-8R2D-5XWK/"),
    ]
}


@mail_template(DIGEST, sample=SAMPLE)
def digest_letter(facts: Any) -> Letter:
    """Tell in one mail what happened since the last, for people who don't want a mail each time."""
    lines = facts["lines"]
    shown, more = lines[:MOST_LINES], max(len(lines) - MOST_LINES, 0)
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for kind, its_facts, path in shown:
        known = NOTICES.get(kind)
        groups[str(known.group.label) if known else ""].append((title_of(kind, its_facts), path))
    count = len(lines)
    first = title_of(lines[0][0], lines[0][1])
    subject = ngettext("%(first)s", "%(first)s, and %(more)d more", count) % {"first": first, "more": count - 1}
    rest = ngettext("And %(more)d more.", "And %(more)d more.", more) % {"more": more} if more else ""
    return Letter(
        subject=subject,
        heading=ngettext("%(count)d thing happened", "%(count)d things happened", count) % {"count": count},
        paragraphs=(rest,) if rest else (),
        sections=tuple(Section(title, tuple(found)) for title, found in groups.items()),
        button=(_("See all notifications"), "/notifications/"),
        why=_("You get this summary because you are not mailed about these things at once."),
    )
