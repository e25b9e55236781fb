"""Saved views of the demo's people."""

from __future__ import annotations

from portal.demo.world import World
from portal.models import SavedView

VIEWS = (
    ("sales@brightpath.example", "brightpath", "portal:deal-list", "Big ones, open", "open=1&order=-value"),
    ("deals@northwind.example", "northwind", "desk:deal-list", "Overdue, largest first", "order=-value&overdue=on"),
    ("manager@northwind.example", "northwind", "desk:partner-list", "Active resellers", "status=active&type=reseller"),
)
"""Address, place, list, name, filter."""


def write_views(world: World) -> None:
    """Write them."""
    SavedView.objects.bulk_create(
        SavedView(seat=world.seat(email, where), page=page, name=name, query=query)
        for email, where, page, name, query in VIEWS
    )
