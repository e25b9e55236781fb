"""Charts, drawn on the server: geometry and words for the SVG templates in `templates/components/charts/`.

Positions across are per cent, heights are pixels, so that text keeps its size at any width. Where one reads from right
to left, everything across is mirrored here: SVG has no logical properties.
"""

from portal.charts.columns import Bar, Part, StackedBars, ladder, stacked_bars
from portal.charts.figures import Figure
from portal.charts.flows import Flow, Flows, FlowStep, flows
from portal.charts.funnels import Funnel, FunnelRow, funnel
from portal.charts.heat import Heat, HeatCell, heat_map
from portal.charts.ladders import Rung, Stair, Stairs, stairs
from portal.charts.lines import Lines, line_chart, spark_points
from portal.charts.scales import Rule, nice_top, short, unit_for

__all__ = [
    "Bar",
    "Figure",
    "Flow",
    "FlowStep",
    "Flows",
    "Funnel",
    "FunnelRow",
    "Heat",
    "HeatCell",
    "Lines",
    "Part",
    "Rule",
    "Rung",
    "StackedBars",
    "Stair",
    "Stairs",
    "flows",
    "funnel",
    "heat_map",
    "ladder",
    "line_chart",
    "nice_top",
    "short",
    "spark_points",
    "stacked_bars",
    "stairs",
    "unit_for",
]
