"""Webhook steps that could leak: for each vendor a journey with one, and its secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from onboarding.models import JourneyTemplate, JourneyVersion, StepSecret
from onboarding.step_secrets import fresh_secret, sealed_secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.isolation_world import World


def fill_webhooks(world: World, mark: Callable[[str], str]) -> None:
    """Write it, and say what stands in addresses."""
    for side in (world.cast.northwind, world.cast.halden):
        letter = side.vendor.slug[0]
        name = mark(f"{letter}_webhook")
        template = JourneyTemplate.objects.create(
            vendor=side.vendor, program=side.program, partner_type="agency", name=f"Agencies {name}"
        )
        hook = {
            "slug": "crm",
            "kind": "webhook",
            "name": f"Hook {name}",
            "settings": {"address": f"https://{letter}.example/"},
        }
        version = JourneyVersion.objects.create(
            vendor=side.vendor,
            template=template,
            number=1,
            state="published",
            published_at=timezone.now(),
            definition={"stages": [{"slug": "a", "name": "Start", "steps": [hook]}]},
        )
        StepSecret.objects.create(
            vendor=side.vendor, template=template, slug="crm", sealed=sealed_secret(fresh_secret())
        )
        world.rows.setdefault("journey_secrets", {})[letter] = {"pk": version.pk}
