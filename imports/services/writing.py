"""Comparing and writing staged rows, whoever asked: a job, the command line, or rows sent by the API.

Callers give the transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from imports import changes, staging
from imports.enums import Outcome

if TYPE_CHECKING:
    from imports.models import Import

WRITES = 0x696D7077  # "impw"


def compare_list(run: Import, words: str = "") -> None:
    """Tell apart what the list holds twice, in `words`; compare all of it where its kind needs it whole."""
    staging.refuse_twins(run, words)
    if run.definition.whole:
        run.definition.compare_lines(run, 0, staging.LAST_LINE)


def compare_again(run: Import) -> None:
    """Let a checked list be compared anew, also what was refused for lack of something: another list may bring it."""
    run.staged.exclude(data={}).filter(twin=None).update(reason="", effect=Outcome.NEW, object_id=None)


def compare_next(run: Import, at: int) -> int | None:
    """Compare the chunk after line `at` with what is there; return its last line, None where all is compared."""
    upto = None if run.definition.whole else staging.next_line(run, at)
    if upto is not None:
        run.definition.compare_lines(run, at, upto)
    return upto


def write_lines(run: Import, at: int, upto: int) -> dict[str, int]:
    """Write the rows after line `at` up to line `upto`, note what they changed; return how many did what.

    Of one vendor's lists of one kind no two are written at the same moment.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [WRITES, f"{run.kind}:{run.vendor_id}"])
    run.definition.merge_lines(run, at, upto)
    changes.settle(run)
    return staging.count(run, at, upto)
