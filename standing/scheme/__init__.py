"""A program's scheme as data: point rules, scores, what each tier takes and brings, reviews. Pure: no database.

`shape` says what it is made of, `parsing` reads it from JSON, `checking` refuses what can't work, `evaluating` says
what an enrollment's figures are worth. `standing.computing` does the same for all enrollments at once, in SQL.
"""

from standing.scheme.checking import check
from standing.scheme.evaluating import Verdict, evaluate
from standing.scheme.parsing import parse
from standing.scheme.shape import Definition, Figure

__all__ = ["Definition", "Figure", "Verdict", "check", "evaluate", "parse"]
