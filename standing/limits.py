"""Why trying more brings no more: caps of rules, lines and categories that are full, and factors that aren't counted.

Plain arithmetic on what `standing.trying` changes, without queries.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from standing.scheme import evaluate
from standing.scheme.evaluating import line_points, number
from standing.trying import ZERO, earns, tried, uncapped
from standing.words import plain, points_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from standing.scheme.evaluating import Values
    from standing.scheme.shape import Definition
    from standing.trying import Changes


def limits(definition: Definition, values: Values, changes: Changes) -> list[str]:
    """Return a sentence for each cap that what is tried runs into, and for each rule whose factors it leaves out."""
    return [*_of_rules(definition, changes), *_of_scores(definition, values, changes)]


def _of_rules(definition: Definition, changes: Changes) -> Iterator[str]:
    for rule in definition.rules:
        made = uncapped(rule, changes)
        if made <= 0:
            continue
        if made > earns(rule, changes):
            yield full(rule.name, rule.cap or ZERO, made)
        if rule.times:
            factors = ", ".join(plain(each.factor) for each in rule.times)
            words = _("“%(name)s”: some earn %(factors)s times the points; what is tried is counted once.")
            yield words % {"name": rule.name, "factors": factors}


def _of_scores(definition: Definition, values: Values, changes: Changes) -> Iterator[str]:
    after = tried(values, changes, definition)
    moved = [line for line in definition.lines if number(after, line.figure) != number(values, line.figure)]
    for line in moved:
        made = line_points(replace(line, most=None), number(after, line.figure))
        if line.most is not None and made > line.most:
            yield full(line.name, line.most, made)
    lines = evaluate(definition, after).lines
    touched = {line.category for line in moved}
    for category in definition.categories:
        made = sum((lines[line.slug] for line in definition.lines if line.category == category.slug), ZERO)
        if category.slug in touched and category.most is not None and made > category.most:
            yield full(category.name, category.most, made)


def full(name: str, most: Decimal, made: Decimal) -> str:
    """Return that a cap is full."""
    words = _("“%(name)s” counts at most %(most)s; this would be %(made)s, so more won’t add.")
    return words % {"name": name, "most": points_words(most), "made": plain(made)}
