"""Rules of engagement that could leak: a draft of each vendor's, with its label in a clause and a segment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dealreg.models import Policy

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
        world.rows.setdefault("policy_part", {})[letter] = {"pk": draft.pk, "place": "segments.0"}
