"""Deal teams that could leak: Brightpath's deals, with Kappel at Northwind, Isle at Halden, and a name of nobody."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dealreg.enums import SharedField, TeamRole
from dealreg.models import TeamShare
from dealreg.services import Member, propose_team

if TYPE_CHECKING:
    from tests.isolation_world import World

SIDES = (("nb", "kappel"), ("hb", "isle"))


def fill_teams(world: World) -> None:
    """Write them, and say what stands in addresses. The project is shared, the customer isn't."""
    actor = world.cast.actor("brightpath_sales")
    for label, partner in SIDES:
        members = [
            Member(role=TeamRole.SELLING, percent=Decimal(60), own=True),
            Member(
                role=TeamRole.DELIVERING,
                percent=Decimal(25),
                name=getattr(world.cast, partner).name,
                sees=(SharedField.CLOSE,),
            ),
            Member(role=TeamRole.SOURCING, percent=Decimal(10), name="Nobody of that name"),
            Member(role=TeamRole.DIRECT, percent=Decimal(5)),
        ]
        propose_team(actor=actor, deal=world.deals[label], members=members)
        share = TeamShare.objects.get(deal=world.deals[label], partner=getattr(world.cast, partner))
        world.rows.setdefault("shared_deal", {})[label] = {"key": share.key}
