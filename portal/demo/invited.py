"""People who were invited and didn't come yet: at Brightpath and at Northwind."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from partners.models import Invitation
from partners.seats import actor_of, people_with_seats
from partners.services import Invitee, invite_people
from partners.services.invitations import LASTS
from prm.kernel.actors import Reach, Role, Via

if TYPE_CHECKING:
    from portal.demo.world import World

INVITED = (
    ("admin@brightpath.example", "brightpath", "nora.vik@brightpath.example", Role.SALES, Reach.OWN, 2),
    ("admin@brightpath.example", "brightpath", "emil.dahl@brightpath.example", Role.TECHNICAL, Reach.ALL, 17),
    ("manager@northwind.example", "northwind", "eva.marquez@northwind.example", Role.APPROVER, Reach.ALL, 1),
)
"""Who invited, where, whom, as what, how many days ago."""


def write_invitations(world: World) -> None:
    """Write the invitations with their mails, one of them expired."""
    for inviter, where, email, role, reach, days in INVITED:
        seat = world.seat(inviter, where)
        actor = actor_of(people_with_seats().get(pk=seat.person_id), seat.pk, via=Via.SESSION)[0]
        (invitation,) = invite_people(actor=actor, invitees=[Invitee(email=email, role=role, reach=reach)])
        at = world.now - timedelta(days=days)
        Invitation.objects.filter(pk=invitation.pk).update(created_at=at, sent_at=at, expires_at=at + LASTS)
