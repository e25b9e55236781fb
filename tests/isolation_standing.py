"""Standings that could leak: a ladder per vendor, and for each enrollment every kind of row, marked with its label."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from partners.models import Enrollment
from prm.kernel.opaque import veil
from standing.backtest.tallying import Tally
from standing.models import BackTest, BackTestMove, PointEntry, Specialisation, TierOverride, TierReview, TierSpan
from tests.ladders import award_as, compute_as, put_into_force, tier_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.isolation_world import World

KINDS = {
    "tier_change": TierSpan,
    "specialisation": Specialisation,
    "points": PointEntry,
    "review": TierReview,
    "override": TierOverride,
}


def definition_of(letter: str, mark: Callable[[str], str]) -> dict[str, Any]:
    """Return a small scheme whose tiers bear the vendor's marker."""
    name = mark(f"{letter}_tier")
    needs = {"figure": {"measure": "points", "months": 12}, "at_least": 100}
    return {
        "rules": [{"slug": "won", "name": f"Won {name}", "source": "deal.won", "points": 1, "per": 1000}],
        "tiers": [
            {"slug": "registered", "name": f"Registered {name}"},
            {"slug": "silver", "name": f"Silver {name}", "needs": needs},
        ],
        "specialisations": [{"slug": "food", "name": f"Food {name}", "needs": needs}],
    }


def fill_standing(world: World, mark: Callable[[str], str]) -> None:
    """Write it, and say what stands in addresses."""
    cast, rows = world.cast, world.rows
    schemes = {
        side.vendor.pk: put_into_force(side, definition_of(side.vendor.slug[0], mark))
        for side in (cast.northwind, cast.halden)
    }
    for name, enrollment in cast.enrollments.items():
        label = f"{name.split('_')[1][0]}{name[0]}"
        scheme, text = schemes[enrollment.vendor_id], mark(f"standing_{label}")
        compute_as(scheme, enrollment, {"points": 50})
        award_as(scheme, enrollment, 2, why=text)
        _write_rows(world, scheme, enrollment, text)
        for kind, model in KINDS.items():
            row = model.objects.filter(enrollment=enrollment).latest("pk")
            rows.setdefault(kind, {})[label] = {"pk": veil(row.pk, model._meta.model_name)}
    rows["scheme"] = {side.vendor.slug[0]: {"pk": schemes[side.vendor.pk].pk} for side in (cast.northwind, cast.halden)}
    for side in (cast.northwind, cast.halden):
        _write_trial(world, side, schemes[side.vendor.pk], mark(f"{side.vendor.slug[0]}_tier"))


def _write_trial(world: World, side: Any, scheme: Any, text: str) -> None:
    """Write a finished trial in which every enrollment of a vendor moves."""
    tally = Tally([("silver", text)], [("silver", text)], [timezone.localdate()], revenue=Decimal(5))
    trial = BackTest.objects.create(
        vendor=side.vendor,
        program=side.program,
        scheme=scheme,
        name=f"Trial {text}",
        definition=scheme.definition,
        months=1,
        on=timezone.localdate(),
        figures=tally.plain(),
        finished_at=timezone.now(),
    )
    for enrollment in Enrollment.objects.filter(program=side.program):
        BackTestMove.objects.create(
            back_test=trial,
            enrollment=enrollment,
            vendor_id=enrollment.vendor_id,
            partner_id=enrollment.partner_id,
            direction="up",
            held_rank=1,
            slug="silver",
            name=text,
            rank=2,
            score=0,
            since=trial.on,
            judged_on=trial.on,
            figures=[150],
            revenue=5,
            cost=1,
        )
    letter = side.vendor.slug[0]
    world.rows.setdefault("trial", {})[letter] = {"pk": veil(trial.pk, "backtest")}
    world.rows.setdefault("scheme_trial", {})[letter] = {"pk": scheme.pk, "trial": trial.pk}


def _write_rows(world: World, scheme: Any, enrollment: Any, text: str) -> None:
    today = timezone.localdate()
    tenant = {"enrollment": enrollment, "vendor_id": enrollment.vendor_id, "partner_id": enrollment.partner_id}
    manager = world.cast.people["northwind_manager" if scheme.vendor.slug == "northwind" else "halden_manager"]
    PointEntry.objects.create(
        **tenant, kind="manual", rule="by-hand", key=f"by-hand:{text}", points=5, day=today, note=text, person=manager
    )
    Specialisation.objects.create(
        **tenant, slug="food", name=f"Food {text}", since=today, expires_on=today + timedelta(days=300)
    )
    TierOverride.objects.create(
        **tenant,
        tier=tier_of(scheme, 2),
        reason=text,
        given_by=manager,
        starts_on=today,
        ends_on=today + timedelta(days=60),
    )
    TierReview.objects.create(
        **tenant,
        state="proposed",
        due_on=today - timedelta(days=40),
        grace_until=today - timedelta(days=10),
        from_tier=tier_of(scheme, 2),
        to_tier=tier_of(scheme, 1),
        reason=text,
    )
