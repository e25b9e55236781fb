"""Funnels: how many of those at one step reach the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from babel.numbers import format_decimal, format_percent
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.charts.scales import Across
from prm.kernel.money import locale_of

ROW, BAR, NAMES = 46, 26, 30.0
"""Heights in pixels; what the names take, in per cent of the width."""
FIGURES = 14.0


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """A step: its bar, its count, and which share of the step before came here."""

    label: str
    figure: str
    kept: str
    x: str
    width: str
    figure_x: str
    y: int
    text_y: int
    kept_y: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """A chart of steps, the first at the top."""

    rows: tuple[FunnelRow, ...]
    height: int
    edge: str
    template: str = "components/charts/funnel.html"


def funnel(steps: Sequence[tuple[str, int]], *, rtl: bool | None = None) -> Funnel:
    """Return a funnel of steps with how many reached each; between two steps, the share that went on."""
    across, locale = Across.reading(rtl), locale_of(get_language() or "en")
    whole, before, rows = max((count for _label, count in steps), default=0) or 1, None, []
    for number, (label, count) in enumerate(steps):
        width, y = (100 - NAMES - FIGURES) * count / whole, number * ROW
        share = format_percent(count / before, locale=locale) if before else ""
        rows.append(
            FunnelRow(
                label,
                format_decimal(count, locale=locale),
                _("%(share)s went on") % {"share": share} if share else "",
                across.box(NAMES, max(width, 0.4)),
                f"{max(width, 0.4):.2f}%",
                across.text(NAMES + width + 1.5),
                y,
                y + 18,
                y - 6,
            )
        )
        before = count
    return Funnel(tuple(rows), max(len(rows) * ROW - (ROW - BAR), BAR), across.text(0))
