"""What tests of journeys share: a small journey as data, published and started."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from onboarding.enums import VersionState
from onboarding.models import Journey, JourneyStep, JourneyTemplate, JourneyVersion
from onboarding.services.journeys import start_journey
from partners.enums import EnrollmentStatus
from partners.models import Enrollment
from prm.kernel.actors import system
from tests.cast import Cast


def step(slug: str, kind: str = "task", **more: Any) -> dict[str, Any]:
    """Return a step as a definition says it."""
    return {"slug": slug, "kind": kind, "name": slug.title(), **more}


def journey_of(*steps: dict[str, Any]) -> dict[str, Any]:
    """Return a definition of one stage."""
    return {"stages": [{"slug": "start", "name": "Start", "steps": list(steps)}]}


def published(
    cast: Cast, definition: dict[str, Any], partner_type: str = "", side: str = "northwind"
) -> JourneyVersion:
    """Publish a definition for a program."""
    program = getattr(cast, side).program
    template, _made = JourneyTemplate.objects.get_or_create(
        vendor_id=program.vendor_id, program=program, partner_type=partner_type, defaults={"name": "Onboarding"}
    )
    template.versions.filter(state=VersionState.PUBLISHED).update(state=VersionState.REPLACED)
    return JourneyVersion.objects.create(
        vendor_id=program.vendor_id,
        template=template,
        number=template.versions.count() + 1,
        state=VersionState.PUBLISHED,
        published_at=timezone.now(),
        definition=definition,
    )


def onboarding(cast: Cast, name: str = "brightpath_northwind") -> Enrollment:
    """Return an enrollment of the cast, onboarding."""
    Enrollment.objects.filter(pk=cast.enrollments[name].pk).update(status=EnrollmentStatus.ONBOARDING)
    return Enrollment.objects.select_related("partner", "program", "vendor").get(pk=cast.enrollments[name].pk)


def started(cast: Cast, *steps: dict[str, Any], name: str = "brightpath_northwind", **facts: Any) -> Journey:
    """Publish a journey of one stage with these steps, and start it."""
    side = name.rpartition("_")[2]
    published(cast, journey_of(*steps), side=side)
    enrollment = onboarding(cast, name)
    journey = start_journey(actor=system(enrollment.vendor_id), enrollment=enrollment, facts=facts)
    assert journey is not None
    return journey


def states(journey: Journey) -> dict[str, str]:
    """Return the states of a journey's steps by slug."""
    return dict(JourneyStep.objects.filter(journey=journey).order_by("position").values_list("slug", "state"))


def step_of(journey: Journey, slug: str) -> JourneyStep:
    """Return a journey's step."""
    return JourneyStep.objects.get(journey=journey, slug=slug)
