"""Applications that could leak: a form and an application of each vendor, with a message and a note, marked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from onboarding.form_fields import default_fields
from onboarding.models import Application, ApplicationForm, ApplicationMessage, IdealProfile

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.isolation_world import World


def fill_applications(world: World, mark: Callable[[str], str]) -> None:
    """Write them, and say what stands in addresses."""
    cast, now = world.cast, timezone.now()
    for side in (cast.northwind, cast.halden):
        letter = side.vendor.slug[0]
        text = mark(f"{letter}_application")
        form = ApplicationForm.objects.create(
            vendor=side.vendor, program=side.program, fields=default_fields(), blocked_domains=[f"{text}.example"]
        )
        # `isolation_recruiting` has made one.
        profile = IdealProfile.objects.filter(program=side.program).first()
        reason = {"criterion": "type", "name": text, "weight": 100, "earned": 50, "known": True, "sentence": text}
        application: Any = Application.objects.create(
            vendor=side.vendor,
            program=side.program,
            reference=f"{side.vendor.code}-APPL-0001",
            state="submitted",
            name=f"Same Applicant {text}",
            domain="same-applicant.example",
            country="DE",
            email=f"{letter}@same-applicant.example",
            contact_name=text,
            customers=text,
            digest=text,
            submitted_at=now,
            due_at=now + timedelta(days=3),
            score=50,
            reasons=[reason],
            profile=profile,
        )
        for internal in (False, True):
            ApplicationMessage.objects.create(
                application=application,
                vendor=side.vendor,
                person=cast.people[f"{side.vendor.slug}_manager"],
                text=text,
                is_internal=internal,
            )
        world.rows.setdefault("application", {})[letter] = {"reference": application.reference}
        world.rows.setdefault("application_form", {})[letter] = {"pk": form.pk}
