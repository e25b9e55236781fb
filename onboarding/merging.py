"""Merge fields of a journey's mails: which there are, and what stands in their place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from onboarding.models import Journey

FIELDS: dict[str, str | Promise] = {
    "partner": gettext_lazy("the partner’s name"),
    "program": gettext_lazy("the program’s name"),
    "vendor": gettext_lazy("your company’s name"),
    "manager": gettext_lazy("the partner manager’s name"),
    "contact": gettext_lazy("the name of who applied"),
}
PLACE = re.compile(r"\{\s*([^{}]*?)\s*\}")


def unknown_fields(text: str) -> list[str]:
    """Return what stands between braces and is no merge field."""
    return [name for name in PLACE.findall(text) if name not in FIELDS]


def unknown_sentence(names: list[str]) -> str:
    """Return the sentence that says so."""
    words = {"names": ", ".join(f"{{{name}}}" for name in names), "known": ", ".join(f"{{{name}}}" for name in FIELDS)}
    return _("There is no merge field %(names)s. There are %(known)s.") % words


def values_of(journey: Journey) -> dict[str, str]:
    """Return what stands in the fields' place for a journey."""
    enrollment = journey.enrollment
    return {
        "partner": enrollment.partner.name,
        "program": enrollment.program.name,
        "vendor": enrollment.vendor.name,
        "manager": str(enrollment.manager or enrollment.vendor.name),
        "contact": str(journey.facts.get("contact_name") or enrollment.partner.name),
    }


def merged(text: str, values: dict[str, str]) -> str:
    """Return a text with its fields filled in; what is no field stays as it is."""
    return PLACE.sub(lambda found: values.get(found.group(1), found.group(0)), text)
