"""The score by categories, as the tier page shows it: what adds up to what."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from portal.charts.scales import Across
from portal.formats import number_text
from standing.words import bare, figure_name

if TYPE_CHECKING:
    from standing.reports import Place
    from standing.scheme import Figure

HUNDRED = Decimal(100)
TONES = 6


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """What a figure adds to a category."""

    name: str
    points: Decimal
    most: Decimal | None
    figure: str
    value: str


@dataclass(frozen=True, slots=True)
class ScoreCategory:
    """A category of the score. counted: its points times its weight, which is what the total adds up."""

    name: str
    tone: int
    points: Decimal
    most: Decimal | None
    counted: Decimal
    weight: Decimal
    lines: tuple[ScoreLine, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A category's part of the bar."""

    x: str
    width: str
    tone: int


@dataclass(frozen=True, slots=True)
class Score:
    """The whole score. asked: what the tier that one looks at asks for, if it does. whole: the bar's length."""

    total: Decimal
    asked: Decimal | None
    whole: Decimal
    categories: tuple[ScoreCategory, ...]

    @property
    def pieces(self) -> list[Piece]:
        """What each category adds to the bar."""
        found, start, across = [], 0.0, Across.reading(None)
        for each in self.categories:
            width = max(float(each.counted / self.whole * HUNDRED), 0.0)
            found.append(Piece(across.box(start, width), f"{width:.2f}%", each.tone))
            start += width
        return found

    @property
    def goal(self) -> str:
        """Where on the bar the score is that is asked for; "" where none is."""
        return "" if self.asked is None else Across.reading(None).box(float(self.asked / self.whole * HUNDRED), 0.3)


def score_of(place: Place, aim: int) -> Score | None:
    """Return the score by categories, None where the scheme has none."""
    if not place.shape.categories:
        return None
    slugs = [each.slug for each in place.shape.categories]
    categories = tuple(_category(place, slug, at % TONES + 1) for at, slug in enumerate(slugs))
    asked = _asked_total(place, aim)
    most = [each.most * each.weight for each in categories if each.most is not None]
    top = sum(most, Decimal(0)) if len(most) == len(categories) else Decimal(0)
    return Score(place.verdict.total, asked, max(top, asked or Decimal(0), place.verdict.total, Decimal(1)), categories)


def _category(place: Place, slug: str, tone: int) -> ScoreCategory:
    shape = next(each for each in place.shape.categories if each.slug == slug)
    lines = tuple(
        ScoreLine(
            line.name,
            place.verdict.lines[line.slug],
            line.most,
            figure_name(line.figure, place.labels),
            _figure_value(place, line.figure),
        )
        for line in place.shape.lines
        if line.category == slug
    )
    points = place.verdict.categories[slug]
    return ScoreCategory(shape.name, tone, points, shape.most, points * shape.weight, shape.weight, lines)


def _figure_value(place: Place, figure: Figure) -> str:
    value = place.values.get(figure, Decimal(0))
    return number_text(len(value)) if isinstance(value, tuple) else bare(value, figure, place.currency)


def _asked_total(place: Place, aim: int) -> Decimal | None:
    needs = place.shape.tiers[aim - 1].needs
    lows = [
        need.low
        for need in (place.shape.needs_of(needs) if needs is not None else ())
        if need.score == "total" and need.low is not None
    ]
    return max(lows, default=None)
