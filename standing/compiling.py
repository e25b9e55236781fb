"""A scheme as one SQL statement: figures, scores and tiers of all enrollments at once, on one day or on many.

Facts are read where they are: each source is scanned once, with every figure on it as an aggregate of its own. Where
figures differ only by tags, facts are added up by tag first and these few sums by figure afterwards. What follows
(shares, scores, requirements, ranks) are expressions over one row per enrollment. The arithmetic is that of
`standing.scheme.evaluating`, which tests hold against it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from standing.registry import MEASURES, SOURCES, How
from standing.scheme.shape import TOTAL, Group, Node, Op, Place, Ref

if TYPE_CHECKING:
    from standing.registry import Measure
    from standing.scheme.shape import Category, Definition, Figure, Line, Need, Where

MEMBERS = """
SELECT e.id, e.partner_id, p.country FROM partners_enrollment e JOIN partners_partner p ON p.id = e.partner_id
WHERE e.program_id = %(program)s AND p.type = ANY(%(types)s) AND e.status = ANY(%(live)s)
"""
# The layer above the one in which places are given.
ABOVE_PLACES = 2


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with its values. Its rows: id, partner_id, day, rank, total, figures (JSON), specialisations."""

    sql: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for.

    on: the day. days: instead of one day, several, all up to `on`. known: as the product knew it then. enrollments:
    only these. instead: SELECTs that take the place of a source's parts, such as a draft's points.
    """

    on: date
    days: Sequence[date] = ()
    known: datetime | None = None
    enrollments: Sequence[int] | None = None
    instead: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Sum:
    """A sum over a source. window: conditions on days. tags: names of tags, each with its condition."""

    what: str
    window: tuple[str, ...]
    tags: tuple[tuple[str, str], ...]

    @property
    def conditions(self) -> list[str]:
        return [*self.window, *(condition for _tag, condition in self.tags)]


def compiled(definition: Definition, asked: Asked, values: Mapping[str, Any]) -> Statement:
    """Return the statement for a scheme. `values`: vendor, program, types and live statuses, for `MEMBERS`."""
    return _Compiler(definition, asked, values).statement()


class _Compiler:
    def __init__(self, definition: Definition, asked: Asked, values: Mapping[str, Any]) -> None:
        self.definition, self.asked = definition, asked
        self.values: dict[str, Any] = {**values, "on": asked.on}
        self.names: dict[str, str] = {}
        self.on = "d.day" if asked.days else "%(on)s::date"
        self.sums: dict[str, list[_Sum]] = defaultdict(list)
        self.ctes: list[str] = []
        self.joins: list[str] = []

    def value(self, given: Any) -> str:
        """Return a placeholder for a value; the same one for equal values, so that equal conditions look the same."""
        name = self.names.setdefault(repr(given), f"v{len(self.names)}")
        self.values[name] = given
        return f"%({name})s"

    # -- Facts

    def facts(self, select: str) -> str:
        """Return a SELECT of facts as a FROM item, with the days that are asked for."""
        return f"({select}) f" + (" CROSS JOIN unnest(%(days)s::date[]) AS d(day)" if self.asked.days else "")

    def parts(self, source: str) -> Sequence[str]:
        """Return the SELECTs that together are a source."""
        return self.asked.instead.get(source) or SOURCES[source].parts or (SOURCES[source].sql,)

    def everywhere(self) -> list[str]:
        """Return the conditions under which a fact matters at all."""
        found = []
        if self.asked.enrollments is not None and not self.ranks_all:
            found.append("f.enrollment_id = ANY(%(enrollments)s)")
            self.values["enrollments"] = list(self.asked.enrollments)
        if self.asked.known is not None:
            found.append("f.known_at <= %(known)s")
            self.values["known"] = self.asked.known
        if self.asked.days:
            self.values["days"] = list(self.asked.days)
        return found

    @property
    def ranks_all(self) -> bool:
        """Whether every enrollment must be computed, since some are placed among all."""
        return any(figure.place is not None for figure in self.definition.figures)

    def window(self, figure: Figure, *, before: bool) -> tuple[str, ...]:
        """Return on which days a fact counts in a figure; `before`: in the window before its own."""
        window = ""
        if figure.months or figure.days:
            unit = "months" if figure.months else "days"
            window = f"make_interval({unit} => {figure.months or figure.days})"
        at = f"({self.on} - {window})::date" if before else self.on
        found = (f"f.day <= {at}", f"(f.ends IS NULL OR f.ends > {at})")
        return (*found, f"f.day > ({at} - {window})::date") if window else found

    def tags(self, where: Where) -> tuple[tuple[str, str], ...]:
        """Return tags, each with its condition."""
        return tuple((tag, f"f.tag_{tag} = ANY({self.value(list(wanted))})") for tag, wanted in where)

    def base(self, measure: Measure, figure: Figure, *, before: bool = False) -> str:
        """Return the column with a measure's value under a figure's window; NULL where there are no facts."""
        count = _Sum("f.n", self.window(figure, before=before), self.tags(figure.where))
        if measure.how in {How.PEOPLE, How.VALUES}:
            return self.distinct(measure, count.conditions)
        if measure.how is How.COUNT:
            return self.sum(measure.source, count)
        total = self.sum(measure.source, replace(count, what="f.amount"))
        if measure.how is not How.AVERAGE:
            return total
        return f"round({total} / nullif({self.sum(measure.source, count)}, 0), 2)"

    def sum(self, source: str, wanted: _Sum) -> str:
        """Return the column with a sum over a source, each once."""
        if wanted not in self.sums[source]:
            self.sums[source].append(wanted)
        return f"{_alias(source)}.b{self.sums[source].index(wanted)}"

    def distinct(self, measure: Measure, conditions: Sequence[str]) -> str:
        """Return the column with the number of people, or the set of values, of whom a fact is valid."""
        alias = f"x{len(self.ctes)}"
        day = "d.day, " if self.asked.days else ""
        found = "count(*)" if measure.how is How.PEOPLE else "array_agg(who::text ORDER BY who)"
        wanted = " AND ".join(["f.who IS NOT NULL", *conditions, *self.everywhere()])
        select = "UNION ALL".join(self.parts(measure.source))
        self.ctes.append(
            f"{alias} AS (SELECT id, {day.replace('d.', '')}{found} AS b FROM (SELECT f.enrollment_id AS id, {day}f.who"
            f" FROM {self.facts(select)} WHERE {wanted} GROUP BY f.enrollment_id, {day}f.who"
            f" HAVING sum(f.n) > 0) AS one GROUP BY id{', day' if day else ''})"
        )
        self.join(alias)
        return f"{alias}.b"

    def join(self, alias: str) -> None:
        """Add a CTE to the row of each enrollment."""
        self.joins.append(
            f"LEFT JOIN {alias} ON {alias}.id = m.id" + (f" AND {alias}.day = d.day" * bool(self.asked.days))
        )

    def scans(self) -> None:
        """Write one CTE for each source that is summed; what all its sums share stands in WHERE."""
        for source, sums in self.sums.items():
            shared = [each for each in sums[0].conditions if all(each in other.conditions for other in sums)]
            # Sums over the facts themselves: those that differ only by tags are one.
            first = list(dict.fromkeys((each.what, _without(each.window, shared)) for each in sums))
            parts = self.parts(source)
            if len(first) == len(sums) and len(parts) == 1:
                columns = [
                    _summed(each.what, _without(each.conditions, shared), f"b{at}") for at, each in enumerate(sums)
                ]
                select = self.added(parts[0], [], columns, shared)
            else:
                select = self.added_twice(parts, sums, first, shared)
            self.ctes.append(f"{_alias(source)} AS ({select})")
            self.join(_alias(source))

    def added(self, part: str, keys: Sequence[str], columns: Sequence[str], shared: Sequence[str]) -> str:
        """Return the SELECT that adds facts up by enrollment, day and `keys`."""
        by = ["f.enrollment_id", *(["d.day"] if self.asked.days else []), *keys]
        # What matters to none of the sums needn't be read.
        wanted = " AND ".join([*shared, *self.everywhere()]) or "true"
        chosen = ", ".join([f"{by[0]} AS id", *by[1:], *columns])
        return f"SELECT {chosen} FROM {self.facts(part)} WHERE {wanted} GROUP BY {', '.join(by)}"

    def added_twice(
        self, parts: Sequence[str], sums: Sequence[_Sum], first: Sequence[Any], shared: Sequence[str]
    ) -> str:
        """Return the SELECT that adds facts up part by part and tag by tag, and then all of these few sums."""
        keys = sorted({f"f.tag_{tag}" for each in sums for tag, condition in each.tags if condition not in shared})
        inner = [_summed(what, window, f"p{at}") for at, (what, window) in enumerate(first)]
        rows = " UNION ALL ".join(self.added(part, keys, inner, shared) for part in parts)
        columns = []
        for at, each in enumerate(sums):
            place = first.index((each.what, _without(each.window, shared)))
            tagged = _without([condition for _tag, condition in each.tags], shared)
            columns.append(_summed(f"f.p{place}", tagged, f"b{at}"))
        by = ", ".join(["f.id", *(["f.day"] if self.asked.days else [])])
        return f"SELECT {by}, {', '.join(columns)} FROM ({rows}) f GROUP BY {by}"

    # -- Figures

    def figure(self, figure: Figure) -> str:
        """Return a figure's expression over the joined facts, places left out."""
        measure = MEASURES[figure.measure]
        now = self.base(measure, figure)
        if measure.how is How.VALUES:
            return f"coalesce({now}, '{{}}'::text[])"
        if measure.per:
            now = f"round(100 * coalesce({now}, 0) / nullif({self.base(MEASURES[measure.per], figure)}, 0), 2)"
        if not figure.growth:
            return f"coalesce({now}, 0)"
        before = f"coalesce({self.base(measure, figure, before=True)}, 0)"
        now = f"coalesce({now}, 0)"
        return (
            f"CASE WHEN {before} > 0 THEN round(100 * ({now} - {before}) / {before}, 2)"
            f" WHEN {now} > 0 THEN 100 ELSE 0 END"
        )

    def placed(self, at: int, figure: Figure) -> str:
        """Return a figure's column, turned into a place where it is one."""
        if figure.place is None:
            return f"f{at}"
        among = [*(["day"] if self.asked.days else []), *(["country"] if figure.place is Place.COUNTRY else [])]
        partition = f"PARTITION BY {', '.join(among)}" if among else ""
        return f"round(100.0 * rank() OVER ({partition} ORDER BY f{at} DESC) / count(*) OVER ({partition}), 2) AS f{at}"

    def number(self, figure: Figure) -> str:
        """Return a figure as a number."""
        column = f"f{self.definition.figures.index(figure)}"
        return f"cardinality({column})" if MEASURES[figure.measure].how is How.VALUES else column

    # -- Scores

    def line(self, line: Line) -> str:
        """Return a line's points."""
        value = self.number(line.figure)
        if line.bands:
            bands = sorted(line.bands, key=lambda band: band.start, reverse=True)
            cases = " ".join(f"WHEN {value} >= {self.value(b.start)} THEN {self.value(b.points)}" for b in bands)
            points = f"CASE {cases} ELSE 0 END"
        elif line.whole:
            points = f"floor({value}::numeric / {self.value(line.per)}) * {self.value(line.points)}"
        else:
            points = self.rated(f"{value}::numeric", line)
        if line.most is not None:
            points = f"least({points}, {self.value(line.most)})"
        return f"round({points}, 2)"

    def rated(self, value: str, line: Line) -> str:
        """Return so many points per so much, without arithmetic that changes nothing."""
        if line.points == line.per:
            return value
        points = f"{value} * {self.value(line.points)}"
        return points if line.per == 1 else f"{points} / {self.value(line.per)}"

    def category(self, category: Category) -> str:
        """Return a category's score."""
        lines = [f"s{at}" for at, line in enumerate(self.definition.lines) if line.category == category.slug]
        score = f"greatest({' + '.join(lines) or '0'}, 0)"
        return score if category.most is None else f"least({score}, {self.value(category.most)})"

    def weighted(self, wanted: Sequence[str]) -> str:
        """Return a sum of categories by their weights."""
        columns = [
            f"c{at}" if each.weight == 1 else f"{self.value(each.weight)} * c{at}"
            for at, each in enumerate(self.definition.categories)
            if each.slug in wanted
        ]
        return f"round({' + '.join(columns) or '0'}, 2)"

    # -- Requirements

    def node(self, node: Node) -> str:
        """Return whether a requirement is met."""
        if isinstance(node, Ref):
            return self.node(self.definition.named[node.slug])
        if isinstance(node, Group):
            return "(" + (" AND " if node.every else " OR ").join(self.node(part) for part in node.parts) + ")"
        return self.need(node)

    def need(self, need: Need) -> str:
        """Return whether a single requirement is met."""
        if need.op in {Op.ALL_OF, Op.ANY_OF}:
            assert need.figure is not None  # noqa: S101  (checked when the scheme was read)
            holds = "@>" if need.op is Op.ALL_OF else "&&"
            return f"f{self.definition.figures.index(need.figure)} {holds} {self.value(list(need.values))}::text[]"
        if need.figure is not None:
            value = self.number(need.figure)
        elif need.score == TOTAL:
            value = "total"
        elif need.score in {each.slug for each in self.definition.totals}:
            value = self.weighted(next(each.categories for each in self.definition.totals if each.slug == need.score))
        else:
            value = f"c{[each.slug for each in self.definition.categories].index(need.score)}"
        bounds = [(">=", need.low), ("<=", need.high)]
        return "(" + " AND ".join(f"{value} {how} {self.value(x)}" for how, x in bounds if x is not None) + ")"

    # -- All of it

    def statement(self) -> Statement:
        """Return the whole statement: layers of one row per enrollment, each adding columns to the one below."""
        figures = self.definition.figures
        plain = [f"{self.figure(figure)} AS f{at}" for at, figure in enumerate(figures)]
        self.scans()
        days = " CROSS JOIN unnest(%(days)s::date[]) AS d(day)" if self.asked.days else ""
        day = "d.day" if self.asked.days else "%(on)s::date AS day"
        if self.asked.days:
            self.values["days"] = list(self.asked.days)
        columns = ", ".join(["m.id", "m.partner_id", "m.country", day, *plain])
        layers = [f"SELECT {columns} FROM member m{days} {' '.join(self.joins)}"]
        if self.ranks_all:
            placed = ["id", "partner_id", "day", *(self.placed(at, each) for at, each in enumerate(figures))]
            layers.append(f"SELECT {', '.join(placed)}")
        for name, expressions in (
            ("s", [self.line(line) for line in self.definition.lines]),
            ("c", [self.category(category) for category in self.definition.categories]),
        ):
            if expressions:
                layers.append("SELECT *, " + ", ".join(f"{each} AS {name}{at}" for at, each in enumerate(expressions)))
        layers.append(f"SELECT *, {self.weighted([each.slug for each in self.definition.categories])} AS total")
        layers.append(self.verdict())
        return Statement(
            f"WITH {', '.join([f'member AS ({self.members()})', *self.ctes])} {self.folded(layers)}", self.values
        )

    def members(self) -> str:
        """Return the SELECT of whom to compute: all, where some are placed among all."""
        if self.asked.enrollments is None:
            return MEMBERS
        self.values["enrollments"] = list(self.asked.enrollments)
        return MEMBERS if self.ranks_all else f"{MEMBERS} AND e.id = ANY(%(enrollments)s)"

    def folded(self, layers: Sequence[str]) -> str:
        """Return layers as one SELECT. After places are known, who isn't asked for is left out.

        OFFSET 0 keeps them apart: merged, what several expressions read would be computed for each of them.
        """
        sql = layers[0]
        for at, layer in enumerate(layers[1:], 1):
            sql = f"{layer} FROM ({sql} OFFSET 0) AS l{at}"
            if at == ABOVE_PLACES and self.ranks_all and self.asked.enrollments is not None:
                sql += " WHERE id = ANY(%(enrollments)s)"
        return sql

    def verdict(self) -> str:
        """Return the outermost layer."""
        figures = [f"f{at}" for at in range(len(self.definition.figures))]
        ranks = [
            f"WHEN NOT {self.node(tier.needs)} THEN {at}"
            for at, tier in enumerate(self.definition.tiers)
            if tier.needs is not None
        ]
        rank = f"CASE {' '.join(ranks)} ELSE {len(self.definition.tiers)} END" if ranks else len(self.definition.tiers)
        met = [
            f"CASE WHEN {self.node(each.needs)} THEN {self.value(each.slug)} END"
            for each in self.definition.specialisations
        ]
        held = f"array_remove(ARRAY[{', '.join(met)}]::text[], NULL)" if met else "'{}'::text[]"
        return (
            f"SELECT id, partner_id, day, {rank} AS rank, total, jsonb_build_array({', '.join(figures)}) AS figures,"
            f" {held} AS specialisations"
        )


def _without(conditions: Sequence[str], shared: Sequence[str]) -> tuple[str, ...]:
    return tuple(each for each in conditions if each not in shared)


def _summed(what: str, conditions: Sequence[str], name: str) -> str:
    """Return a column with a sum over what fulfils some conditions."""
    return f"sum({what})" + (f" FILTER (WHERE {' AND '.join(conditions)})" if conditions else "") + f" AS {name}"


def _alias(source: str) -> str:
    return f"a{list(SOURCES).index(source)}"
