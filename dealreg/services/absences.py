"""Days away: who decides in whose place, and what happens where nobody is left who could."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dealreg import events
from dealreg.models import Absence, Deal
from dealreg.permissions import DECIDE_DEALS, TAKE_DEALS
from partners.models import Enrollment, Seat, Vendor
from partners.permissions import MANAGE_STAFF
from people.models import Person
from prm.kernel.actors import system
from prm.kernel.clocks import today_in
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from prm.kernel.actors import Actor

LONGEST = timedelta(days=365)
FARTHEST = timedelta(days=730)
BATCH = 200
NOBODY = gettext_lazy("nobody")


def deciders_of(vendor_id: int) -> QuerySet[Seat]:
    """Return the seats of a vendor's people who decide registrations, by name."""
    seats = Seat.objects.active().filter(vendor_id=vendor_id, role__in=DECIDE_DEALS.roles)
    return seats.select_related("person").order_by("person__name", "pk")


@transaction.atomic
def plan_absence(*, actor: Actor, person: Person, stand_in: Person | None, first: date, last: date) -> Absence:
    """Enter that a decider is away from a day to a day, both included, and who decides in its place.

    One enters one's own; whoever manages the staff enters everybody's. Nobody stands in who is away in that time, and
    nobody goes away while it stands in for someone: so there are neither chains nor circles. Records
    `absence.planned`, which tells the stand-in.

    Raises:
        Forbidden: someone else's, without the right. RuleViolation: days that are over or wrong, entered already, the
        stand-in may not decide, is away, or the person itself stands in for someone.
    """
    if not actor.may(TAKE_DEALS) or not (person.pk == actor.person_id or actor.may(MANAGE_STAFF)):
        raise Forbidden("not_allowed", _("You enter your own days away only."))
    vendor = Vendor.objects.get(pk=actor.vendor_id)
    _check_days(vendor, first, last)
    _lock_deciders(vendor, person, stand_in)
    zone = ZoneInfo(vendor.time_zone)
    starts_at = datetime.combine(first, time(), zone)
    ends_at = datetime.combine(last + timedelta(days=1), time(), zone)
    _check_cover(vendor, person, stand_in, starts_at, ends_at)
    absence: Absence = Absence.objects.create(
        vendor=vendor,
        person=person,
        stand_in=stand_in,
        starts_at=starts_at,
        ends_at=ends_at,
        planned_by_id=actor.person_id,
    )
    data = {
        "absent": str(person),
        "stand_in": str(stand_in or NOBODY),
        "first": date_format(first, "SHORT_DATE_FORMAT"),
        "last": date_format(last, "SHORT_DATE_FORMAT"),
    }
    record(events.AWAY, actor=actor, subject=absence, data=data)
    return absence


def _check_days(vendor: Vendor, first: date, last: date) -> None:
    today = today_in(vendor.time_zone)
    if last < first:
        raise RuleViolation("days_reversed", _("The last day is before the first one."), "last")
    if last < today:
        raise RuleViolation("days_over", _("These days are over."), "last")
    if last - first >= LONGEST or first - today > FARTHEST:
        raise RuleViolation("too_long", _("At most a year, beginning within two years."), "last")


def _lock_deciders(vendor: Vendor, person: Person, stand_in: Person | None) -> None:
    """Hold both people's seats, so that two plans that would make a chain wait for each other."""
    wanted = {person.pk} | ({stand_in.pk} if stand_in else set())
    seats = deciders_of(vendor.pk).select_related(None).filter(person__in=wanted)
    found = set(seats.select_for_update(of=("self",)).order_by("pk").values_list("person_id", flat=True))
    if person.pk not in found:
        raise RuleViolation("no_decider", _("Only who decides registrations needs a stand-in."), "person")
    if stand_in is not None and (stand_in.pk not in found or stand_in.pk == person.pk):
        raise RuleViolation("no_stand_in", _("Choose a colleague who decides registrations."), "stand_in")


def _check_cover(
    vendor: Vendor, person: Person, stand_in: Person | None, starts_at: datetime, ends_at: datetime
) -> None:
    near = Absence.objects.filter(vendor=vendor).overlapping(starts_at, ends_at)
    if near.filter(person=person).exists():
        raise RuleViolation("away_already", _("Days away are entered for this time already: end those first."), "first")
    if stand_in is not None and near.filter(person=stand_in).exists():
        message = _("%(name)s is away in that time too: choose somebody else.") % {"name": stand_in}
        raise RuleViolation("stand_in_away", message, "stand_in")
    covered = near.filter(stand_in=person).select_related("person").order_by("starts_at", "pk").first()
    if covered is not None:
        words = _("%(name)s is covered in that time by the one who goes away. Find another stand-in there first.")
        raise RuleViolation("stands_in", words % {"name": covered.person}, "first")


@transaction.atomic
def end_absence(*, actor: Actor, absence: Absence) -> Absence:
    """Enter that someone is back, or doesn't go. Records `absence.ended`.

    Raises:
        Http404: out of sight. Forbidden: someone else's, without the right. Conflict: it is over already.
    """
    found = Absence.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=absence.pk)
    fresh: Absence | None = found.select_related("person").first()
    if fresh is None:
        raise Http404
    if not actor.may(TAKE_DEALS) or not (fresh.person_id == actor.person_id or actor.may(MANAGE_STAFF)):
        raise Forbidden("not_allowed", _("You end your own days away only."))
    if fresh.ended_at is not None or fresh.ends_at <= timezone.now():
        raise Conflict("over", _("These days away have ended already."), fresh=fresh)
    fresh.ended_at = timezone.now()
    fresh.save(update_fields=["ended_at"])
    record(events.BACK, actor=actor, subject=fresh, data={"absent": str(fresh.person)})
    return fresh


def note_stand_in(actor: Actor, deal: Deal, assignee_id: int | None) -> None:
    """Record `deal.stood_in` where the actor did something with a deal whose reviewer it stands in for."""
    if assignee_id in {None, actor.person_id} or actor.person_id is None:
        return
    covered = Absence.objects.covered_by(actor).filter(person=assignee_id)
    name = covered.values_list("person__name", flat=True).first()
    if name is not None:
        record(events.STOOD_IN, actor=actor, subject=deal, data={"absent": name, "person": assignee_id})


@transaction.atomic
def escalate_uncovered() -> int:
    """Give waiting deals to the partner manager whose reviewer is away without a stand-in, or left. Returns how many.

    Where the partner's manager isn't there either, they are everybody's again. Records `deal.uncovered`; the clock
    runs on.
    """
    deciding = Seat.objects.active().filter(vendor=OuterRef("vendor"), role__in=DECIDE_DEALS.roles)
    covering = deciding.filter(person=OuterRef("stand_in"))
    away = Absence.objects.now().filter(vendor=OuterRef("vendor"), person=OuterRef("assignee"))
    there = Exists(deciding.filter(person=OuterRef("assignee"))) & ~Exists(away.filter(~Exists(covering)))
    waiting = Deal.objects.waiting_for_vendor().filter(assignee__isnull=False).exclude(there)
    found = list(waiting.select_for_update(of=("self",), skip_locked=True).order_by("due_at", "pk")[:BATCH])
    for deal in found:
        _escalate(deal)
    return len(found)


def _escalate(deal: Deal) -> None:
    absent = str(Person.objects.get(pk=deal.assignee_id))
    manager = Enrollment.objects.filter(pk=deal.enrollment_id).values_list("manager_id", flat=True).first()
    if manager == deal.assignee_id or not is_there(deal.vendor_id, manager):
        manager = None
    before = {"assignee": deal.assignee_id}
    deal.assignee_id = manager
    deal.revision += 1
    deal.save(update_fields=["assignee", "revision", "updated_at"])
    record(
        events.UNCOVERED,
        actor=system(deal.vendor_id),
        subject=deal,
        before=before,
        after={"assignee": manager},
        data={"absent": absent},
    )


def is_there(vendor_id: int, person_id: int | None) -> bool:
    """Whether somebody decides registrations of a vendor and isn't away now."""
    here = deciders_of(vendor_id).filter(person=person_id).exists()
    return here and not Absence.objects.now().filter(vendor=vendor_id, person=person_id).exists()
