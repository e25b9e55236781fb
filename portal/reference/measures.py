"""The page of measures and facts: what tiers, point rules and reports can read."""

from __future__ import annotations

from typing import Any

from portal.reference.markdown import code, page, table
from standing.registry import MEASURES, SOURCES, FactSource, How, Measure

ABOUT = (
    "A fact is a row of its owner's; a measure is a value per enrollment and day, over facts. Money is in the vendor's "
    "currency. A requirement or rule may narrow facts by their tags and look at a window, such as the twelve months "
    "before. How this works: [Facts from outside](../explanation/facts.md), [Standing](../explanation/standing.md)."
)
HOWS = {
    How.SUM: "sum of amounts",
    How.COUNT: "number of facts",
    How.AVERAGE: "mean amount",
    How.PEOPLE: "number of different people or customers",
    How.VALUES: "set of values",
}


def measures_page() -> str:
    """Return the page."""
    measures = table(
        ["Measure", "Called", "Is", "Unit", "Facts", "How"], [_measure(MEASURES[name]) for name in sorted(MEASURES)]
    )
    sources = table(
        ["Facts", "Called", "Amount in", "Tags", "Earn points", "Change with"],
        [_source(SOURCES[name]) for name in sorted(SOURCES)],
    )
    return page("Measures and facts", ABOUT, f"## Measures\n\n{measures}", f"## Facts\n\n{sources}")


def _measure(one: Measure) -> list[Any]:
    how = f"share of {code(one.per)}" if one.per else HOWS[one.how]
    return [code(one.name), one.label, one.sentence, one.unit, code(one.source), how]


def _source(one: FactSource) -> list[Any]:
    tags = ", ".join(f"{code(name)} {tag.label}" for name, tag in one.tags.items())
    earns = "yes" if one.earns else ""
    return [code(one.name), one.label, one.unit, tags, earns, code(*one.events)]
