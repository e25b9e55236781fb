"""How partners' lives went on: those that were suspended or retired, and somebody who asks to join Brightpath."""

from __future__ import annotations

from datetime import timedelta
from operator import attrgetter
from typing import TYPE_CHECKING
from uuid import UUID

from activity.models import Event, Notification
from dealreg.enums import Outcome
from dealreg.events import HANDED_OVER
from partners.enums import DealsAfter, EnrollmentStatus
from partners.events import ENROLLMENT_RETIRED, ENROLLMENT_SUSPENDED, JOIN_ASKED
from partners.models import JoinRequest, PartnerDomain
from partners.services.joining import WAITS
from portal.demo.brightpath_deals import MARA
from portal.demo.stories import Happening
from prm.kernel.actors import Role, Via

if TYPE_CHECKING:
    from portal.demo.stories import Story
    from portal.demo.world import Member, World

ENDINGS = {
    "scheldt": (41, "The contract ended in mutual agreement", {"deals": str(DealsAfter.RELEASE), "until": ""}),
    "meltemi": (19, "Acquired by a company outside the program", {"deals": str(DealsAfter.KEEP), "until": ""}),
    "protea": (12, "Invoices are unpaid since the spring", {}),
    "hallmark": (6, "The compliance review isn’t finished", {}),
}
"""By partner: how many days ago, why, and what became of open deals."""
MIRIAM = "miriam.pohlmann@brightpath.example"
DOMAIN = "brightpath.example"
LENA = ("Lena Brandt", "lena.brandt@brightpath.example", "I start in Hamburg on Monday, in Mara’s sales team.")


def write_life(world: World) -> None:
    """Write the events that ended access, and the request to join with its line behind the bell."""
    for member in world.members:
        if member.plan.slug in ENDINGS and member.enrollment.status in {
            EnrollmentStatus.SUSPENDED,
            EnrollmentStatus.RETIRED,
        }:
            _end(world, member)
    _ask_to_join(world)


def hand_over(world: World, stories: list[Story]) -> list[Happening]:
    """Return that Brightpath's administrator gave one of Miriam's deals to Mara: her oldest open one."""
    admin, mara = world.seat("admin@brightpath.example", "brightpath"), world.seat(MARA, "brightpath")
    hers = [story.deal for story in stories if story.deal.owner_id == mara.person_id]
    deal = min((each for each in hers if each.outcome == Outcome.OPEN), key=attrgetter("submitted_at"))
    miriam = world.seat(MIRIAM, "brightpath").person
    return [
        Happening(
            max(world.now - timedelta(hours=20), deal.submitted_at + timedelta(hours=1)),
            HANDED_OVER,
            deal,
            admin,
            before={"owner": miriam.pk},
            after={"owner": mara.person_id},
            data={"leaving": str(miriam), "to": str(mara.person)},
        )
    ]


def _end(world: World, member: Member) -> None:
    days, reason, plan = ENDINGS[member.plan.slug]
    enrollment = member.enrollment
    kind = ENROLLMENT_RETIRED if enrollment.status == EnrollmentStatus.RETIRED else ENROLLMENT_SUSPENDED
    manager = next(seat for seat in member.side.seats.values() if seat.role == Role.MANAGER)
    Event.objects.create(
        kind=kind.name,
        vendor_id=enrollment.vendor_id,
        partner_id=enrollment.partner_id,
        enrollment_id=enrollment.pk,
        subject_type="partners.enrollment",
        subject_id=enrollment.pk,
        person_id=manager.person_id,
        seat_id=manager.pk,
        role=manager.role,
        via=Via.SESSION,
        before={"status": EnrollmentStatus.ACTIVE},
        after={"status": enrollment.status},
        data={"name": str(enrollment), "reason": reason, **plan},
        occurred_at=world.now - timedelta(days=days),
    )


def _ask_to_join(world: World) -> None:
    admin = world.seat("admin@brightpath.example", "brightpath")
    PartnerDomain.objects.update_or_create(partner=admin.partner, domain=DOMAIN, defaults={"is_verified": True})
    (name, email, note), at = LENA, world.now - timedelta(hours=3)
    request = JoinRequest.objects.create(
        key=UUID("00000000-0000-4000-8000-00000000001a"),
        partner_id=admin.partner_id or 0,
        email=email,
        name=name,
        note=note,
        digest="demo",
        created_at=at - timedelta(minutes=4),
        confirmed_at=at,
        expires_at=at + WAITS,
    )
    event = Event.objects.create(
        kind=JOIN_ASKED.name,
        partner_id=request.partner_id,
        subject_type="partners.joinrequest",
        subject_id=request.pk,
        via=Via.NOTHING,
        data={"name": name, "email": email},
        occurred_at=at,
    )
    Notification.objects.create(
        event=event,
        kind=JOIN_ASKED.name,
        person_id=admin.person_id,
        seat_id=admin.pk,
        path=f"/portal/team/joining/{request.key}/",
        facts={"name": name, "email": email, "partner": "Brightpath", "note": note},
        created_at=at,
    )
