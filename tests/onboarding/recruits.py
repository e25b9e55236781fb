"""A published ideal profile, prospects and an open form, for tests of recruiting."""

from __future__ import annotations

from typing import Any

from onboarding.models import ApplicationForm, IdealProfile, Prospect
from onboarding.services.profiles import begin_profile, publish_profile
from onboarding.services.prospects import add_prospect
from tests.cast import Cast

DEFINITION: dict[str, Any] = {
    "criteria": [
        {"slug": "kind", "name": "Kind", "kind": "type", "weight": 6, "values": ["services", "msp"]},
        {"slug": "where", "name": "Where", "kind": "country", "weight": 3, "values": ["DE", "AT"]},
        {"slug": "web", "name": "Web", "kind": "website", "weight": 1},
    ]
}


def publish(cast: Cast, definition: dict[str, Any] | None = None, persona: str = "northwind_manager") -> IdealProfile:
    """Publish a profile of the persona's program."""
    actor = cast.actor(persona)
    program = (cast.northwind if persona.startswith("northwind") else cast.halden).program
    draft = begin_profile(actor=actor, program=program, definition=definition or DEFINITION)
    return publish_profile(actor=actor, profile=draft, revision=draft.revision)


def prospect(cast: Cast, name: str = "Castellan Integration", **details: Any) -> Prospect:
    """Add a prospect to Northwind's list."""
    given = {"name": name, "type": "services", "country": "DE", **details}
    return add_prospect(actor=cast.actor("northwind_manager"), program=cast.northwind.program, details=given)


def open_form(cast: Cast) -> ApplicationForm:
    """Let Northwind's program take applications."""
    side = cast.northwind
    return ApplicationForm.objects.create(vendor=side.vendor, program=side.program, is_open=True)
