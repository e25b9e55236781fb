"""A figure: a chart with its words and the same figures as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from portal.charts.columns import StackedBars
    from portal.charts.flows import Flows
    from portal.charts.funnels import Funnel
    from portal.charts.heat import Heat
    from portal.charts.ladders import Stairs
    from portal.charts.lines import Lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What `components/chart.html` shows.

    title: what it says. caption: period and unit. description: the chart in a sentence, for who doesn't see it.
    head, rows: the table's; the first cell of a row is its name. key: names of the tones, from the first on.
    """

    plot: StackedBars | Lines | Funnel | Heat | Stairs | Flows
    title: str | Promise
    caption: str | Promise
    description: str | Promise
    head: Sequence[str | Promise]
    rows: Sequence[Sequence[str]]
    key: Sequence[str | Promise] = ()
    dashed: bool = False
