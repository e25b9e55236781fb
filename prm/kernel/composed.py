"""Querysets that are composed once per process: afterwards only their values change.

Composing a long queryset costs this process several times what PostgreSQL takes to answer it. A page that is asked for
all day shouldn't pay that each time, nor should its query be written a second time as SQL, with the rules of who sees
what beside it. `@composed` keeps the queryset as it is written:

    @composed
    def conflicts_of(actor: Actor, deal_id: int) -> QuerySet[Conflict]:
        return Conflict.objects.visible_to(actor).filter(deal=deal_id).order_by("-score")

    conflicts_of(actor, deal.pk)  # a list

It is built twice when it is first called, with two sets of stand-ins in place of the arguments, in two languages and
time zones and at two moments. What differs must be a stand-in: it is where the arguments go. Anything else that
differs (`timezone.now()` in a filter, a condition on an argument) would be frozen at what it was, and is refused.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import BigIntegerField, BooleanField, F, Func, Value
from django.utils import timezone, translation

from prm.kernel.actors import Actor, Enrolled

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.db.models.sql.compiler import SQLCompiler

FIRST, SECOND = 10**15, 3 * 10**15
BEGINNING = datetime(3000, 1, 1, tzinfo=UTC)
IDS = ("person_id", "seat_id", "vendor_id", "partner_id")


class NotComposable(TypeError):
    """The queryset depends on more than its arguments' values."""


def composed(build: Callable[..., QuerySet[Any]]) -> Callable[..., list[Any]]:
    """Make a function that builds a queryset into one that returns its rows, and composes its SQL once.

    Positional arguments are values: an `Actor`, or numbers, texts, days, moments (in UTC) and lists of
    numbers (for `among`). Keyword
    arguments choose the query's shape; each combination of them is composed by itself, as are actors of each kind.

    Raises (the function): NotComposable: see above.
    """
    known: dict[Any, _Composition] = {}

    @functools.wraps(build)
    def rows(*arguments: Any, **shape: Any) -> list[Any]:
        key = (*map(_form, arguments), *shape.items())
        found = known.get(key)
        if found is None:
            found = known[key] = _compose(build, arguments, shape)
        return found.rows([value for argument in arguments for value in _values(argument)])

    return rows


def among(column: str, numbers: list[int]) -> Func:
    """Return the condition that a column is one of a list that is a single value of the SQL, unlike that of `__in`."""
    listed = Value(numbers, output_field=ArrayField(BigIntegerField()))
    return Func(F(column), listed, template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField())


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a parameter of the SQL comes from: the arguments' value at a position."""

    at: int


@dataclass(frozen=True, slots=True)
class _Composition:
    """A queryset, the compiler that composed it, and its SQL; None where no row can ever be found."""

    queryset: QuerySet[Any]
    compiler: SQLCompiler | None
    sql: str = ""
    parameters: tuple[Any, ...] = ()
    converters: Any = None

    def rows(self, values: list[Any]) -> list[Any]:
        if self.compiler is None:
            return []
        given = tuple(values[each.at] if type(each) is _Place else each for each in self.parameters)
        compiler: Any = copy.copy(self.compiler)
        compiler.connection = connections[self.queryset.db]  # each thread has its own
        compiler.as_sql = lambda *_, **__: (self.sql, given)
        compiler.get_converters = lambda _: self.converters
        queryset = self.queryset.all()
        queryset.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
        return list(queryset)


def _compose(build: Callable[..., QuerySet[Any]], arguments: tuple[Any, ...], shape: dict[str, Any]) -> _Composition:
    with translation.override("en"), timezone.override(UTC):
        one = _with_stand_ins(build, arguments, shape, FIRST)
    with translation.override("de"), timezone.override("Asia/Kathmandu"):
        other = _with_stand_ins(build, arguments, shape, SECOND)
    if one is None or other is None:
        return _Composition(build(*arguments, **shape), None)
    (queryset, compiler, sql, parameters, stand_ins), (_, _, other_sql, others, other_stand_ins) = one, other
    if sql != other_sql or len(parameters) != len(others):
        raise NotComposable(f"{build.__qualname__}: the SQL depends on an argument's value: {sql}")
    places = tuple(_place(build, pair, stand_ins, other_stand_ins) for pair in zip(parameters, others, strict=True))
    used = {place.at for place in places if type(place) is _Place}
    if missing := [at for at in _of_plain(arguments) if at not in used]:
        raise NotComposable(f"{build.__qualname__}: the values at {missing} aren't in the SQL as they were given.")
    converters = compiler.get_converters([column for column, *_ in compiler.select])
    return _Composition(queryset, compiler, sql, places, converters)


def _with_stand_ins(
    build: Callable[..., QuerySet[Any]], arguments: tuple[Any, ...], shape: dict[str, Any], start: int
) -> tuple[QuerySet[Any], SQLCompiler, str, tuple[Any, ...], list[Any]] | None:
    numbers = iter(range(start, start + 10_000))
    given = [_stand_in(argument, numbers) for argument in arguments]
    queryset = build(*given, **shape)
    compiler = queryset.query.get_compiler(queryset.db)
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        return None
    return queryset, compiler, sql, tuple(parameters), [value for each in given for value in _values(each)]


def _place(build: Any, pair: tuple[Any, Any], ones: list[Any], others: list[Any]) -> Any:
    one, other = pair
    at = next((at for at, value in enumerate(ones) if type(value) is type(one) and value == one), None)
    if at is not None and others[at] == other:
        return _Place(at)
    if type(one) is not type(other) or one != other:
        raise NotComposable(f"{build.__qualname__}: {one!r} is no argument, and was {other!r} the next time.")
    return one


def _form(argument: Any) -> Any:
    """Return what of an argument decides the query's shape."""
    if isinstance(argument, Actor):
        ids: dict[str, Any] = dict.fromkeys(IDS)
        missing = tuple(getattr(argument, name) is None for name in IDS)
        return replace(argument, **ids, enrollments=()), missing, len(argument.enrollments)
    return type(argument)


def _values(argument: Any) -> Iterator[Any]:
    """Yield an argument's values, always in the same order."""
    if not isinstance(argument, Actor):
        yield argument
        return
    yield from (getattr(argument, name) for name in IDS)
    for enrolled in argument.enrollments:
        yield from (enrolled.id, enrolled.vendor_id)


def _of_plain(arguments: tuple[Any, ...]) -> list[int]:
    owners = [argument for argument in arguments for _ in _values(argument)]
    return [at for at, owner in enumerate(owners) if not isinstance(owner, Actor)]


def _stand_in(argument: Any, numbers: Iterator[int]) -> Any:
    if isinstance(argument, Actor):
        ids: dict[str, Any] = {name: next(numbers) for name in IDS if getattr(argument, name) is not None}
        enrollments = tuple(Enrolled(next(numbers), next(numbers)) for _ in argument.enrollments)
        return replace(argument, **ids, enrollments=enrollments)
    number = next(numbers)
    made: dict[type, Any] = {int: number, str: f"stand-in {number}", list: [number]}
    made[datetime] = BEGINNING + timedelta(microseconds=number)
    made[date] = BEGINNING.date() + timedelta(days=number % 2_000_011)
    if type(argument) not in made:
        raise NotComposable(f"{type(argument).__name__} is no value for a query; should it choose the query's shape?")
    return made[type(argument)]
