"""Requests for more time, appeals and offers that could leak: one of each partner's, at both vendors."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from dealreg.models import Appeal, Extension, ProtectionOffer

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
        now = timezone.now()
        appeal = Appeal.objects.create(
            deal=deal,
            against="decline",
            contested_at=now,
            contested_text=text,
            reason=text,
            asked_by_id=deal.owner_id,
            due_at=now,
            **tenant,
        )
        offer = ProtectionOffer.objects.create(deal=deal, until=now + timedelta(days=5), **tenant)
        for name, key in (("appeal", appeal.key), ("offer", offer.key)):
            world.rows.setdefault(name, {})[label] = {"reference": deal.reference}
            world.rows.setdefault(f"api_{name}", {})[label] = {"key": key}
        world.rows.setdefault("extension", {})[label] = {"reference": deal.reference}
        world.rows.setdefault("api_extension", {})[label] = {"key": made.key}
