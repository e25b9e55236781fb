"""Journeys that could leak: a draft per vendor, and for each enrollment one under way, marked with its label."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.utils import timezone

from onboarding.models import Journey, JourneyStep, JourneyVersion, StepFile
from onboarding.services import start_journey
from partners.models import Enrollment
from prm.kernel.actors import system
from tests.onboarding.journeys import journey_of, published, step

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.isolation_world import World

STEPS = (step("papers", "upload", side="partner"), step("meet", "meeting", side="vendor"))


def fill_journeys(world: World, mark: Callable[[str], str]) -> None:
    """Write them, and say what stands in addresses."""
    cast, rows = world.cast, world.rows
    for side in (cast.northwind, cast.halden):
        letter = side.vendor.slug[0]
        published(cast, journey_of(*STEPS), side=side.vendor.slug)
        for enrollment in Enrollment.objects.filter(pk__in=[row.pk for row in cast.enrollments.values()]):
            if enrollment.vendor_id == side.vendor.pk:
                label = f"{letter}{enrollment.partner.slug[0]}"
                journey = start_journey(actor=system(side.vendor.pk), enrollment=enrollment, facts={})
                assert journey is not None
                rows.setdefault("step_file", {})[label] = {"key": _fill(journey, mark(f"journey_{label}"))}
                rows.setdefault("journey", {})[label] = {"key": journey.key}
                rows.setdefault("journey_step", {})[label] = {"key": journey.key, "slug": "papers"}
                rows.setdefault("journey_meeting", {})[label] = {"key": journey.key, "slug": "meet"}
        newest = published(cast, journey_of(*STEPS, step("more")), side=side.vendor.slug)
        draft = JourneyVersion.objects.create(
            vendor=side.vendor,
            template=newest.template,
            number=9,
            definition=journey_of({**step("one"), "name": mark(f"{letter}_journey")}),
        )
        rows.setdefault("journey_version", {})[letter] = {"pk": newest.pk}
        rows.setdefault("journey_draft", {})[letter] = {"pk": draft.pk}
        rows.setdefault("journey_part", {})[letter] = {"pk": draft.pk, "place": "stages.0.steps.0"}
        rows.setdefault("journey_stage", {})[letter] = {"pk": draft.pk, "stage": 0}


def _fill(journey: Journey, text: str) -> object:
    """Put words of its own into each step, and a document on one; returns the document's key."""
    at = (timezone.now() + timedelta(days=3)).isoformat()
    for row in JourneyStep.objects.filter(journey=journey):
        row.name, row.result = text, {"note": text, "meeting": {"at": at, "minutes": 30, "place": text}}
        row.save()
    papers = JourneyStep.objects.get(journey=journey, slug="papers")
    file = StepFile(
        vendor_id=papers.vendor_id,
        partner_id=papers.partner_id,
        enrollment_id=papers.enrollment_id,
        step=papers,
        name=f"{text}.txt",
        size=10,
        media_type="text/plain",
    )
    file.content.save("file.txt", ContentFile(text.encode()), save=False)
    file.save()
    return file.key
