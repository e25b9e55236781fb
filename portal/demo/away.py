"""Days away of Northwind's deciders: one is away now, with its reviews in the stand-in's queue; one goes later."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from activity.models import Event, Notification
from dealreg import events
from dealreg.desk_notices import REASSIGNED
from dealreg.models import Absence, Deal
from portal.demo.world import World
from prm.kernel.actors import Role, Via

if TYPE_CHECKING:
    from partners.models import Seat
    from people.models import Person

AWAY = "alice.penrose@northwind.example"
MOST_LEFT = 3


def write_away(world: World) -> None:
    """Write them, give the absent one some of what waits, and hand one over with a note."""
    side = world.sides["northwind"]
    approver, manager = side.seats[Role.APPROVER], side.seats[Role.MANAGER]
    absent = world.seat(AWAY, "northwind").person
    zone = ZoneInfo(side.vendor.time_zone)
    today = datetime.combine(world.now.astimezone(zone).date(), time(), zone)
    for person, stand_in, first, days in ((absent, approver.person, -2, 9), (approver.person, manager.person, 20, 5)):
        begins = today + timedelta(days=first)
        ends = begins + timedelta(days=days)
        Absence.objects.create(
            vendor=side.vendor, person=person, stand_in=stand_in, starts_at=begins, ends_at=ends, planned_by=person
        )
    waiting = Deal.objects.waiting_for_vendor().filter(vendor=side.vendor, assignee=None).order_by("-due_at", "pk")
    left = list(waiting[:MOST_LEFT])
    Deal.objects.filter(pk__in=[deal.pk for deal in left]).update(assignee=absent)
    for deal in left[:1]:
        event = _handed_over(deal, manager, absent, world.now - timedelta(days=3))
        seat = world.seat(AWAY, "northwind")
        facts = {"who": manager.person.name, "customer": deal.customer_name}
        Notification.objects.create(
            event=event,
            kind=REASSIGNED.name,
            person=absent,
            seat_id=seat.pk,
            facts=facts,
            path=deal.get_desk_url(),
            created_at=event.occurred_at,
        )


def _handed_over(deal: Deal, by: Seat, to: Person, at: datetime) -> Event:
    return Event.objects.create(
        kind=events.REASSIGNED.name,
        vendor_id=deal.vendor_id,
        partner_id=deal.partner_id,
        enrollment_id=deal.enrollment_id,
        audience=events.REASSIGNED.audience,
        subject_type=Deal._meta.label_lower,
        subject_id=deal.pk,
        person=by.person,
        seat_id=by.pk,
        role=by.role,
        via=Via.SESSION,
        before={"assignee": None},
        after={"assignee": to.pk},
        data={"before": "nobody", "to": to.name, "message": "You know the plant: have a look at the drawings, please."},
        occurred_at=max(at, deal.submitted_at + timedelta(minutes=5)),
    )
