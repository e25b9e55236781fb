"""A draft of Northwind's next rules of engagement, tried on the last months."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dealreg.models import Deal, Policy, PolicyTrial
from dealreg.trying import try_on
from prm.kernel.actors import Role

if TYPE_CHECKING:
    from portal.demo.world import World

MONTHS = 3
NEXT_CLAUSES = {"2.4": "A clean registration of up to 80,000 euros is approved at once; what is missing is asked for."}


def write_policy_draft(world: World) -> None:
    """Write the draft, a copy of the version in force that lets rules decide more, and its trial."""
    side, before = world.sides["northwind"], world.sides["northwind"].policies[-1]
    definition: dict[str, Any] = deepcopy(before.definition)
    definition["automation"]["approve"]["most"] = "80000.00"
    definition["automation"]["decline"] = ["territory", "size"]
    draft = Policy.objects.create(
        vendor=side.vendor,
        program=side.program,
        reference=f"{world.now.year}-{int(before.reference.partition('-')[2]) + 1}",
        protection_days=before.protection_days,
        discount=before.discount,
        decision_hours=before.decision_hours,
        reminder_days=before.reminder_days,
        clauses={**before.clauses, **NEXT_CLAUSES},
        definition=definition,
        revision=4,
    )
    at = world.now - timedelta(hours=20)
    trial = PolicyTrial(
        vendor=side.vendor,
        policy=draft,
        definition=definition,
        months=MONTHS,
        started_by=side.seats[Role.MANAGER].person,
        started_at=at,
        finished_at=at + timedelta(seconds=9),
    )
    since = at - timedelta(days=30 * MONTHS)
    deals = Deal.objects.filter(vendor=side.vendor, submitted_at__gte=since, submitted_at__lt=at)
    try_on(trial, list(deals.exclude(status="withdrawn").select_related("partner").order_by("pk")))
    trial.save()
