"""Reading a policy from JSON, as the builder and the API write it.

Every key that isn't known and every value that isn't what it should be is a fault with its place; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from dealreg.engagement.faults import Fault, PolicyRefused
from dealreg.engagement.shape import (
    BANDS,
    Answered,
    Approval,
    Asking,
    Audience,
    Authorisation,
    Automation,
    Decider,
    Definition,
    Ground,
    Lead,
    Limits,
    Need,
    OwnField,
    Prices,
    Route,
    Segment,
    Size,
    Stated,
    Territory,
    When,
)
from prm.kernel.questions import LONGEST, MOST_CHOICES, Kind

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MOST_PARTS, MOST_VALUES, MOST_ACCOUNTS, MOST_HOURS = 50, 260, 1000, 2000
LARGEST = Decimal("999999999999.99")
E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")


def parse(data: Any) -> Definition:
    """Return the policy that a JSON document says.

    Raises:
        PolicyRefused: something in it isn't a policy's; names every fault with its place.
    """
    reader = Reader()
    made = reader.definition(data)
    if reader.faults:
        raise PolicyRefused(reader.faults)
    return made


def fields_in(data: Any) -> tuple[OwnField, ...]:
    """Return the own fields of a policy's JSON that can be read, whatever else in it can't."""
    rows = data.get("fields") if isinstance(data, dict) else None
    found = []
    for row in rows if isinstance(rows, list) else []:
        reader = Reader()
        made = reader.own_field(row, "fields")
        if not reader.faults:
            found.append(made)
    return tuple(found)


class Values:
    """Reads single values and collects faults on the way; what is wrong is replaced by something harmless."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, place: str, message: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(place, message))

    def entry(self, data: Any, place: str, kind: type) -> dict[str, Any]:
        """Return an object whose keys are all fields of a part."""
        if not isinstance(data, dict):
            self.fault(place, _("This should be an object with named parts."))
            return {}
        known = {"on" if each.name == "is_on" else each.name for each in fields(kind)}
        for key in data:
            if key not in known:
                self.fault(f"{place}.{key}", _("There is nothing called “%(key)s” here.") % {"key": str(key)[:60]})
        return data

    def rows(self, data: Any, place: str, most: int = MOST_PARTS) -> list[Any]:
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

    def word(self, data: Any, place: str) -> str:
        """Return a short text or nothing."""
        return "" if data in (None, "") else self.text(data, place)

    def slug(self, data: Any, place: str) -> str:
        """Return a name that stands in records."""
        text = self.text(data, place, 50)
        if text and not SLUG.fullmatch(text):
            self.fault(place, _("Small letters, digits and hyphens only, as in “public-sector”."))
        return text

    def words(self, data: Any, place: str) -> tuple[str, ...]:
        """Return several short texts."""
        return tuple(self.text(each, place) for each in self.rows([] if data is None else data, place, MOST_VALUES))

    def numbers(self, data: Any, place: str) -> tuple[int, ...]:
        """Return several ids."""
        found = self.rows([] if data is None else data, place, MOST_ACCOUNTS)
        return tuple(self.number(each, place, 1, 2**62) for each in found)

    def number(self, data: Any, place: str, least: int, most: int) -> int:
        """Return a whole number in bounds."""
        if isinstance(data, bool) or not isinstance(data, int) or not least <= data <= most:
            words = _("This should be a whole number from %(least)d to %(most)d.")
            self.fault(place, words % {"least": least, "most": most})
            return least
        return data

    def amount(self, data: Any, place: str) -> Decimal | None:
        """Return an amount, given as text or as a whole number, of at most two decimals; None for none."""
        if data in (None, ""):
            return None
        try:
            if isinstance(data, bool) or not isinstance(data, str | int):
                raise InvalidOperation
            found = Decimal(data)
        except InvalidOperation:
            self.fault(place, _("This should be an amount."))
            return None
        if not found.is_finite() or not 0 <= found <= LARGEST:
            self.fault(place, _("This should be an amount from 0 to %(most)s.") % {"most": LARGEST})
            return None
        return round(found, 2)

    def switch(self, data: Any, place: str) -> bool:
        """Return whether something is on."""
        if not isinstance(data, bool):
            self.fault(place, _("This should be true or false."))
        return data is True

    def choice(self, data: Any, place: str, kind: type[E]) -> E:
        """Return one of a few."""
        if data not in list(kind):
            self.fault(place, _("This should be one of: %(choices)s.") % {"choices": ", ".join(kind)})
            return next(iter(kind))
        return kind(data)

    def band(self, data: Any, place: str) -> str:
        """Return a size of a customer, or nothing."""
        if data in (None, ""):
            return ""
        if data not in BANDS:
            self.fault(place, _("This should be one of: %(choices)s.") % {"choices": ", ".join(BANDS)})
            return ""
        return str(data)


class Reader(Values):
    """Reads the parts of a policy."""

    def definition(self, data: Any) -> Definition:
        """Return the whole."""
        raw = self.entry(data, "policy", Definition)
        return Definition(
            fields=self.each(raw, "fields", self.own_field),
            segments=self.each(raw, "segments", self.segment),
            authorisations=self.each(raw, "authorisations", self.authorisation),
            size=self.one(raw, "size", self.size),
            territory=self.one(raw, "territory", self.territory),
            routes=self.each(raw, "routes", self.route),
            holidays=self.days(raw.get("holidays", []), "holidays"),
            automation=self.automation(raw.get("automation", {}), "automation"),
            limits=self.one(raw, "limits", self.limits),
            prices=self.one(raw, "prices", self.prices),
        )

    def each(self, raw: dict[str, Any], name: str, read: Callable[[Any, str], T]) -> tuple[T, ...]:
        """Return the parts of a list."""
        rows = self.rows(raw.get(name, []), name)
        return tuple(read(row, f"{name}.{at}") for at, row in enumerate(rows))

    def one(self, raw: dict[str, Any], name: str, read: Callable[[Any, str], T]) -> T | None:
        """Return a part that may be missing."""
        return None if raw.get(name) is None else read(raw[name], name)

    def days(self, data: Any, place: str) -> tuple[str, ...]:
        """Return days, in order, each once."""
        found = set()
        for text in self.rows(data, place, 200):
            try:
                found.add(date.fromisoformat(text).isoformat())
            except (TypeError, ValueError):
                words = _("“%(text)s” is not a day. Write it like 2027-12-24.")
                self.fault(place, words % {"text": str(text)[:40]})
        return tuple(sorted(found))

    def when(self, data: Any, place: str) -> When:
        """Return which customers a segment takes."""
        raw = self.entry(data, place, When)
        return When(
            employees_from=self.band(raw.get("employees_from"), f"{place}.employees_from"),
            employees_to=self.band(raw.get("employees_to"), f"{place}.employees_to"),
            industries=self.words(raw.get("industries"), f"{place}.industries"),
            countries=self.words(raw.get("countries"), f"{place}.countries"),
            accounts=self.numbers(raw.get("accounts"), f"{place}.accounts"),
            answers=tuple(
                self.answered(each, f"{place}.answers.{at}")
                for at, each in enumerate(self.rows(raw.get("answers", []), f"{place}.answers"))
            ),
        )

    def answered(self, data: Any, place: str) -> Answered:
        """Return what an own field must say."""
        raw = self.entry(data, place, Answered)
        return Answered(
            field=self.slug(raw.get("field"), f"{place}.field"), values=self.words(raw.get("values"), f"{place}.values")
        )

    def own_field(self, data: Any, place: str) -> OwnField:
        """Return a field of the program's own."""
        raw = self.entry(data, place, OwnField)
        choices = self.rows(raw.get("choices", []), f"{place}.choices", MOST_CHOICES)
        return OwnField(
            slug=self.slug(raw.get("slug"), f"{place}.slug"),
            label=self.text(raw.get("label"), f"{place}.label", LONGEST["label"]),
            kind=self.choice(raw.get("kind"), f"{place}.kind", Kind),
            choices=tuple(self.text(each, f"{place}.choices", LONGEST["choice"]) for each in choices),
            help=self.text(raw["help"], f"{place}.help", LONGEST["help"]) if raw.get("help") else "",
            need=self.choice(raw.get("need", Need.NO), f"{place}.need", Need),
            audience=self.choice(raw.get("audience", Audience.BOTH), f"{place}.audience", Audience),
            families=self.words(raw.get("families"), f"{place}.families"),
            unit=self.text(raw["unit"], f"{place}.unit", 20) if raw.get("unit") else "",
            least=self.amount(raw.get("least"), f"{place}.least"),
            most=self.amount(raw.get("most"), f"{place}.most"),
        )

    def segment(self, data: Any, place: str) -> Segment:
        """Return a segment."""
        raw = self.entry(data, place, Segment)
        return Segment(
            slug=self.slug(raw.get("slug"), f"{place}.slug"),
            name=self.text(raw.get("name"), f"{place}.name"),
            lead=self.choice(raw.get("lead"), f"{place}.lead", Lead),
            clause=self.word(raw.get("clause"), f"{place}.clause"),
            when=self.when(raw.get("when", {}), f"{place}.when"),
        )

    def authorisation(self, data: Any, place: str) -> Authorisation:
        """Return what a family needs."""
        raw = self.entry(data, place, Authorisation)
        return Authorisation(
            family=self.text(raw.get("family"), f"{place}.family"),
            clause=self.word(raw.get("clause"), f"{place}.clause"),
            tier=self.word(raw.get("tier"), f"{place}.tier"),
            credentials=self.words(raw.get("credentials"), f"{place}.credentials"),
        )

    def size(self, data: Any, place: str) -> Size:
        """Return least and most."""
        raw = self.entry(data, place, Size)
        return Size(
            clause=self.word(raw.get("clause"), f"{place}.clause"),
            least=self.amount(raw.get("least"), f"{place}.least"),
            most=self.amount(raw.get("most"), f"{place}.most"),
        )

    def territory(self, data: Any, place: str) -> Territory:
        """Return where partners sell."""
        raw = self.entry(data, place, Territory)
        return Territory(
            clause=self.word(raw.get("clause"), f"{place}.clause"),
            by=self.choice(raw.get("by", Ground.PROFILE), f"{place}.by", Ground),
            countries=self.words(raw.get("countries"), f"{place}.countries"),
        )

    def route(self, data: Any, place: str) -> Route:
        """Return who decides."""
        raw = self.entry(data, place, Route)
        seat = raw.get("seat")
        return Route(
            decider=self.choice(raw.get("decider"), f"{place}.decider", Decider),
            hours=self.number(raw.get("hours"), f"{place}.hours", 1, MOST_HOURS),
            clause=self.word(raw.get("clause"), f"{place}.clause"),
            segment=self.word(raw.get("segment"), f"{place}.segment"),
            least=self.amount(raw.get("least"), f"{place}.least"),
            countries=self.words(raw.get("countries"), f"{place}.countries"),
            families=self.words(raw.get("families"), f"{place}.families"),
            seat=None if seat is None else self.number(seat, f"{place}.seat", 1, 2**62),
        )

    def automation(self, data: Any, place: str) -> Automation:
        """Return what a rule does by itself."""
        raw = self.entry(data, place, Automation)
        grounds = self.rows(raw.get("decline", []), f"{place}.decline")
        return Automation(
            approve=self.approval(raw.get("approve", {}), f"{place}.approve"),
            decline=tuple(self.choice(each, f"{place}.decline", Stated) for each in grounds),
            ask=self.asking(raw.get("ask", {}), f"{place}.ask"),
        )

    def approval(self, data: Any, place: str) -> Approval:
        """Return when a registration is approved by rule."""
        raw = self.entry(data, place, Approval)
        return Approval(
            is_on=self.switch(raw.get("on", False), f"{place}.on"),
            clause=self.word(raw.get("clause"), f"{place}.clause"),
            segments=self.words(raw.get("segments"), f"{place}.segments"),
            most=self.amount(raw.get("most"), f"{place}.most"),
            tier=self.word(raw.get("tier"), f"{place}.tier"),
            contact=self.switch(raw.get("contact", True), f"{place}.contact"),
        )

    def asking(self, data: Any, place: str) -> Asking:
        """Return what is asked for by rule."""
        raw = self.entry(data, place, Asking)
        return Asking(
            is_on=self.switch(raw.get("on", False), f"{place}.on"),
            clause=self.word(raw.get("clause"), f"{place}.clause"),
            fields=self.words(raw.get("fields"), f"{place}.fields"),
        )

    def limits(self, data: Any, place: str) -> Limits:
        """Return how much a partner may hold."""
        raw = self.entry(data, place, Limits)
        most, again = raw.get("open"), raw.get("resubmissions")
        return Limits(
            clause=self.word(raw.get("clause"), f"{place}.clause"),
            open=None if most is None else self.number(most, f"{place}.open", 1, 100_000),
            resubmissions=None if again is None else self.number(again, f"{place}.resubmissions", 0, 100),
            days=self.number(raw.get("days", 90), f"{place}.days", 1, 1000),
        )

    def prices(self, data: Any, place: str) -> Prices:
        """Return who decides on special prices."""
        raw = self.entry(data, place, Prices)
        return Prices(
            clause=self.word(raw.get("clause"), f"{place}.clause"),
            approver=self.amount(raw.get("approver", "0"), f"{place}.approver") or Decimal(0),
            manager=self.amount(raw.get("manager", "100"), f"{place}.manager") or Decimal(0),
        )
