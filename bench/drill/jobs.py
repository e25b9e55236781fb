"""A job whose every step can be counted, and short leases, so that the drill takes minutes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection

from jobs import queue, work
from jobs.registry import job_kind

if TYPE_CHECKING:
    from jobs.work import Work

work.LEASE = queue.LEASE = timedelta(seconds=5)
CHUNK = 20
SECONDS = 0.1


@job_kind("drill.count", label="Counting", tells=False)
def count(task: Work) -> None:
    """Write one row per number, then dawdle, so that a kill often hits between the rows and their commit."""
    upto = task.job.arguments["upto"]
    task.total(upto)
    while (at := task.checkpoint.get("at", 0)) < upto:
        with task.chunk(), connection.cursor() as cursor:
            last = min(at + CHUNK, upto)
            cursor.execute(
                "INSERT INTO drill_counted (job, number, run) SELECT %s, n, %s FROM generate_series(%s, %s) AS n",
                [task.job.pk, task.job.run, at + 1, last],
            )
            cursor.execute("SELECT pg_sleep(%s)", [SECONDS])
            task.checkpoint["at"] = last
            task.advance(last - at)
