"""The naive control: a task of the same effect that is sent on commit, as most Django projects do it."""

from celery import shared_task
from django.db import connection

import prm.celery  # noqa: F401  (a web server sends these tasks too, and does not load the application by itself)

SECONDS = 0.1  # as a call to the outside takes


@shared_task(name="drill.naive", acks_late=False)
def naive(number: int) -> None:
    """Write one row, with Celery's own settings of acknowledgement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [SECONDS])
        cursor.execute("INSERT INTO drill_naive_done (number) VALUES (%s)", [number])


@shared_task(name="drill.naive_count", acks_late=True)
def naive_count(job: int, upto: int) -> None:
    """Count as the job of the drill does, but as a task that is acknowledged late and knows no checkpoint."""
    with connection.cursor() as cursor:
        for number in range(1, upto + 1, 20):
            cursor.execute(
                "INSERT INTO drill_counted (job, number, run) SELECT %s, n, 0 FROM generate_series(%s, %s) AS n",
                [job, number, min(number + 19, upto)],
            )
            cursor.execute("SELECT pg_sleep(%s)", [SECONDS])


@shared_task(name="drill.naive_journey")
def naive_journey(journey: int, step: int = 0) -> None:
    """Do a step of a journey and send the task of the next one, as chains of tasks do it."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO drill_step_effect (step) VALUES (%s)", [journey * 100 - step])
        cursor.execute("SELECT pg_sleep(%s)", [SECONDS])
    if step < 9:
        naive_journey.delay(journey, step + 1)
