"""Reading a profile from JSON, as the builder and the API write it.

Every key that isn't known and every value that isn't what it should be is a fault with its place; nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from onboarding.fit.faults import Fault, ProfileRefused
from onboarding.fit.shape import Criterion, Kind, ProfileDefinition

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MOST_CRITERIA, MOST_VALUES, MOST_NEEDED = 20, 60, 60
LARGEST = Decimal(1000)


def parse(data: Any) -> ProfileDefinition:
    """Return the profile that a JSON document says.

    Raises:
        ProfileRefused: something in it isn't a profile's; names every fault with its place.
    """
    reader = Reader()
    made = reader.definition(data)
    if reader.faults:
        raise ProfileRefused(reader.faults)
    return made


class Reader:
    """Reads parts of a profile and collects faults on the way; what is wrong is replaced by something harmless."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, place: str, message: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(place, message))

    def entry(self, data: Any, place: str, known: set[str]) -> dict[str, Any]:
        """Return an object whose keys are all known."""
        if not isinstance(data, dict):
            self.fault(place, _("This should be an object with named parts."))
            return {}
        for key in data:
            if key not in known:
                self.fault(f"{place}.{key}", _("There is nothing called “%(key)s” here.") % {"key": str(key)[:60]})
        return data

    def rows(self, data: Any, place: str, most: int) -> list[Any]:
        """Return a list that isn't too long."""
        if not isinstance(data, list):
            self.fault(place, _("This should be a list."))
            return []
        if len(data) > most:
            self.fault(place, _("At most %(most)d are possible here.") % {"most": most})
            return []
        return data

    def text(self, data: Any, place: str, longest: int = 80) -> str:
        """Return a short text."""
        if not isinstance(data, str) or len(data) > longest or not data.strip():
            self.fault(place, _("This should be a text of at most %(longest)d characters.") % {"longest": longest})
            return ""
        return data.strip()

    def slug(self, data: Any, place: str) -> str:
        """Return a name that stands in records."""
        text = self.text(data, place, 50)
        if text and not SLUG.fullmatch(text):
            self.fault(place, _("Small letters, digits and hyphens only, as in “own-website”."))
        return text

    def weight(self, data: Any, place: str) -> Decimal:
        """Return a weight, given as text or as a whole number, of at most two decimals."""
        try:
            if isinstance(data, bool) or not isinstance(data, str | int):
                raise InvalidOperation
            found = Decimal(data)
        except InvalidOperation:
            self.fault(place, _("The weight should be a number."))
            return Decimal(1)
        if not found.is_finite() or abs(found) > LARGEST:
            self.fault(place, _("The weight should be at most %(most)s.") % {"most": LARGEST})
            return Decimal(1)
        return round(found, 2)

    def criterion(self, data: Any, place: str) -> Criterion:
        """Return a criterion."""
        raw = self.entry(data, place, {field.name for field in fields(Criterion)})
        values = self.rows(raw.get("values", []), f"{place}.values", MOST_VALUES)
        needed, partial = raw.get("needed", 1), raw.get("partial", False)
        if isinstance(needed, bool) or not isinstance(needed, int) or not 1 <= needed <= MOST_NEEDED:
            self.fault(
                f"{place}.needed", _("This should be a whole number from 1 to %(most)d.") % {"most": MOST_NEEDED}
            )
            needed = 1
        if not isinstance(partial, bool):
            self.fault(f"{place}.partial", _("This should be true or false."))
        return Criterion(
            self.slug(raw.get("slug"), f"{place}.slug"),
            self.text(raw.get("name"), f"{place}.name"),
            self.kind(raw.get("kind"), f"{place}.kind"),
            self.weight(raw.get("weight"), f"{place}.weight"),
            tuple(self.text(each, f"{place}.values") for each in values),
            needed,
            partial is True,
        )

    def kind(self, data: Any, place: str) -> Kind:
        """Return what a criterion looks at."""
        if data not in list(Kind):
            self.fault(place, _("This should be one of: %(choices)s.") % {"choices": ", ".join(Kind)})
            return Kind.WEBSITE
        return Kind(data)

    def definition(self, data: Any) -> ProfileDefinition:
        """Return the whole."""
        raw = self.entry(data, "profile", {"criteria"})
        rows = self.rows(raw.get("criteria", []), "criteria", MOST_CRITERIA)
        return ProfileDefinition(tuple(self.criterion(each, f"criteria.{at}") for at, each in enumerate(rows)))
