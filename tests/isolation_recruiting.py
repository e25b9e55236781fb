"""Recruiting that could leak: for each vendor a published ideal profile, a draft and a prospect, with its label."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from onboarding.describing import facts_of
from onboarding.fit import parse, score_of
from onboarding.models import IdealProfile, Prospect, WeightFit
from prm.kernel.opaque import veil

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.isolation_world import World


def fill_recruiting(world: World, mark: Callable[[str], str]) -> None:
    """Write it, and say what stands in addresses."""
    for side in (world.cast.northwind, world.cast.halden):
        letter = side.vendor.slug[0]
        name = mark(f"{letter}_recruiting")
        definition = {"criteria": [{"slug": "web", "name": f"Web {name}", "kind": "website", "weight": 1}]}
        tenant = {"vendor": side.vendor, "program": side.program}
        profile = IdealProfile.objects.create(
            **tenant, number=1, state="published", definition=definition, published_at=timezone.now()
        )
        draft = IdealProfile.objects.create(**tenant, number=2, definition=definition)
        prospect = Prospect(**tenant, name=f"Prospect {name}", website=f"{side.vendor.slug}-prospect.example")
        fit = score_of(parse(definition), facts_of(prospect))
        prospect.score, prospect.reasons, prospect.profile = fit.score, fit.as_data(), profile
        prospect.save()
        fit = WeightFit.objects.create(vendor=side.vendor, profile=draft, finished_at=timezone.now())
        for kind, found in (
            ("weight_fit", {"pk": draft.pk, "fit": fit.pk}),
            ("prospect", {"pk": prospect.pk}),
            ("api_prospect", {"pk": veil(prospect.pk, "prospect")}),
            ("prospect_move", {"pk": prospect.pk, "deed": "contact"}),
            ("ideal_profile", {"pk": draft.pk}),
            ("ideal_criterion", {"pk": draft.pk, "at": 0}),
        ):
            world.rows.setdefault(kind, {})[letter] = found
