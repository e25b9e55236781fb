"""What a trial says of an enrollment, in sentences: read from the figures that were kept, nothing is computed anew."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from standing.backtest.simulating import days_by_month
from standing.computing import values_of
from standing.enums import Direction
from standing.naming import labels_for
from standing.scheme import evaluate
from standing.words import figure_name, missing_for, reached_words, value_words

if TYPE_CHECKING:
    from standing.models import BackTest, BackTestMove


def why(move: BackTestMove, trial: BackTest, currency: str) -> str:
    """Return why an enrollment would hold the tier of a move."""
    if move.by_hand:
        return _("It is given by hand, and stays so under any scheme")
    shape = trial.shape
    verdict = evaluate(shape, dict(zip(shape.figures, values_of(move.figures), strict=True)))
    if move.direction == Direction.DOWN:
        labels = labels_for(trial.vendor_id, shape)
        missing = missing_for(shape, verdict, min(move.held_rank, len(shape.tiers)), currency, labels)
        return _("Missing today: %(missing)s") % {
            "missing": "; ".join(missing) or _("nothing, but a review lowered it")
        }
    if not move.rank:
        return _("It reaches no tier")
    labels = labels_for(trial.vendor_id, shape)
    told = reached_words(shape, verdict, min(move.rank, max(verdict.rank, 1)), currency, labels)
    return _("Met in %(month)s: %(met)s") % {"month": month_words(move.judged_on), "met": told}


def figures_told(move: BackTestMove, trial: BackTest, currency: str) -> list[tuple[str, str]]:
    """Return the figures behind it, with their names."""
    values, labels = values_of(move.figures), labels_for(trial.vendor_id, trial.shape)
    return [
        (figure_name(figure, labels), value_words(value, figure, currency, labels))
        for figure, value in zip(trial.shape.figures, values, strict=True)
    ]


def since_words(move: BackTestMove, trial: BackTest) -> str:
    """Return from when the tier would have been held."""
    first = days_by_month(trial.shape.review, trial.on, trial.months)[0][-1]
    return _("all the while") if move.since <= first else month_words(move.since)


def month_words(day: date) -> str:
    """Return a month: “March 2026”."""
    return date_format(day, "F Y")
