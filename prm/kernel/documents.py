"""Reading what people set up as data: every fault with its place, so that a builder shows them all at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, TypeVar

from django.utils.translation import gettext as _

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LARGEST = Decimal(10) ** 12
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong. place: where, as in "tiers.2.needs"; message: what, and what to do."""

    place: str
    message: str


class DocumentReader:
    """Reads plain values of a JSON document and collects faults; what is wrong is replaced by something harmless."""

    most: ClassVar[Mapping[str, int]] = {}
    """How many a list may hold, by its place; others hold 40."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, place: str, message: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(place, message))

    def entry(self, data: Any, place: str, known: Iterable[str]) -> dict[str, Any]:
        """Return an object whose keys are all known."""
        if not isinstance(data, dict):
            self.fault(place, _("This should be an object with named parts."))
            return {}
        for key in data:
            if key not in known:
                self.fault(f"{place}.{key}", _("There is nothing called “%(key)s” here.") % {"key": str(key)[:60]})
        return data

    def rows(self, data: Any, place: str, read: Callable[[Any, str], Made]) -> tuple[Made, ...]:
        """Return a list, each of its parts read."""
        if not isinstance(data, list):
            self.fault(place, _("This should be a list."))
            return ()
        most = self.most.get(place, 40)
        if len(data) > most:
            self.fault(place, _("At most %(most)d are possible here.") % {"most": most})
            return ()
        return tuple(read(each, f"{place}.{at}") for at, each in enumerate(data))

    def text(self, data: Any, place: str, *, longest: int = 120, needed: bool = True) -> str:
        """Return a short text."""
        if not isinstance(data, str) or len(data) > longest or (needed and not data.strip()):
            self.fault(place, _("This should be a text of at most %(longest)d characters.") % {"longest": longest})
            return ""
        return data.strip()

    def slug(self, data: Any, place: str, *, needed: bool = True) -> str:
        """Return a name that stands in addresses and records."""
        text = self.text(data, place, longest=50, needed=needed)
        if text and not SLUG.fullmatch(text):
            self.fault(place, _("Small letters, digits and hyphens only, as in “gold-plus”."))
        return text

    def number(self, data: Any, place: str, *, least: Decimal | int | None = None) -> Decimal:
        """Return a decimal number, given as text or as a whole number."""
        try:
            if isinstance(data, bool) or not isinstance(data, str | int | Decimal):
                raise InvalidOperation
            found = Decimal(data)
        except InvalidOperation:
            self.fault(place, _("This should be a number."))
            return Decimal(1)
        if not found.is_finite() or abs(found) > LARGEST:
            self.fault(place, _("This number is too large."))
            return Decimal(1)
        if least is not None and found < least:
            self.fault(place, _("This should be at least %(least)s.") % {"least": least})
            return Decimal(least)
        return found

    def amount(self, data: Any, place: str) -> Decimal | None:
        """Return a number of zero or more, or None where there is none."""
        return None if data is None else self.number(data, place, least=0)

    def whole(self, data: Any, place: str, most: int, least: int = 0) -> int:
        """Return a whole number within bounds."""
        if isinstance(data, bool) or not isinstance(data, int) or not least <= data <= most:
            words = _("This should be a whole number from %(least)d to %(most)d.")
            self.fault(place, words % {"least": least, "most": most})
            return least
        return data

    def flag(self, data: Any, place: str) -> bool:
        """Return yes or no."""
        if not isinstance(data, bool):
            self.fault(place, _("This should be true or false."))
        return data is True

    def chosen(self, data: Any, place: str, choices: Iterable[str]) -> str:
        """Return one of several words."""
        known = list(choices)
        if data not in known:
            self.fault(place, _("This should be one of: %(choices)s.") % {"choices": ", ".join(known)})
            return known[0]
        return str(data)
