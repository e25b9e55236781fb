"""Drafts of rules of engagement that could leak, with their label in a clause and a segment; and days away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from dealreg.models import Policy
from dealreg.services import plan_absence

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.isolation_world import World


def fill_engagement(world: World, mark: Callable[[str], str]) -> None:
    """Write it, and say what stands in addresses."""
    for side in (world.cast.northwind, world.cast.halden):
        letter = side.vendor.slug[0]
        name = mark(f"{letter}_rules")
        segments = [{"slug": "all", "name": f"All {name}", "lead": "partner", "clause": "2.1"}]
        draft = Policy.objects.create(
            vendor=side.vendor,
            program=side.program,
            reference=f"draft-{letter}",
            definition={"segments": segments},
            clauses={"2.1": f"First come, {name}."},
        )
        world.rows.setdefault("policy_draft", {})[letter] = {"pk": draft.pk}
        approver, manager = (f"{side.vendor.slug}_{role}" for role in ("approver", "manager"))
        away = plan_absence(
            actor=world.cast.actor(approver),
            person=world.cast.people[approver],
            stand_in=world.cast.people[manager],
            first=timezone.localdate(),
            last=timezone.localdate(),
        )
        world.rows.setdefault("absence", {})[letter] = {"pk": away.pk}
        world.rows.setdefault("policy_part", {})[letter] = {"pk": draft.pk, "place": "segments.0"}
