"""A reaction to registered deals whose effect on the database can be counted."""

from django.db import connection

from activity.models import Event
from activity.registry import handler

SECONDS = 0.02


@handler("drill_effect", "deal.submitted")
def leave_an_effect(event: Event) -> None:
    """Write one row per event, then dawdle, so that a kill often hits between the effect and the done-mark."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO drill_effect (event_id) VALUES (%s)", [event.pk])
        cursor.execute("SELECT pg_sleep(%s)", [SECONDS])
