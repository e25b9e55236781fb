"""Requests for more time that could leak: one of each partner's, at both vendors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dealreg.models import Extension

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.isolation_world import World


def fill_extensions(world: World, mark: Callable[[str], str]) -> None:
    """Write them beside their deals, whatever these stand at, and say what stands in addresses."""
    for label in ("nt", "nk", "hb"):
        deal, text = world.deals[label], mark(f"deal_{label}")
        tenant = {name: getattr(deal, name) for name in ("vendor_id", "partner_id", "enrollment_id")}
        made = Extension.objects.create(
            deal=deal, days=10, reason=text, evidence=text, asked_by_id=deal.owner_id, **tenant
        )
        world.rows.setdefault("extension", {})[label] = {"reference": deal.reference}
        world.rows.setdefault("api_extension", {})[label] = {"key": made.key}
