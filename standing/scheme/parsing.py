"""Reading a scheme from JSON, as templates, the builder and the API write it.

Every key that isn't known and every value that isn't what it should be is a fault with its place; nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import fields
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from prm.kernel.documents import DocumentReader
from standing.scheme.faults import SchemeRefused
from standing.scheme.shape import (
    Band,
    Brings,
    Category,
    Definition,
    Figure,
    Group,
    Line,
    Need,
    Node,
    Op,
    Place,
    PointRule,
    Ref,
    Requirement,
    Review,
    SpecialisationShape,
    TierShape,
    Times,
    Total,
    Where,
)

MOST = {
    "tiers": 12,
    "rules": 80,
    "categories": 20,
    "lines": 80,
    "totals": 12,
    "requirements": 40,
    "specialisations": 40,
}
DEEPEST = 6
PERIODS = ("month", "quarter", "year")


def parse(data: Any) -> Definition:
    """Return the scheme that a JSON document says.

    Raises:
        SchemeRefused: something in it isn't a scheme's; names every fault with its place.
    """
    reader = Reader()
    made = reader.definition(data)
    if reader.faults:
        raise SchemeRefused(reader.faults)
    return made


class Reader(DocumentReader):
    """Reads parts of a scheme and collects faults on the way."""

    most = MOST

    def where(self, data: Any, place: str) -> Where:
        """Return tags with the values they may have."""
        if not isinstance(data, dict):
            self.fault(place, _("This should be an object with named parts."))
            return ()
        return tuple(
            sorted(
                (self.text(tag, place), tuple(sorted(self.rows(values, f"{place}.{tag}", self.text))))
                for tag, values in data.items()
            )
        )

    # -- Parts

    def figure(self, data: Any, place: str) -> Figure:
        """Return a figure."""
        raw = self.entry(data, place, {field.name for field in fields(Figure)})
        place_among = raw.get("place")
        return Figure(
            self.text(raw.get("measure"), f"{place}.measure"),
            months=self.whole(raw.get("months", 0), f"{place}.months", 120),
            days=self.whole(raw.get("days", 0), f"{place}.days", 3660),
            where=self.where(raw.get("where", {}), f"{place}.where"),
            growth=self.flag(raw.get("growth", False), f"{place}.growth"),
            place=None if place_among is None else Place(self.chosen(place_among, f"{place}.place", list(Place))),
        )

    def band(self, data: Any, place: str) -> Band:
        """Return a band, written as [from, points]."""
        if not isinstance(data, list) or len(data) != 2:
            self.fault(place, _("A band is a pair: from which value on, how many points."))
            return Band(Decimal(0), Decimal(0))
        return Band(self.number(data[0], place), self.number(data[1], place, least=0))

    def line(self, data: Any, place: str) -> Line:
        """Return a line of a score."""
        raw = self.entry(data, place, {field.name for field in fields(Line)})
        return Line(
            self.slug(raw.get("slug"), f"{place}.slug"),
            self.text(raw.get("name"), f"{place}.name"),
            self.slug(raw.get("category"), f"{place}.category"),
            self.figure(raw.get("figure"), f"{place}.figure"),
            points=self.number(raw.get("points", 1), f"{place}.points"),
            per=self.number(raw.get("per", 1), f"{place}.per", least=Decimal("0.0001")),
            whole=self.flag(raw.get("whole", False), f"{place}.whole"),
            most=self.amount(raw.get("most"), f"{place}.most"),
            bands=self.rows(raw.get("bands", []), f"{place}.bands", self.band),
        )

    def category(self, data: Any, place: str) -> Category:
        """Return a category."""
        raw = self.entry(data, place, {field.name for field in fields(Category)})
        return Category(
            self.slug(raw.get("slug"), f"{place}.slug"),
            self.text(raw.get("name"), f"{place}.name"),
            self.amount(raw.get("most"), f"{place}.most"),
            self.number(raw.get("weight", 1), f"{place}.weight", least=0),
        )

    def total(self, data: Any, place: str) -> Total:
        """Return a named sum of categories."""
        raw = self.entry(data, place, {field.name for field in fields(Total)})
        return Total(
            self.slug(raw.get("slug"), f"{place}.slug"),
            self.text(raw.get("name"), f"{place}.name"),
            self.rows(raw.get("categories", []), f"{place}.categories", self.slug),
        )

    def times(self, data: Any, place: str) -> Times:
        """Return a factor."""
        raw = self.entry(data, place, {"where", "factor"})
        return Times(
            self.where(raw.get("where"), f"{place}.where"), self.number(raw.get("factor"), f"{place}.factor", least=0)
        )

    def rule(self, data: Any, place: str) -> PointRule:
        """Return a point rule."""
        raw = self.entry(data, place, {field.name for field in fields(PointRule)})
        per = raw.get("per")
        return PointRule(
            self.slug(raw.get("slug"), f"{place}.slug"),
            self.text(raw.get("name"), f"{place}.name"),
            self.text(raw.get("source"), f"{place}.source"),
            self.number(raw.get("points"), f"{place}.points"),
            per=None if per is None else self.number(per, f"{place}.per", least=Decimal("0.0001")),
            whole=self.flag(raw.get("whole", False), f"{place}.whole"),
            where=self.where(raw.get("where", {}), f"{place}.where"),
            cap=self.amount(raw.get("cap"), f"{place}.cap"),
            cap_period=self.chosen(raw.get("cap_period", "year"), f"{place}.cap_period", PERIODS),
            expires_months=self.whole(raw.get("expires_months", 0), f"{place}.expires_months", 120),
            fades_months=self.whole(raw.get("fades_months", 0), f"{place}.fades_months", 60),
            category=self.slug(raw.get("category", ""), f"{place}.category", needed=False),
            times=self.rows(raw.get("times", []), f"{place}.times", self.times),
        )

    def node(self, data: Any, place: str, depth: int = 0) -> Node:
        """Return a requirement, a group of them, or the name of one."""
        if depth > DEEPEST:
            self.fault(place, _("Requirements can be nested %(deepest)d times at most.") % {"deepest": DEEPEST})
            return Group(every=True, parts=())
        if isinstance(data, dict) and "ref" in data:
            return Ref(self.slug(self.entry(data, place, {"ref"}).get("ref"), f"{place}.ref"))
        for word in ("all", "any"):
            if isinstance(data, dict) and word in data:
                raw = self.entry(data, place, {word, "name"})
                parts = self.rows(raw[word], f"{place}.{word}", lambda each, at: self.node(each, at, depth + 1))
                if not parts:
                    self.fault(place, _("A group needs at least one requirement."))
                return Group(word == "all", parts, self.text(raw.get("name", ""), f"{place}.name", needed=False))
        return self.need(data, place)

    def need(self, data: Any, place: str) -> Need:
        """Return a single requirement."""
        raw = self.entry(data, place, {"figure", "score", "name", *Op})
        ops = [op for op in Op if op in raw]
        if len(ops) != 1 or ("figure" in raw) == ("score" in raw):
            self.fault(place, _("A requirement compares one figure, or one score, in one way."))
            return Need(Op.AT_LEAST, score="total", low=Decimal(0))
        (op,) = ops
        low = high = None
        values: tuple[str, ...] = ()
        if op is Op.BETWEEN:
            pair = raw[op] if isinstance(raw[op], list) and len(raw[op]) == 2 else [None, None]
            low, high = self.number(pair[0], f"{place}.{op}"), self.number(pair[1], f"{place}.{op}")
        elif op in {Op.ALL_OF, Op.ANY_OF}:
            values = self.rows(raw[op], f"{place}.{op}", self.text)
            if not values:
                self.fault(f"{place}.{op}", _("Name at least one."))
        elif op is Op.AT_LEAST:
            low = self.number(raw[op], f"{place}.{op}")
        else:
            high = self.number(raw[op], f"{place}.{op}")
        return Need(
            op,
            self.figure(raw["figure"], f"{place}.figure") if "figure" in raw else None,
            self.slug(raw.get("score", ""), f"{place}.score", needed=False),
            low,
            high,
            values,
            self.text(raw.get("name", ""), f"{place}.name", needed=False),
        )

    def requirement(self, data: Any, place: str) -> Requirement:
        """Return named requirements."""
        raw = self.entry(data, place, {"slug", "name", "needs"})
        return Requirement(
            self.slug(raw.get("slug"), f"{place}.slug"),
            self.text(raw.get("name"), f"{place}.name"),
            self.node(raw.get("needs"), f"{place}.needs"),
        )

    def brings(self, data: Any, place: str) -> Brings:
        """Return a benefit."""
        raw = self.entry(data, place, {"kind", "value", "text"})
        return Brings(
            self.text(raw.get("kind"), f"{place}.kind"),
            self.amount(raw.get("value"), f"{place}.value"),
            self.text(raw.get("text", ""), f"{place}.text", longest=200, needed=False),
        )

    def tier(self, data: Any, place: str) -> TierShape:
        """Return a tier."""
        raw = self.entry(data, place, {field.name for field in fields(TierShape)})
        needs = raw.get("needs")
        return TierShape(
            self.slug(raw.get("slug"), f"{place}.slug"),
            self.text(raw.get("name"), f"{place}.name", longest=60),
            None if needs is None else self.node(needs, f"{place}.needs"),
            self.rows(raw.get("brings", []), f"{place}.brings", self.brings),
            self.text(raw.get("summary", ""), f"{place}.summary", longest=300, needed=False),
        )

    def specialisation(self, data: Any, place: str) -> SpecialisationShape:
        """Return a specialisation."""
        raw = self.entry(data, place, {field.name for field in fields(SpecialisationShape)})
        return SpecialisationShape(
            self.slug(raw.get("slug"), f"{place}.slug"),
            self.text(raw.get("name"), f"{place}.name", longest=80),
            self.node(raw.get("needs"), f"{place}.needs"),
            self.whole(raw.get("months", 12), f"{place}.months", 120, 1),
            self.text(raw.get("summary", ""), f"{place}.summary", longest=300, needed=False),
        )

    def review(self, data: Any, place: str) -> Review:
        """Return when tiers may be lowered."""
        raw = self.entry(data, place, {field.name for field in fields(Review)})
        months = self.whole(raw.get("months", 12), f"{place}.months", 12, 1)
        if 12 % months:
            self.fault(f"{place}.months", _("Reviews come every 1, 2, 3, 4, 6 or 12 months."))
            months = 12
        warn = self.rows(raw.get("warn_days", [60, 30]), f"{place}.warn_days", lambda n, at: self.whole(n, at, 365, 1))
        return Review(
            months,
            self._day_of_year(raw.get("first", "01-31"), f"{place}.first"),
            tuple(sorted(set(warn), reverse=True)),
            self.whole(raw.get("grace_days", 30), f"{place}.grace_days", 365),
            self.whole(raw.get("qualifying_months", 0), f"{place}.qualifying_months", 24),
        )

    def _day_of_year(self, data: Any, place: str) -> tuple[int, int]:
        found = re.fullmatch(r"(\d\d)-(\d\d)", data) if isinstance(data, str) else None
        month, day = (int(found[1]), int(found[2])) if found else (0, 0)
        if not (1 <= month <= 12 and 1 <= day <= 31):
            self.fault(place, _("This should be a month and a day, as in “01-31”."))
            return (1, 31)
        return (month, day)

    def definition(self, data: Any) -> Definition:
        """Return the whole."""
        raw = self.entry(data, "scheme", {field.name for field in fields(Definition)})
        return Definition(
            tiers=self.rows(raw.get("tiers", []), "tiers", self.tier),
            rules=self.rows(raw.get("rules", []), "rules", self.rule),
            categories=self.rows(raw.get("categories", []), "categories", self.category),
            lines=self.rows(raw.get("lines", []), "lines", self.line),
            totals=self.rows(raw.get("totals", []), "totals", self.total),
            requirements=self.rows(raw.get("requirements", []), "requirements", self.requirement),
            specialisations=self.rows(raw.get("specialisations", []), "specialisations", self.specialisation),
            review=self.review(raw.get("review", {}), "review"),
        )
