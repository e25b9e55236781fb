"""Certificates and courses from outside: recorded once, and counted for the partners at which their holders work.

Certificates follow the person. Where somebody with the holder's address has an active seat at a partner that is
enrolled with the vendor, the achievement counts for that partner's enrollments, whatever the source named; else for the
enrollment that the source named. It counts from the day on which it was earned; at a partner that the person came to
later, from the day on which the product learned of it. When the person leaves, it ends there that day.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.finding import EnrollmentFinder, Found
from partners.models import Enrollment, Seat
from prm.kernel.actors import system
from prm.kernel.recording import record
from standing import events
from standing.enums import Problem
from standing.intake import Intake, Outcome, Result, Row, fact_kind, lock_facts
from standing.models import Achievement, Credential, Holding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

KIND = "certificates"
COPIED = ("achievement_id", "vendor_id", "enrollment_id", "partner_id", "joined", "left", "day", "ends", "turn")
CHANGING = (
    "credential_id",
    "person_id",
    "holder_name",
    "holder_email",
    "enrollment_id",
    "earned_on",
    "expires_on",
    "revoked_on",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AchievementRow(Row):
    """Somebody earned a credential. cancelled: it was revoked, or never earned."""

    credential: str
    holder_name: str
    holder_email: str = ""
    earned_on: date
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """What a batch refers to, looked up at once."""

    credentials: dict[str, Credential]
    finder: EnrollmentFinder
    chosen: dict[int, Enrollment]
    people: dict[str, int]
    rows: dict[tuple[str, str], Achievement]


def book_achievements(intake: Intake, rows: Sequence[AchievementRow]) -> list[Outcome]:
    """Record a batch; as `standing.intake.FactKind.book`."""
    known = _look_up(intake, rows)
    outcomes: list[Outcome] = []
    fresh: list[Achievement] = []
    changed: list[Achievement] = []
    for row in rows:
        made, problem = _achievement(intake, row, known)
        before = known.rows.get((row.source, row.external_id))
        if row.cancelled:
            outcomes.append(_cancel(row, before, changed))
        elif problem or made is None:
            outcomes.append(Outcome(external_id=row.external_id, result=Result.WAITING, problems=(problem,)))
        elif before is None:
            fresh.append(made)
            outcomes.append(_outcome(row, Result.BOOKED))
        elif all(getattr(before, name) == getattr(made, name) for name in CHANGING):
            outcomes.append(_outcome(row, Result.UNCHANGED))
        else:
            for name in CHANGING:
                setattr(before, name, getattr(made, name))
            changed.append(before)
            outcomes.append(_outcome(row, Result.CORRECTED))
    Achievement.objects.bulk_create(fresh, batch_size=500)
    if changed:
        Achievement.objects.bulk_update(changed, CHANGING, batch_size=500)
    touched = settle(intake.vendor_id, [*fresh, *changed])
    where = {(one.source, one.external_id): touched.get(one.pk, set()) for one in (*fresh, *changed)}
    return [
        replace(outcome, enrollments=tuple(sorted(where.get((row.source, row.external_id), ()))))
        for row, outcome in zip(rows, outcomes, strict=True)
    ]


def _outcome(row: AchievementRow, result: Result) -> Outcome:
    return Outcome(external_id=row.external_id, result=result)


def _cancel(row: AchievementRow, before: Achievement | None, changed: list[Achievement]) -> Outcome:
    if before is None or before.revoked_on is not None:
        return Outcome(external_id=row.external_id, result=Result.UNCHANGED)
    before.revoked_on = timezone.localdate()
    changed.append(before)
    return _outcome(row, Result.CANCELLED)


def _look_up(intake: Intake, rows: Sequence[AchievementRow]) -> _Known:
    vendor = intake.vendor_id
    chosen = [pk for row in rows if (pk := row.chosen.get("enrollment"))]
    numbers = {row.external_id for row in rows}
    past = Achievement.objects.filter(vendor_id=vendor, external_id__in=numbers).select_for_update()
    return _Known(
        credentials={one.slug: one for one in Credential.objects.filter(vendor_id=vendor)},
        finder=EnrollmentFinder(vendor, (row.partner for row in rows)),
        chosen=Enrollment.objects.filter(vendor_id=vendor).in_bulk(chosen),
        people=people_at_partners(vendor, (row.holder_email for row in rows)),
        rows={(one.source, one.external_id): one for one in past},
    )


def people_at_partners(vendor_id: int, addresses: Iterable[str]) -> dict[str, int]:
    """Return who of these addresses works for one of the vendor's partners; nobody else is known to the vendor."""
    wanted = {address.lower() for address in addresses if address}
    enrolled = Enrollment.objects.filter(vendor_id=vendor_id).values("partner_id")
    seats = Seat.objects.filter(partner__in=enrolled, is_active=True, person__email__in=wanted)
    return {email.lower(): person for email, person in seats.values_list("person__email", "person_id")}


def _achievement(intake: Intake, row: AchievementRow, known: _Known) -> tuple[Achievement | None, str]:
    credential = known.credentials.get(str(row.chosen.get("credential") or row.credential).strip().lower())
    person = known.people.get(row.holder_email.lower())
    named = known.chosen.get(row.chosen.get("enrollment") or 0)
    found = Found(named) if named else known.finder.find(row.partner, row.program)
    if not found.enrollment and not person:
        found = known.finder.find(row.partner or row.holder_email, row.program)
    if credential is None:
        return None, Problem.CREDENTIAL
    if found.enrollment is None and person is None:
        return None, Problem.PARTNER_AMBIGUOUS if found.is_ambiguous else Problem.PARTNER
    expires = row.expires_on
    if expires is None and credential.months:
        expires = months_after(row.earned_on, credential.months)
    made = Achievement(
        vendor_id=intake.vendor_id,
        credential=credential,
        person_id=person,
        holder_name=row.holder_name.strip()[:150],
        holder_email=row.holder_email.strip().lower(),
        enrollment=found.enrollment,
        earned_on=row.earned_on,
        expires_on=expires,
        source=row.source,
        external_id=row.external_id,
        run=intake.run,
    )
    return made, ""


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


# --- for whom they count


Where = tuple[int, int]  # enrollment and partner


def settle(vendor_id: int, achievements: Sequence[Achievement]) -> dict[int, set[int]]:
    """Bring holdings in line with the seats that people hold now, in the caller's transaction.

    Returns the ids of the enrollments for which something changed, by achievement.
    """
    places = _places(vendor_id, achievements)
    past: dict[int, list[Holding]] = defaultdict(list)
    for holding in Holding.objects.filter(achievement__in=[one.pk for one in achievements]).order_by("turn", "-n"):
        past[holding.achievement_id].append(holding)
    rows = [row for one in achievements for row in _settled(one, places.get(one.pk, set()), past[one.pk])]
    Holding.objects.bulk_create(rows, batch_size=1000)
    touched: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        touched[row.achievement_id].add(row.enrollment_id)
    return touched


def _places(vendor_id: int, achievements: Sequence[Achievement]) -> dict[int, set[Where]]:
    """Return where each achievement counts now."""
    partners: dict[int, set[int]] = defaultdict(set)
    people = {one.person_id for one in achievements if one.person_id}
    for person, partner in Seat.objects.filter(person__in=people, is_active=True, partner__isnull=False).values_list(
        "person_id", "partner_id"
    ):
        partners[person].add(partner)
    enrollments: dict[int, set[Where]] = defaultdict(set)
    named = {one.enrollment_id for one in achievements if one.enrollment_id}
    seated = {partner for found in partners.values() for partner in found}
    of_named: dict[int, Where] = {}
    for pk, partner in Enrollment.objects.filter(
        Q(partner__in=seated) | Q(pk__in=named), vendor_id=vendor_id
    ).values_list("pk", "partner_id"):
        enrollments[partner].add((pk, partner))
        of_named[pk] = (pk, partner)
    found = {}
    for one in achievements:
        own = {place for partner in partners.get(one.person_id or 0, ()) for place in enrollments[partner]}
        if not own and one.enrollment_id in of_named:
            own = {of_named[one.enrollment_id]}
        found[one.pk] = set() if one.revoked_on else own
    return found


def _settled(one: Achievement, places: set[Where], past: list[Holding]) -> list[Holding]:
    """Return the rows that bring one achievement's holdings to `places`."""
    today = timezone.localdate()
    undone = {(row.enrollment_id, row.turn) for row in past if row.n < 0}
    standing = [row for row in past if row.n > 0 and (row.enrollment_id, row.turn) not in undone]
    turns = {row.enrollment_id: row.turn for row in past}  # in the order of turns: the last stays
    rows: list[Holding] = []

    def write(where: Where, joined: date | None, left: date | None) -> None:
        made = _holding(one, where, joined, left)
        if made.ends is None or made.ends > made.day:
            made.turn = turns[where[0]] = turns.get(where[0], 0) + 1
            rows.append(made)

    open_at = set()
    for row in standing:
        where = (row.enrollment_id, row.partner_id)
        left = row.left if row.left or where in places else today
        right = _holding(one, where, row.joined, left)
        if not left:
            open_at.add(where)
        if one.revoked_on or (right.day, right.ends) != (row.day, row.ends):
            rows.append(_countered(row))
            if not one.revoked_on:
                write(where, row.joined, left)
    for where in sorted(places - open_at):
        write(where, today if standing else None, None)
    return rows


def _holding(one: Achievement, where: Where, joined: date | None, left: date | None) -> Holding:
    ends = min((day for day in (one.expires_on, left) if day), default=None)
    return Holding(
        achievement_id=one.pk,
        vendor_id=one.vendor_id,
        enrollment_id=where[0],
        partner_id=where[1],
        joined=joined,
        left=left,
        day=max(one.earned_on, joined or one.earned_on),
        ends=ends,
    )


def _countered(row: Holding) -> Holding:
    return Holding(
        **{name: getattr(row, name) for name in COPIED},
        n=-1,
    )


# --- when people come and go, and when imports are undone


def settle_people(vendor_id: int, people: Mapping[int, str]) -> None:
    """Bring people's holdings of a vendor's in line with their seats, in the caller's transaction.

    people: addresses by person; what was kept under an address becomes theirs. Records `achievements.moved` for each
    enrollment that it changes something for.
    """
    lock_facts(vendor_id)
    theirs = Q(person__in=list(people)) | Q(holder_email__in=[address.lower() for address in people.values()])
    found = list(Achievement.objects.filter(theirs, vendor=vendor_id).select_for_update().order_by("pk"))
    _recognise(vendor_id, found)
    touched = {pk for where in settle(vendor_id, found).values() for pk in where}
    for enrollment in Enrollment.objects.filter(pk__in=touched).order_by("pk"):
        record(events.ACHIEVEMENTS_MOVED, actor=system(vendor_id), subject=enrollment)


def _recognise(vendor_id: int, achievements: list[Achievement]) -> None:
    people = people_at_partners(vendor_id, (one.holder_email for one in achievements if one.person_id is None))
    fresh = [one for one in achievements if one.person_id is None and one.holder_email in people]
    for one in fresh:
        one.person_id = people[one.holder_email]
    if fresh:
        Achievement.objects.bulk_update(fresh, ["person_id"], batch_size=500)


def undo_achievements(intake: Intake) -> int:
    """Revoke what an import recorded; as `standing.intake.FactKind.undo`."""
    found = list(
        Achievement.objects.filter(vendor_id=intake.vendor_id, run=intake.run, revoked_on=None).select_for_update()
    )
    for one in found:
        one.revoked_on = timezone.localdate()
    Achievement.objects.bulk_update(found, ["revoked_on"], batch_size=500)
    settle(intake.vendor_id, found)
    return len(found)


fact_kind(
    KIND,
    label=_("Certificates and courses"),
    row=AchievementRow,
    book=book_achievements,
    event=events.ACHIEVEMENTS_BOOKED,
    undo=undo_achievements,
)
